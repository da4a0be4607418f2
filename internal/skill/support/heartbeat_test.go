package support

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/op"
)

// listens is a world with a heartbeat, and a clock beside its own that no one moves.
func listens(t *testing.T, test func(w *world, sits func(time.Duration))) {
	quiet(t, func(w *world) {
		var elapsed time.Duration
		again := func() {
			w.silences()
			w.s.Router = routes{[]alert.Heartbeat{{Name: "Watchdog", Within: 10 * time.Minute, Severity: "critical", Owner: "group/ops"}}}
			w.s.Elapsed = func() time.Duration { return elapsed }
			w.settle()
		}
		again()
		w.again = again
		test(w, func(d time.Duration) { elapsed += d; w.pass(d); w.settle() })
	})
}

func (w *world) beats() {
	w.t.Helper()
	e := w.event("alert.firing", `{"alertname":"Watchdog","fingerprint":"w","severity":"info","labels":{"alertname":"Watchdog"}}`)
	e.Source = "alertmanager/eu"
	if _, _, err := w.s.receive(w.t.Context(), ann, e); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) tells() {
	w.t.Helper()
	w.mu.Lock()
	var mine []prentice.Event
	for _, e := range w.sent {
		if e.Source == beatSource && !w.passedOn[e.ID] {
			w.passedOn[e.ID] = true
			mine = append(mine, e)
		}
	}
	w.mu.Unlock()
	w.hears(mine...)
}

func TestAHeartbeatThatIsNotHeardIsAnIncident(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		w.beats()
		sits(10*time.Minute - 1)
		w.beats()
		sits(10*time.Minute - 1)
		w.tells()
		if w.open() != 0 {
			t.Fatal("it was heard in time")
		}
		sits(1)
		w.tells()
		if w.open() != 1 {
			t.Fatal("it was not heard, and no one is told")
		}
		text := w.show(1).Text()
		for _, part := range []string{"heartbeat/Watchdog", "Watchdog is not heard: nothing was heard of it for 10m, since 2026-03-02 12:", "Severity critical, owner group/ops"} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in\n%s", part, text)
			}
		}
		list, err := w.s.heartbeatList(t.Context(), op.Call{}, struct{}{})
		if _, rows := list.Table(); err != nil || !strings.Contains(strings.Join(rows[0], " "), "■ missing") {
			t.Errorf("%v, %v", rows, err)
		}
		w.restart()
		w.again()
		sits(time.Hour)
		w.tells()
		if w.open() != 1 || w.told("heartbeat.failed") != 1 {
			t.Errorf("after a restart it is told %d times", w.told("heartbeat.failed"))
		}
		w.beats()
		w.tells()
		sits(w.s.Quiet)
		if w.open() != 0 {
			t.Error("it is heard again, and its incident goes on")
		}
		sits(10 * time.Minute)
		w.tells()
		if w.open() != 1 || w.told("heartbeat.failed") != 2 {
			t.Errorf("a second time: %d open, told %d times", w.open(), w.told("heartbeat.failed"))
		}
	})
}

func TestOneThatWasNeverHeardIsMissingAfterItsTime(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		sits(10 * time.Minute)
		w.tells()
		if w.open() != 1 || strings.Contains(w.show(1).Summary, "since") {
			t.Errorf("%d are open", w.open())
		}
	})
}

func TestAClockThatMovesMakesNoHeartbeatMissing(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		w.beats()
		w.pass(48 * time.Hour)
		w.settle()
		w.tells()
		if w.told("heartbeat.failed") != 0 {
			t.Fatal("the clock went forward, and nothing was late")
		}
		w.pass(-72 * time.Hour)
		sits(10 * time.Minute)
		w.tells()
		if w.open() != 1 {
			t.Fatal("the clock went back, and it is missing")
		}
		w.beats() // its time is before that at which it was missed
		w.tells()
		if w.told("heartbeat.passed") != 1 {
			t.Error("the clock went back, and it was heard again")
		}
	})
}

func TestAfterAStartItIsWaitedForAnew(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		w.beats()
		sits(9 * time.Minute)
		w.pass(5 * time.Hour) // prentice was down
		w.restart()
		w.again()
		sits(10*time.Minute - 1)
		w.tells()
		if w.open() != 0 {
			t.Fatal("no one could be heard while it was down")
		}
		sits(1)
		w.tells()
		if w.open() != 1 {
			t.Error("and it was not heard since")
		}
	})
}

func TestOneThatNobodyNamesAnyMoreIsNotMissing(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		sits(10 * time.Minute)
		w.tells()
		w.s.Router = routes{}
		w.settle()
		w.tells()
		if w.told("heartbeat.passed") != 1 || w.show(1).WellSince.IsZero() {
			t.Error("its incident goes on")
		}
	})
}

func TestWhatAnotherProcessHearsCounts(t *testing.T) {
	listens(t, func(w *world, sits func(time.Duration)) {
		w.beats()
		other := Make(Deps{DB: w.db, Clock: w.clock, Runs: w, Inbox: w, Matcher: w, Diagnoser: w, Recorder: w, Router: w.s.Router})
		for range 3 {
			sits(9 * time.Minute)
			e := w.event("alert.firing", `{"alertname":"Watchdog","fingerprint":"w","severity":"noise","labels":{"alertname":"Watchdog"}}`)
			if _, _, err := other.receive(t.Context(), ann, e); err != nil { // also one that is ignored
				t.Fatal(err)
			}
			w.settle()
		}
		w.tells()
		if w.open() != 0 {
			t.Error("it was heard there")
		}
	})
}

func TestWhatIsUnknownIsToldToWhoeverIsToldOfSuch(t *testing.T) {
	quiet(t, func(w *world) {
		e := w.event("service.down", "")
		e.Subject = "service/chekcout"
		receipt, _, err := w.s.receive(t.Context(), ann, e)
		if err != nil || !strings.Contains(receipt.Note, "did you mean service/checkout?") {
			t.Errorf("%+v, %v", receipt, err)
		}
		w.hears(e)
		d := w.show(1)
		if d.Owner != "group/ops" || !has(w.lines(1), "did you mean service/checkout?") {
			t.Errorf("owner %s: %v", d.Owner, w.lines(1))
		}
		if sent := w.sentOf("incident.opened"); len(sent) != 1 || !strings.Contains(string(sent[0].Data), "did you mean") || !strings.Contains(string(sent[0].Data), `"owner":"group/ops"`) {
			t.Errorf("told %+v", sent)
		}
		w.happens("service.down", "")
		if d := w.show(2); d.Owner != "group/shop" || has(w.lines(2), "catalog") {
			t.Errorf("of a known one: owner %s, %v", d.Owner, w.lines(2))
		}
	})
}
