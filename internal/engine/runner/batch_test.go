package runner

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

// rolling is a deploy to so many hosts, each of which is verified, and then all
// of them together.
func rolling(targets, failures int, how string) prentice.Plan {
	plan := planOf(targets, step("deploy", prentice.Act, "target"), step("answers", prentice.Verify, "target"), step("whole", prentice.Verify, "here"), step("restore", prentice.Undo, "target"))
	plan.Limits.Parallel, plan.Limits.MaxFailures, plan.Limits.Verify = 4, failures, how
	return plan
}

// done is how many hosts a step was done on.
func (w *world) doneOn(step string) int {
	w.effect.mu.Lock()
	defer w.effect.mu.Unlock()
	n := 0
	for key, times := range w.effect.done {
		if strings.HasPrefix(key, step+"host/") && times > 0 {
			n++
		}
	}
	return n
}

func TestABrokenVersionReachesTheCanaryAlone(t *testing.T) {
	for name, broken := range map[string]string{"on the host": "answers", "as a whole": "whole"} {
		t.Run(name, func(t *testing.T) {
			each(t, rolling(10, 3, prentice.VerifyPerBatch), allow, func(t *testing.T, w *world) {
				w.effect.sick[broken] = true
				d := w.until(w.start(bob, "fix").Number, prentice.Undone)
				if n := w.doneOn("deploy"); n != 1 || w.effect.times("restore", "host/a") != 1 || w.doneOn("restore") != 1 {
					t.Errorf("deployed to %d hosts, restored on %d: %s", n, w.doneOn("restore"), d.Says)
				}
				if !strings.Contains(d.Says, "stopped at batch 1, with 0 hosts verified and 9 not begun") {
					t.Errorf("says %q", d.Says)
				}
			})
		})
	}
}

func TestBatchesGrowAndAreVerifiedOneByOne(t *testing.T) {
	each(t, rolling(10, 0, prentice.VerifyPerBatch), allow, func(t *testing.T, w *world) {
		d := w.until(w.start(bob, "fix").Number, prentice.Verified)
		sizes := []int{}
		for _, b := range d.Batches() {
			sizes = append(sizes, len(b.Verified))
			if b.State != run.Done {
				t.Errorf("batch %+v", b)
			}
		}
		if len(sizes) != 4 || sizes[0] != 1 || sizes[1] != 2 || sizes[2] != 4 || sizes[3] != 3 {
			t.Errorf("batches of %v", sizes)
		}
		if n := w.effect.times("whole", ""); n != 4 {
			t.Errorf("the whole was verified %d times", n)
		}
	})
}

// What does not verify counts among what may fail: the run goes on as long as that
// is enough, and what was verified stays.
func TestHostsThatDoNotVerifyCountAsFailed(t *testing.T) {
	for name, how := range map[string]string{"batch by batch": prentice.VerifyPerBatch, "at the end": prentice.VerifyAtEnd} {
		t.Run(name, func(t *testing.T) {
			each(t, rolling(10, 3, how), allow, func(t *testing.T, w *world) {
				w.effect.sick["answershost/c"], w.effect.sick["answershost/f"] = true, true
				d := w.until(w.start(bob, "fix").Number, prentice.Failed)
				if n := w.doneOn("restore"); n != 2 || w.effect.times("restore", "host/c") != 1 || w.effect.times("restore", "host/f") != 1 {
					t.Errorf("restored on %d hosts: %s", n, d.Says)
				}
				if !strings.HasPrefix(d.Says, "came out well on 8 of 10 hosts and failed on host/c, host/f") {
					t.Errorf("says %q", d.Says)
				}
			})
		})
	}
}

func TestNoBatchBeginsOnceTooManyFailed(t *testing.T) {
	for rollback, restored := range map[string]int{"": 2, prentice.RollbackAll: 5} {
		t.Run("rollback "+rollback, func(t *testing.T) {
			plan := rolling(10, 2, prentice.VerifyPerBatch)
			plan.Limits.Rollback = rollback
			each(t, plan, allow, func(t *testing.T, w *world) {
				w.effect.sick["answershost/d"], w.effect.sick["answershost/e"], w.effect.sick["answershost/f"] = true, true, true
				d := w.until(w.start(bob, "fix").Number, prentice.Failed, prentice.Undone)
				if n := w.doneOn("deploy"); n != 5 { // a, then b and c, then d and e
					t.Errorf("deployed to %d hosts: %s", n, d.Says)
				}
				if n := w.doneOn("restore"); n != restored || (d.State == prentice.Undone) != (restored == 5) {
					t.Errorf("%s, restored on %d hosts: %s", d.State, n, d.Says)
				}
				if only := unfinished(&detail{Detail: &run.Detail{View: d}}); len(only) != 10-5+restored {
					t.Errorf("left for a retry: %v", only)
				}
			})
		})
	}
}

// A plan from before batches were verified says nothing of it, and ends as it was
// approved.
func TestAPlanThatSaysNothingOfBatchesIsVerifiedAtTheEnd(t *testing.T) {
	each(t, rolling(4, 0, ""), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		w.plan.Limits.Verify = prentice.VerifyPerBatch // as it is rendered now
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true}); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Verified)
		if n := w.effect.times("whole", ""); n != 1 {
			t.Errorf("the whole was verified %d times", n)
		}
	})
}

// A crash in the middle of a batch's verification: the next process goes on with
// the same batch, does nothing twice, and never lets more fail than may.
func TestACrashInTheMiddleOfABatchGoesOnWithIt(t *testing.T) {
	each(t, rolling(6, 2, prentice.VerifyPerBatch), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.exec(`UPDATE runs SET state = 'running', started = created, expires = 0 WHERE number = ?`, run.Number)
		for _, s := range [][]any{
			{1, "deploy", "host/a", "act", "done"}, {1, "answers", "host/a", "verify", "done"}, {1, "whole", "", "verify", "done"},
			{1, "deploy", "host/b", "act", "done"}, {1, "deploy", "host/c", "act", "done"}, {1, "answers", "host/b", "verify", "intended"}, {1, "answers", "host/c", "verify", "failed"},
		} {
			w.exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, started, ended) VALUES (?, ?, ?, ?, ?, 'effect', ?, '', 0, 1, 7, 1, 2)`,
				append([]any{run.Number}, s...)...)
		}
		w.effect.sick["answershost/d"], w.effect.sick["answershost/e"] = true, true
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := w.until(run.Number, prentice.Failed)
		if w.effect.times("deploy", "host/a")+w.effect.times("deploy", "host/b")+w.effect.times("deploy", "host/c") != 0 {
			t.Error("a host was deployed to twice")
		}
		if w.effect.times("answers", "host/b") != 1 || w.effect.times("whole", "") != 1 {
			t.Error("the batch was not verified to its end")
		}
		if n := w.doneOn("deploy"); n != 1 || w.effect.times("deploy", "host/d") != 1 { // with c, that is two
			t.Errorf("deployed to %d more hosts: %s", n, d.Says)
		}
	})
}
