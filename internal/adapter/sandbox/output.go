package sandbox

import (
	"io"
	"strings"

	"prentice/internal/kit/term"
)

// mostBegun is how much is kept of how an output began.
const mostBegun = 300

// bounded lets so many bytes through, and then calls for the end.
type bounded struct {
	to   io.Writer
	left int64
	full func()
	over bool

	first []byte // how it began
}

// began is how it began, as a line.
func (b *bounded) began() string {
	return term.Line(strings.Join(strings.Fields(strings.ToValidUTF8(string(b.first), "?")), " "))
}

func (b *bounded) Write(p []byte) (int, error) {
	all := len(p)
	if int64(all) > b.left {
		p, b.over = p[:b.left], true
		b.full()
	}
	b.left -= int64(len(p))
	b.first = append(b.first, p[:min(len(p), mostBegun-len(b.first))]...)
	if b.to == nil || len(p) == 0 {
		return all, nil
	}
	if _, err := b.to.Write(p); err != nil {
		return 0, err
	}
	return all, nil
}
