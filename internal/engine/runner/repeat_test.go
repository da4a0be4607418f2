package runner

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// retried is an act that may be repeated, and is, up to so often.
func retried(times int, timeout string) prentice.Plan {
	s := step("swap", prentice.Act, "target")
	s.Idempotent, s.Retry, s.Timeout = true, prentice.Retry{Times: times, Delay: "1ms", Backoff: 1}, timeout
	return planOf(1, s, step("well", prentice.Verify, "here"), step("restore", prentice.Undo, "target"))
}

// of is the journal's line of a step.
func of(d run.View, step string) run.StepRecord {
	for _, s := range d.Steps {
		if s.Step == step {
			return s
		}
	}
	return run.StepRecord{}
}

func TestAnActThatMayBeRepeatedIsMadeAgain(t *testing.T) {
	for name, c := range map[string]struct {
		better, times, made int
		idempotent          bool
		state               prentice.State
	}{
		"the third comes out well":         {3, 5, 3, true, prentice.Verified},
		"none does":                        {9, 2, 3, true, prentice.Undone},
		"the first does":                   {1, 5, 1, true, prentice.Verified},
		"what may not be repeated is made": {3, 5, 1, false, prentice.Undone},
	} {
		t.Run(name, func(t *testing.T) {
			plan := retried(c.times, "")
			plan.Steps[0].Idempotent = c.idempotent
			each(t, plan, allow, func(t *testing.T, w *world) {
				w.effect.sick["swap"], w.effect.better = true, c.better
				d := w.until(w.start(bob, "fix").Number, c.state)
				if got := w.effect.times("swap", "host/a"); got != c.made || of(d, "swap").Attempts != c.made {
					t.Errorf("made %d times, %d in the journal", got, of(d, "swap").Attempts)
				}
				told := map[string]bool{}
				for _, once := range w.effect.makings[:c.made] {
					told[once] = true
				}
				if len(told) != c.made || told[""] {
					t.Errorf("one making is not told from another: %v", w.effect.makings)
				}
			})
		})
	}
}

// A step whose time is up is asked whether it is done, when it may be repeated. Of any other no
// one knows how far it came.
func TestAStepPastItsTimeIsAskedWhetherItIsDone(t *testing.T) {
	for name, c := range map[string]struct {
		truth      prentice.Answer
		idempotent bool
		state      prentice.State
		says       string
	}{
		"it is":                        {prentice.Yes, true, prentice.Verified, "is done, as its done? question says, though not over after 30ms"},
		"it is not":                    {prentice.No, true, prentice.Undone, "not over after 30ms"},
		"no one can tell":              {prentice.Unknown, true, prentice.Undone, "not over after 30ms"},
		"one that may not be repeated": {prentice.Yes, false, prentice.Uncertain, "not over after 30ms"},
	} {
		t.Run(name, func(t *testing.T) {
			plan := retried(0, "30ms")
			plan.Steps[0].Idempotent = c.idempotent
			each(t, plan, allow, func(t *testing.T, w *world) {
				w.effect.truth["swap"], w.effect.block, w.effect.began = c.truth, make(chan struct{}), make(chan string, 10)
				one := w.start(bob, "fix").Number
				<-w.effect.began
				d := w.until(one, c.state, prentice.Undoing)
				w.effect.mu.Lock()
				w.effect.block = nil
				w.effect.mu.Unlock()
				w.until(one, c.state)
				if !strings.HasPrefix(of(d, "swap").Says, c.says) {
					t.Errorf("says %q", of(d, "swap").Says)
				}
			})
		})
	}
}

func TestAStepPastItsTimeIsMadeAgain(t *testing.T) {
	each(t, retried(1, "30ms"), allow, func(t *testing.T, w *world) {
		w.effect.block, w.effect.began = make(chan struct{}), make(chan string, 10)
		one := w.start(bob, "fix").Number
		<-w.effect.began
		w.effect.mu.Lock()
		w.effect.block = nil
		w.effect.mu.Unlock()
		if d := w.until(one, prentice.Verified); of(d, "swap").Attempts != 2 {
			t.Errorf("%d attempts", of(d, "swap").Attempts)
		}
	})
}

// After a crash the attempts that were made count: what was the last one stays the last one, and what
// is made is told from those before.
func TestACrashBetweenAttemptsLosesNoneAndMakesNoneMore(t *testing.T) {
	each(t, retried(2, ""), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix").Number
		w.until(one, prentice.Waiting)
		w.exec(`UPDATE runs SET state = 'running', started = created, waits = '', expires = 0 WHERE number = ?`, one)
		w.exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, lasting, again, started, ended) VALUES (?, 1, 'swap', 'host/a', 'act', 'effect', 'intended', '', 0, 2, 7, 2, 1, 1, 0)`, one)
		w.effect.sick["swap"], w.effect.truth["swap"] = true, prentice.No
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(one, prentice.Undone)
		if n := w.effect.times("swap", "host/a"); n != 2 { // the second once more, and the third
			t.Errorf("made %d times after the crash", n)
		}
		if m := w.effect.makings; len(m) < 2 || !strings.HasSuffix(m[0], "/1/1") || !strings.HasSuffix(m[1], "/1/2") {
			t.Errorf("makings %v", m)
		}
	})
}

func TestAStopBetweenAttemptsEndsThem(t *testing.T) {
	plan := retried(5, "")
	plan.Steps[0].Retry.Delay = "10m"
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.effect.sick["swap"] = true
		one := w.start(bob, "fix").Number
		for w.effect.times("swap", "host/a") == 0 {
			time.Sleep(time.Millisecond)
		}
		if _, err := w.r.Cancel(t.Context(), one, ann, "not today"); err != nil {
			t.Fatal(err)
		}
		w.until(one, prentice.Cancelled)
		if n := w.effect.times("swap", "host/a"); n != 1 {
			t.Errorf("made %d times", n)
		}
	})
}
