package op

import (
	"context"
	"io"

	"prentice"
	"prentice/internal/kit/term"
)

// Terminal is where a person types and reads. It is lent to an operation while that goes on.
type Terminal struct {
	Name  string // what kind it is, as TERM says
	In    io.Reader
	Out   io.Writer
	Sizes <-chan term.Size // at first, and when it changes
}

// NewAttended declares an operation that a person attends at a terminal, and that says at its
// end what came of it. A door that lends none is refused. It writes its own evidence, when it
// begins and when it is over, and keeps nothing of what is typed.
func NewAttended[In, Out any](name string, risk prentice.Risk, role prentice.Role, summary string, attend func(ctx context.Context, c Call, in In) (Out, error)) Op {
	o := NewWatch(name, role, summary, func(ctx context.Context, c Call, in In, emit func(Out) error) error {
		if c.Terminal == nil {
			return prentice.Errorf(prentice.Invalid, "%s is attended at a terminal, and there is none", name).Try("ask for it on the command line, at a terminal")
		}
		out, err := attend(ctx, c, in)
		if err != nil {
			return err
		}
		return emit(out)
	})
	o.Risk, o.Attend, o.Evident = risk, true, true
	return o
}
