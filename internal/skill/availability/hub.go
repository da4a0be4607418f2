package availability

import (
	"context"
	"fmt"
	"sync"
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

// hub tells changes to those who listen. No one who is slow holds up a look.
type hub struct {
	mu     sync.Mutex // guards all below
	ears   map[*ear]bool
	closed bool
}

type ear struct {
	changes chan Change
	missed  int // guarded by the hub's mu
}

// backlog is how many changes a slow listener may be behind.
const backlog = 256

func (h *hub) tell(c Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears {
		c.Missed = e.missed
		select {
		case e.changes <- c:
			e.missed = 0
		default:
			e.missed++
		}
	}
}

// listen hands every change to emit until the context ends, emit fails or no one
// looks any more.
func (h *hub) listen(ctx context.Context, emit func(Change) error) error {
	e := &ear{changes: make(chan Change, backlog)}
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	if h.ears == nil {
		h.ears = map[*ear]bool{}
	}
	h.ears[e] = true
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.ears, e)
		h.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case c, more := <-e.changes:
			if !more {
				return nil
			}
			if err := emit(c); err != nil {
				return err
			}
		}
	}
}

// close ends all listening.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for e := range h.ears {
		close(e.changes)
		delete(h.ears, e)
	}
}
