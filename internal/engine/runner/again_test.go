package runner

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// gone is how a run ends whose fault went away before it acted.
func gone(t *testing.T, w *world, run prentice.Run, step string, acted int) {
	t.Helper()
	d := w.until(run.Number, prentice.RunRefused)
	if !strings.Contains(d.Says, "preconditions no longer hold: check down") {
		t.Errorf("run %d says %q", run.Number, d.Says)
	}
	if n := w.effect.times(step, "host/a"); n != acted {
		t.Errorf("%s was done %d times, want %d", step, n, acted)
	}
	for _, s := range d.Steps {
		if s.Section == prentice.Act {
			t.Errorf("run %d began %+v", run.Number, s)
		}
	}
}

func TestARunThatWaitsForAnotherLooksAgainWhenItsTurnComes(t *testing.T) {
	for name, verdict := range map[string]prentice.Decision{"no one was asked": allow, "someone approved": askOne} {
		t.Run(name, func(t *testing.T) {
			each(t, fixing(), verdict, func(t *testing.T, w *world) {
				w.effect.block = make(chan struct{}, 1)
				begin := func(procedure string) prentice.Run {
					one := w.start(bob, procedure)
					if verdict.Verdict == prentice.Ask {
						w.until(one.Number, prentice.Waiting)
						if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true}); err != nil {
							t.Fatal(err)
						}
					}
					return one
				}
				holder := begin("fix")
				<-w.effect.began
				waiter := begin("fix-too")
				w.heldBy(waiter.Number, prentice.HoldTargetIsBusy)
				w.effect.mu.Lock()
				w.effect.sick["down"] = true // it has helped already
				w.effect.mu.Unlock()
				w.effect.block <- struct{}{}
				w.until(holder.Number, prentice.Verified)
				gone(t, w, waiter, "restart", 1)
			})
		})
	}
}

// exec changes the database behind the runner's back.
func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement, args...); return err }); err != nil {
		w.t.Fatal(err)
	}
}

func TestARunThatACrashCaughtBeforeItActedLooksAgain(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		crash(t, w, run.Number)
		w.exec(`DELETE FROM run_steps WHERE run = ? AND section = 'act'`, run.Number) // it had its locks, and no more
		w.effect.sick["down"] = true
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone(t, w, run, "restart", 0)
	})
}

func TestChecksFromBeforeACrashAreNotActedOn(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.r.draining.Store(true)
		run := w.start(bob, "fix")
		w.exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, started, ended)
			VALUES (?, 1, 'down', '', 'check', 'effect', 'done', '', 0, 1, 7, 1, 2)`, run.Number)
		w.effect.sick["down"] = true
		if err := w.r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.r.draining.Store(false)
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone(t, w, run, "restart", 0)
	})
}

// One look is enough when nothing was waited for, and a second is a second line
// of the journal.
func TestARunThatWaitsForNothingLooksOnce(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		if n := w.effect.times("down", ""); n != 1 {
			t.Errorf("looked %d times", n)
		}
	})
}

func TestARunThatIsHeldWhileItHasItsTargetsLetsThemGo(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.alone("fix", 1)
		w.until(run.Number, prentice.Waiting)
		w.exec(`UPDATE runs SET state = 'queued', expires = 0 WHERE number = ?`, run.Number)
		w.exec(`INSERT INTO run_locks (target, run, since) VALUES ('host/a', ?, 1)`, run.Number)
		if err := w.r.begun(t.Context()); err != nil { // the one before never ended
			t.Fatal(err)
		}
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.held(run.Number)
		if locks, err := w.r.Locks(t.Context()); err != nil || len(locks) != 0 {
			t.Errorf("holds %+v, %v", locks, err)
		}
	})
}
