package availability

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Change is a judgement that has become another one.
type Change struct {
	Time    time.Time    `json:"time"`
	Service prentice.Ref `json:"service"`
	Probe   string       `json:"probe"`
	From    Word         `json:"from"`
	To      Word         `json:"to"`
	Says    string       `json:"says"`
	Missed  int          `json:"missed,omitempty"` // changes before this one that you were too slow for
}

// Text implements op.Texter.
func (c Change) Text() string {
	text := fmt.Sprintf("%s %s %s/%s: %s, was %s. %s", op.Clock(c.Time), c.To.Sign(), c.Service, c.Probe, c.To, c.From, c.Says)
	if c.Missed > 0 {
		text += fmt.Sprintf(" (%d changes before it were missed)", c.Missed)
	}
	return text
}

// listen hands every change to emit until the context ends, emit fails or no one
// looks any more.
func (l *Lookout) listen(ctx context.Context, emit func(Change) error) error {
	changes, stop := l.hub.Listen(everyone{})
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case told, more := <-changes:
			if !more {
				return nil
			}
			c := told.It
			c.Missed = told.Missed
			if err := emit(c); err != nil {
				return err
			}
		}
	}
}

// everyone is the key that all listen to.
type everyone struct{}
