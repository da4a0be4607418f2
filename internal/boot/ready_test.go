package boot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/db"
)

func TestReadyIsWhoCanDoWhatTheyAreAsked(t *testing.T) {
	no, yes := func() bool { return false }, func() bool { return true }
	stuck := make(chan struct{})
	defer close(stuck)
	fails := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	for _, c := range []struct {
		fact string
		r    *readiness
		want string // "" is ready
	}{
		{"alone and well", &readiness{draining: no, write: fails(nil)}, ""},
		{"a replica that is fit", &readiness{draining: no, fit: yes, write: fails(nil)}, ""},
		{"drained", &readiness{draining: yes, write: fails(nil)}, "drained"},
		{"a replica without its lease", &readiness{draining: no, fit: no, write: fails(nil)}, "lease"},
		{"read-only", &readiness{draining: no, write: fails(fmt.Errorf("x: %w", db.ErrReadOnly))}, "read-only"},
		{"full", &readiness{draining: no, write: fails(fmt.Errorf("x: %w", db.ErrFull))}, "full"},
		{"locked", &readiness{draining: no, patience: time.Nanosecond, write: func(context.Context) error { <-stuck; return nil }}, "another holds it"},
		{"broken in another way", &readiness{draining: no, write: fails(fmt.Errorf("odd"))}, "odd"},
	} {
		c.r.data = t.TempDir()
		err := c.r.ask(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.fact, err)
		}
	}
}
