package runner

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
)

// net is whether the hosts of all plans can be reached.
type net struct {
	says  atomic.Pointer[gate.Contact]
	tried atomic.Int64
}

func (n *net) Known(prentice.Plan) *gate.Contact { return n.says.Load() }
func (n *net) Try(context.Context, prentice.Plan, time.Duration) *gate.Contact {
	n.tried.Add(1)
	return n.says.Load()
}

func down(hosts, lost int) *gate.Contact {
	c := &gate.Contact{Hosts: hosts, Reached: hosts - lost, First: true}
	for range lost {
		c.Lost = append(c.Lost, gate.HostContact{Host: "host/far", State: gate.ContactNoAnswer, Says: "it is down", Hint: "turn it on"})
	}
	return c
}

func TestNobodyIsAskedWhileNoHostCanBeReached(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		n := &net{}
		n.says.Store(down(2, 2))
		w.r.Hosts = n
		run := w.start(bob, "fix")
		d := w.until(run.Number, prentice.RunRefused)
		if d.Hold == nil || d.Hold.Code != prentice.HoldUnreachable || d.Hold.WayOut != "turn it on" || !strings.Contains(d.Says, "it is down; no one was asked") {
			t.Errorf("%q, %+v", d.Says, d.Hold)
		}
		if h, err := w.r.Still(t.Context(), run.Number); err != nil || h.Code != prentice.HoldUnreachable {
			t.Errorf("while they are down: %+v, %v", h, err)
		}
		n.says.Store(&gate.Contact{Hosts: 2, Checking: 2, First: true})
		if h, err := w.r.Still(t.Context(), run.Number); err != nil || h.Code != prentice.HoldUnreachable {
			t.Errorf("while they are being tried again: %+v, %v", h, err)
		}
		n.says.Store(down(2, 0))
		if h, err := w.r.Still(t.Context(), run.Number); err != nil || h.Holds() {
			t.Errorf("when they are up: %+v, %v", h, err)
		}
		w.until(w.start(bob, "fix").Number, prentice.Waiting)
	})
}

func TestWhoIsAskedIsToldWhichHostsAreLost(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		n := &net{}
		n.says.Store(down(3, 1))
		w.r.Hosts = n
		run := w.start(bob, "fix")
		d := w.until(run.Number, prentice.Waiting)
		if !strings.HasSuffix(d.Says, "; 1 of 3 hosts cannot be reached: host/far") {
			t.Errorf("it says %q", d.Says)
		}
		if d, err := w.r.ShowTo(t.Context(), run.Number, ann); err != nil || d.Contact == nil || len(d.Contact.Lost) != 1 {
			t.Errorf("an approver sees %+v (%v)", d.Contact, err)
		}
	})
}

func TestARunThatNeedsNoApprovalIsNotKeptFromItsHosts(t *testing.T) {
	each(t, fixing(), prentice.Decision{Verdict: prentice.Allow}, func(t *testing.T, w *world) {
		n := &net{}
		n.says.Store(down(1, 1))
		w.r.Hosts = n
		w.until(w.start(bob, "fix").Number, prentice.Verified)
	})
}

func TestWhoCouldNotRequestAPlanHasNoHostTried(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		n := &net{}
		n.says.Store(down(1, 1))
		w.r.Hosts = n
		vic := prentice.Actor{Kind: prentice.Person, Name: "vic", Role: prentice.Viewer}
		w.is(vic.Ref(), vic.Role)
		out, err := w.r.Foresee(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: vic}, time.Second)
		if err != nil || out.Contact == nil || n.tried.Load() != 0 {
			t.Errorf("%+v, %v; tried %d times", out.Contact, err, n.tried.Load())
		}
		if _, err := w.r.Foresee(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob}, 0); err != nil || n.tried.Load() != 1 {
			t.Errorf("%v; for an operator tried %d times", err, n.tried.Load())
		}
	})
}
