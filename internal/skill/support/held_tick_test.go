package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// nightly is a world in which a schedule is due and something holds it back; shown is
// how each run is shown.
type nightly struct {
	*world
	hold  prentice.HoldBack
	shown map[int64]prentice.State
}

func held(t *testing.T, test func(*nightly)) {
	each(t, func(w *world) {
		n := &nightly{w, prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by sale", Until: noon.Add(5 * time.Hour)}, map[int64]prentice.State{}}
		w.answer = func(wish) (prentice.Run, error) { // the runner refuses, and tells so
			number := int64(len(w.asked) + len(w.retried))
			if n.hold.Holds() {
				n.shown[number] = prentice.RunRefused
				return prentice.Run{Number: number, State: prentice.RunRefused, Says: n.hold.Says}, nil
			}
			return prentice.Run{Number: number, State: prentice.Waiting, Says: "waits for 1 approver"}, nil
		}
		n.again()
		test(n)
	})
}

func (n *nightly) again() {
	n.restart()
	n.s.Still = func(context.Context, int64) (prentice.HoldBack, error) { return n.hold, nil }
	n.s.Rest = func(_ *db.Tx, run int64, h *prentice.HoldBack) error {
		n.shown[run] = prentice.RunRefused
		if h != nil {
			n.shown[run] = prentice.RunHeld
		}
		return nil
	}
}

// due is a tick, and what the runner tells of the run that it led to.
func (n *nightly) due() {
	n.t.Helper()
	asked := len(n.asked)
	e := prentice.Event{ID: fmt.Sprint("backup@", n.clock().Unix()), Source: "prentice/schedule", Type: "schedule.tick", Subject: "procedure/backup", Time: n.clock(), Data: []byte(`{"procedure":"backup","due":"2026-03-02T12:00:00Z"}`)}
	n.hears(e)
	if len(n.asked) > asked {
		n.refused(int64(len(n.asked)+len(n.retried)), n.kept(e).Ref())
	}
}

func (n *nightly) refused(number int64, event prentice.Ref) {
	if !n.hold.Holds() {
		return
	}
	data, _ := json.Marshal(map[string]any{"run": number, "procedure": "backup", "state": prentice.RunRefused, "says": n.hold.Says, "hold": n.hold, "event": event})
	n.hears(prentice.Event{ID: fmt.Sprintf("run/%d refused", number), Source: "prentice/runner", Type: "run.ended", Subject: runRef(number), Time: n.clock(), Data: data})
}

func TestAScheduleThatIsHeldBackIsOneProposal(t *testing.T) {
	held(t, func(n *nightly) {
		for range 4 {
			n.due()
			n.pass(time.Hour)
		}
		if !slices.Equal(n.askedFor(), []string{"backup"}) || n.shown[1] != prentice.RunHeld || len(n.retried) != 0 {
			t.Fatalf("asked for %v, again %v, shown %v", n.askedFor(), n.retried, n.shown)
		}
		n.again()
		n.due()
		n.hold.Until = noon.Add(6 * time.Hour) // the freeze is longer now
		n.pass(time.Hour + 2*time.Second)
		n.settle()
		if len(n.asked) != 1 || len(n.retried) != 0 || n.shown[1] != prentice.RunHeld {
			t.Fatalf("after a restart: asked for %v, again %v, shown %v", n.askedFor(), n.retried, n.shown)
		}
		n.hold = prentice.HoldBack{}
		n.pass(time.Hour + 2*time.Second)
		n.settle()
		n.settle()
		if !slices.Equal(n.retried, []string{"run/1"}) || n.shown[1] != prentice.RunRefused {
			t.Fatalf("when it is over: again %v, shown %v", n.retried, n.shown)
		}
		n.due()
		if len(n.asked) != 2 {
			t.Errorf("the next time it is due, it was asked for %d times", len(n.asked))
		}
	})
}

func TestSchedulesThatGiveOtherInputsAreHeldEachByItself(t *testing.T) {
	held(t, func(n *nightly) {
		tick := func(id, with string) prentice.Event {
			e := prentice.Event{ID: fmt.Sprintf("backup@%d with %s", n.clock().Unix(), id), Source: "prentice/schedule", Type: "schedule.tick", Subject: "procedure/backup", Time: n.clock(), Data: []byte(`{"procedure":"backup","due":"2026-03-02T12:00:00Z","with":` + with + `}`)}
			n.hears(e)
			return e
		}
		for i, id := range []string{"orders", "items"} {
			n.refused(int64(i+1), n.kept(tick(id, `{"table":"`+id+`"}`)).Ref())
		}
		n.again() // a restart
		n.pass(time.Hour)
		tick("items", `{"table":"items"}`)
		if len(n.asked) != 2 || n.asked[0].inputs["table"] != "orders" || n.asked[1].inputs["table"] != "items" || n.shown[1] != prentice.RunHeld || n.shown[2] != prentice.RunHeld {
			t.Fatalf("asked for %+v, shown %v", n.asked, n.shown)
		}
		orders := prentice.GivenKey(map[string]string{"table": "orders"})
		n.s.Scheduled = func(_, inputs string) bool { return inputs == orders } // the other gives something else now
		n.hold = prentice.HoldBack{}
		n.pass(24 * time.Hour)
		n.settle()
		if !slices.Equal(n.retried, []string{"run/1"}) || n.shown[2] != prentice.RunRefused {
			t.Errorf("again %v, shown %v", n.retried, n.shown)
		}
	})
}

func TestWhatIsLiftedEarlyIsAskedForSoon(t *testing.T) {
	held(t, func(n *nightly) {
		n.due()
		n.hold = prentice.HoldBack{}
		n.pass(lookEvery)
		n.settle()
		if len(n.retried) != 1 {
			t.Errorf("again %v", n.retried)
		}
	})
}

func TestAProposalWithoutItsScheduleIsLetGo(t *testing.T) {
	held(t, func(n *nightly) {
		n.due()
		n.s.Scheduled = func(procedure, _ string) bool { return procedure != "backup" }
		n.hold = prentice.HoldBack{}
		n.pass(24 * time.Hour)
		n.settle()
		if len(n.retried) != 0 || n.shown[1] != prentice.RunRefused {
			t.Errorf("again %v, shown %v", n.retried, n.shown)
		}
	})
}

func TestAScheduleThatPolicyRefusesWaitsForNothing(t *testing.T) {
	held(t, func(n *nightly) {
		n.hold = prentice.HoldBack{Code: prentice.HoldNoTargets, Says: "no targets"}
		n.due()
		n.pass(time.Hour)
		n.due()
		if len(n.asked) != 2 || n.shown[1] != prentice.RunRefused {
			t.Errorf("asked for %v, shown %v", n.askedFor(), n.shown)
		}
	})
}

func TestWhatIsNotAskedForAgainIsToldToAPerson(t *testing.T) {
	held(t, func(n *nightly) {
		n.due()
		n.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{}, prentice.Errorf(prentice.Refused, "policy: not at night")
		}
		n.hold = prentice.HoldBack{}
		n.pass(6 * time.Hour)
		n.settle()
		if sent := n.sentOf("person.called"); len(sent) != 1 || !strings.Contains(string(sent[0].Data), "not at night") {
			t.Errorf("told %+v", sent)
		}
		n.settle()
		if len(n.retried) != 1 {
			t.Errorf("again %v", n.retried)
		}
	})
}
