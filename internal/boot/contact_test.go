package boot

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/skill/security"
)

// network is hosts that answer, or not, after a while.
type network struct {
	contacts
	takes time.Duration
	down  map[prentice.Ref]bool
	asked atomic.Int64
	most  atomic.Int64 // tried at once
	busy  atomic.Int64
	mu    sync.Mutex
	kept  map[prentice.Ref]security.HostState
}

func newNetwork(t *testing.T) *network {
	n := &network{down: map[prentice.Ref]bool{}, kept: map[prentice.Ref]security.HostState{}}
	n.contacts.now = time.Now
	n.far = func(s prentice.PlannedStep, target prentice.Target) bool { return s.Where == "target" && !target.Local }
	n.last = func(ref prentice.Ref) (security.HostState, bool) {
		n.mu.Lock()
		defer n.mu.Unlock()
		h, found := n.kept[ref]
		return h, found
	}
	n.one = func(ctx context.Context, target prentice.Target) {
		n.asked.Add(1)
		n.most.Store(max(n.most.Load(), n.busy.Add(1)))
		defer n.busy.Add(-1)
		select {
		case <-time.After(n.takes):
		case <-ctx.Done():
			return
		}
		h := security.HostState{Host: target.Ref, State: security.HostReached, Seen: time.Now()}
		if n.down[target.Ref] {
			h.State, h.Cause, h.Says = security.HostLost, gate.ContactNoAnswer, "down"
		}
		n.mu.Lock()
		n.kept[target.Ref] = h
		n.mu.Unlock()
	}
	n.ready()
	t.Cleanup(func() { n.Close() }) //nolint:errcheck // it has no error
	return n
}

func planFor(hosts int, acts ...string) prentice.Plan {
	var p prentice.Plan
	for i := range hosts {
		p.Targets = append(p.Targets, prentice.Target{Ref: prentice.NewRef("host", fmt.Sprint("h", i))})
	}
	for _, where := range acts {
		p.Steps = append(p.Steps, prentice.PlannedStep{Section: prentice.Act, Where: where})
	}
	return p
}

func TestAPageIsNotHeldUpByHostsThatDoNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.takes, n.down["host/h1"] = 5*time.Second, true
		plan, begun := planFor(2, "target"), time.Now()
		if c := n.Try(t.Context(), plan, 0); c.Checking != 2 || len(c.Lost) != 0 || time.Since(begun) != 0 {
			t.Errorf("at once: %+v after %s", c, time.Since(begun))
		}
		n.Try(t.Context(), plan, 0)
		time.Sleep(5*time.Second + time.Millisecond)
		if c := n.Try(t.Context(), plan, 0); c.Checking != 0 || c.Reached != 1 || len(c.Lost) != 1 || n.asked.Load() != 2 {
			t.Errorf("when they have answered: %+v, tried %d times", c, n.asked.Load())
		}
		n.Close() //nolint:errcheck // it has no error
	})
}

func TestWhoWaitsForHostsWaitsNoLongerThanSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.takes = time.Hour
		begun := time.Now()
		if c := n.Try(t.Context(), planFor(2, "target"), 6*time.Second); c.Checking != 2 || c.None() || time.Since(begun) != 6*time.Second {
			t.Errorf("%+v after %s", c, time.Since(begun))
		}
		n.Close() //nolint:errcheck // it has no error
	})
}

func TestHostsAreTriedSomeAtATimeAndOfTooManyNothingIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.takes = 10 * time.Millisecond
		c := n.Try(t.Context(), planFor(contactMost+5, "target"), time.Hour)
		if c.Reached != contactMost || c.Unknown() != 5 || n.most.Load() > contactOnce {
			t.Errorf("%+v, %d at once", c, n.most.Load())
		}
	})
}

func TestAHostThatCameBackIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.down["host/h0"] = true
		plan := planFor(1, "target")
		if c := n.Try(t.Context(), plan, time.Second); !c.None() {
			t.Fatalf("%+v", c)
		}
		n.down["host/h0"] = false
		if c := n.Try(t.Context(), plan, time.Second); c.Reached != 1 { // a moment later
			t.Errorf("%+v", c)
		}
		time.Sleep(reachedHolds)
		if c := n.Known(plan); c.Unknown() != 1 {
			t.Errorf("what was seen long ago counts: %+v", c)
		}
	})
}

func TestAPlanThatBringsItsHostsBackIsNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		n.down["host/h0"] = true
		if c := n.Try(t.Context(), planFor(1, "here", "target"), time.Second); len(c.Lost) != 1 || c.None() {
			t.Errorf("%+v", c)
		}
		if c := n.Try(t.Context(), planFor(1, "here"), time.Second); c != nil {
			t.Errorf("it acts on no other machine: %+v", c)
		}
	})
}

func TestNothingIsTriedWhenItIsOver(t *testing.T) {
	n := newNetwork(t)
	n.Close() //nolint:errcheck // it has no error
	if c := n.Try(t.Context(), planFor(1, "target"), time.Minute); c.Unknown() != 1 || n.asked.Load() != 0 {
		t.Errorf("%+v", c)
	}
}
