package support

import (
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
)

// refusing makes the door refuse each run with a hold.
func (w *world) refusing(h *prentice.HoldBack) {
	w.answer = func(wish) (prentice.Run, error) {
		return prentice.Run{Number: int64(len(w.asked)), State: prentice.RunRefused, Says: "frozen by sale", Hold: h}, nil
	}
}

func (w *world) fails() { w.t.Helper(); w.happens("probe.failed", connection); w.pass(time.Minute) }

// What a freeze holds back is one proposal that waits, not a refused run a minute.
func TestWhatIsHeldBackIsAskedForOnceAndAgainWhenTheHoldEnds(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		until := noon.Add(3 * time.Hour)
		w.refusing(&prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by sale", Until: until})
		for range 60 {
			w.fails()
		}
		d := w.show(1)
		if got := w.askedFor(); len(got) != 1 || len(d.Runs) != 1 || len(w.sentOf("person.called")) != 1 {
			w.t.Fatalf("asked for %v, runs %+v", got, d.Runs)
		}
		if len(d.Held) != 1 || !d.Held[0].Until.Equal(until.Add(time.Second)) || d.Held[0].Says != "frozen by sale" || d.Held[0].Procedure != "restart" {
			w.t.Errorf("held %+v", d.Held)
		}
		if why := textOf(w.sentOf("person.called")[0], "why"); !strings.Contains(why, "restart is proposed again at 2026-03-02 15:00:01 UTC") {
			w.t.Errorf("called: %s", why)
		}
		w.restart()
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{Number: 9, State: prentice.Waiting, Says: "waits for 1 approver"}, nil
		}
		w.pass(until.Sub(w.clock()) + time.Second)
		w.settle()
		if len(w.retried) != 1 || w.retried[0] != "run/1" {
			w.t.Errorf("asked again for %v", w.retried)
		}
		if d := w.show(1); d.State != Fixing || len(d.Held) != 0 || len(d.Runs) != 2 {
			w.t.Errorf("%s, held %+v, runs %+v", d.State, d.Held, d.Runs)
		}
		w.fails()
		if len(w.askedFor()) != 1 || len(w.retried) != 1 {
			w.t.Errorf("asked for %v, again for %v", w.askedFor(), w.retried)
		}
	})
}

func TestNothingIsProposedAgainForWhatIsOver(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		w.refusing(&prentice.HoldBack{Code: prentice.HoldCooldown, Until: noon.Add(time.Hour)})
		w.fails()
		w.happens("probe.passed", `{"probe":"http"}`)
		w.pass(DefaultQuiet)
		w.settle()
		w.pass(time.Hour)
		w.settle()
		if d := w.show(1); d.State != Closed || len(w.retried) != 0 || !has(w.lines(1), "what was blocked is not proposed any more") {
			w.t.Errorf("%s, again %v, %q", d.State, w.retried, w.lines(1))
		}
	})
}

// A refusal without a time is not asked for with each symptom either.
func TestARefusalRestsLongerEachTime(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		w.refusing(nil)
		for range 120 {
			w.fails()
		}
		if n := len(w.askedFor()); n < 3 || n > 7 || len(w.retried) != 0 {
			w.t.Errorf("asked %d times in two hours", n)
		}
	})
}

func TestWhenARefusedProposalIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		hold  *prentice.HoldBack
		tries int64
		after time.Duration
		again bool
	}{
		{nil, 0, time.Minute, false},
		{nil, 3, 8 * time.Minute, false},
		{nil, 40, time.Hour, false},
		{&prentice.HoldBack{Code: prentice.HoldFrozen, Until: noon.Add(48 * time.Hour)}, 0, 48*time.Hour + time.Second, true},
		{&prentice.HoldBack{Code: prentice.HoldFrozen, Until: noon.Add(-time.Hour)}, 0, 5 * time.Minute, true},
		{&prentice.HoldBack{Code: prentice.HoldUnhealthy}, 0, 5 * time.Minute, true},
		{&prentice.HoldBack{Code: prentice.HoldUseless}, 0, time.Minute, false},
		{&prentice.HoldBack{Code: prentice.HoldUnmanaged}, 1, 2 * time.Minute, false},
	} {
		if until, again := rest(noon, c.hold, c.tries); !until.Equal(noon.Add(c.after)) || again != c.again {
			t.Errorf("%+v, %d tries: %s, %v", c.hold, c.tries, until.Sub(noon), again)
		}
	}
}

// A freeze may be lifted before its time, and another hold may follow it: no run is
// made to find that out.
func TestAHoldThatIsLiftedEarlyEndsTheWaitAndAnotherGoesOnWithIt(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		w.refusing(&prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by sale", Until: noon.Add(9 * time.Hour)})
		now := prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by sale", Until: noon.Add(9 * time.Hour)}
		w.s.Still = func(context.Context, int64) (prentice.HoldBack, error) { return now, nil }
		w.fails()
		w.settle()
		now = prentice.HoldBack{Code: prentice.HoldCooldown, Says: "it cools down", Until: noon.Add(10 * time.Minute)}
		w.fails()
		w.settle()
		if d := w.show(1); len(d.Held) != 1 || d.Held[0].Says != "it cools down" || !d.Held[0].Until.Equal(noon.Add(10*time.Minute+time.Second)) || len(w.retried) != 0 || len(d.Runs) != 1 {
			w.t.Fatalf("held %+v, runs %+v", d.Held, d.Runs)
		}
		now = prentice.HoldBack{}
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{Number: 9, State: prentice.Waiting, Says: "waits for 1 approver"}, nil
		}
		w.fails()
		w.settle()
		if d := w.show(1); len(w.retried) != 1 || len(d.Held) != 0 || d.State != Fixing {
			w.t.Errorf("again %v, held %+v, %s", w.retried, d.Held, d.State)
		}
	})
}
