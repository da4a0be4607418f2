package runner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// Away lets a runner write what becomes of runs and perform none, as a process does
// that only answers, until it is called back.
func (w *world) away() (back func()) {
	crew := &w.r.workers
	crew.mu.Lock()
	defer crew.mu.Unlock()
	perform := crew.perform
	crew.perform = nil
	return func() {
		crew.mu.Lock()
		defer crew.mu.Unlock()
		crew.perform = perform
	}
}

// look is what watchIdle does from time to time, often enough to be sure.
func (w *world) look() {
	w.t.Helper()
	idle, err := w.r.takeOver(w.t.Context(), nil)
	if err == nil {
		_, err = w.r.takeOver(w.t.Context(), idle)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// What was decided stands, also if nothing performs it at that moment.
func TestARunThatNothingBeganIsBegunLater(t *testing.T) {
	human := fixing()
	tell := step("tell", prentice.Act, "here")
	tell.Kind = "human"
	human.Steps = append(human.Steps, tell)
	asked := func(w *world) prentice.Run {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		return run
	}
	for name, c := range map[string]struct {
		plan    prentice.Plan
		verdict prentice.Decision
		before  func(*world) prentice.Run
		do      func(*world, prentice.Run) (prentice.Run, error)
		end     prentice.State
	}{
		"started": {fixing(), allow, nil, func(w *world, _ prentice.Run) (prentice.Run, error) {
			return w.r.Start(w.t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob})
		}, prentice.Verified},
		"approved": {fixing(), askOne, asked, func(w *world, one prentice.Run) (prentice.Run, error) {
			return w.r.Answer(w.t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true})
		}, prentice.Verified},
		"through break-glass": {fixing(), askOne, asked, func(w *world, run prentice.Run) (prentice.Run, error) {
			return w.r.BreakGlass(w.t.Context(), run.Number, "", ann, "the shop burns and no one is there")
		}, prentice.Verified},
		"confirmed": {human, allow, asked, func(w *world, one prentice.Run) (prentice.Run, error) {
			return w.r.Confirm(w.t.Context(), run.Reply{Run: one.Number, Actor: bob, Yes: true})
		}, prentice.Verified},
		"not confirmed in time": {human, allow, asked, func(w *world, run prentice.Run) (prentice.Run, error) {
			w.now.Store(int64(2 * time.Hour))
			err := w.r.expire(w.t.Context())
			return run, err
		}, prentice.Undone},
		"woken": {planOf(1, step("restart", prentice.Act, "target")), allow, sleeper, func(w *world, run prentice.Run) (prentice.Run, error) {
			return run, nil
		}, prentice.Unverified},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, c.plan, c.verdict, func(t *testing.T, w *world) {
				var run prentice.Run
				if c.before != nil {
					run = c.before(w)
				}
				back := w.away()
				run, err := c.do(w, run)
				if err != nil {
					t.Fatalf("what was decided is not told: %v", err)
				}
				w.look()
				if d, err := w.r.Show(t.Context(), run.Number); err != nil || d.State.Ended() || d.State == prentice.Waiting {
					t.Errorf("while nothing performs it, it is %s: %s (%v)", d.State, d.Says, err)
				}
				back()
				w.look()
				w.until(run.Number, c.end)
			})
		})
	}
}

func TestARunThatNothingPerformsEndsWhenItIsCancelled(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		back := w.away()
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true}); err != nil {
			t.Fatal(err)
		}
		got, err := w.r.Cancel(t.Context(), one.Number, bob, "not any more")
		if err != nil || got.State != prentice.Cancelled || !strings.Contains(got.Says, "not any more; nothing was done") {
			t.Errorf("%s: %s (%v)", got.State, got.Says, err)
		}
		back()
		w.look()
		if n := w.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("it acted %d times after it was cancelled", n)
		}
	})
}

func TestOneRunThatCannotBeReadKeepsNoOtherFromItsEnd(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		bad, good := w.start(bob, "fix-1"), w.start(bob, "fix-2")
		w.until(bad.Number, prentice.Waiting)
		w.until(good.Number, prentice.Waiting)
		if _, err := w.db.Straight(t.Context(), `UPDATE runs SET request = '{', risk = 'cosmic', expires = 1 WHERE number = ?`, bad.Number); err != nil {
			t.Fatal(err)
		}
		w.now.Store(int64(2 * time.Hour))
		if err := w.r.expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(good.Number, prentice.Expired)
		runs, err := w.r.List(t.Context(), run.Filter{Open: true})
		if err != nil || len(runs) != 1 || !strings.Contains(runs[0].Says, "cannot go on") || runs[0].Risk != prentice.Danger {
			t.Errorf("%+v, %v", runs, err)
		}
		if err := w.r.sayAgain(t.Context(), ""); err != nil {
			t.Errorf("no one hears of the others: %v", err)
		}
	})
}

// ending is a effect that ends as the process does.
type ending struct {
	*effect
	stop func()
	out  prentice.Outcome
	err  error
}

func (e ending) Apply(_ context.Context, w prentice.Work) (prentice.Outcome, error) {
	if w.Step.Section != prentice.Act {
		return prentice.Outcome{OK: true}, nil
	}
	e.stop()
	return e.out, e.err
}

func TestAnActThatEndedAsTheProcessDidIsProved(t *testing.T) {
	for name, c := range map[string]struct {
		out  prentice.Outcome
		err  error
		want run.StepState
	}{
		"well":                    {prentice.Outcome{OK: true, Says: "done"}, nil, run.Done},
		"with a code":             {prentice.Outcome{Code: 3, Says: "exit code 3"}, nil, run.NotDone},
		"cut short":               {prentice.Outcome{}, errors.New("interrupted"), run.Intended},
		"before it had said much": {prentice.Outcome{Says: "no answer"}, nil, run.Intended},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, fixing(), allow, func(t *testing.T, w *world) {
				w.r.kinds["effect"] = ending{w.effect, w.r.InterruptAll, c.out, c.err}
				run := w.start(bob, "fix")
				for begun := false; ; {
					over := begun && !w.r.performs(run.Number) // looked at before the record is: what is read then is final
					d, err := w.r.load(t.Context(), run.Number)
					if err != nil {
						t.Fatal(err)
					}
					rec, _, found := d.Past("restart", "host/a", 1)
					if over {
						if rec.State != c.want {
							t.Errorf("it is %s, want %s", rec.State, c.want)
						}
						return
					}
					begun = found
					time.Sleep(time.Millisecond)
				}
			})
		})
	}
}
