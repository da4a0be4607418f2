package runner

import (
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// zoned is a deploy to six hosts: a canary, a zone of three and a zone of two, with steps
// before each that is not the first.
func zoned(between ...prentice.PlannedStep) prentice.Plan {
	plan := rolling(6, 0, prentice.VerifyPerBatch)
	plan.Groups = []prentice.Group{{Name: "canary", Targets: 1}, {Name: "north", Targets: 3}, {Name: "south", Targets: 2}}
	for i := range between {
		between[i].Section, between[i].Risk = prentice.Between, prentice.Look
	}
	plan.Steps = append(plan.Steps, between...)
	return plan
}

func goOn() prentice.PlannedStep { return human("go-on", prentice.Between) }

func rest(length string) prentice.PlannedStep {
	wait := step("rest", prentice.Between, "here")
	wait.Kind, wait.Attrs = "wait", map[string]string{"for": length}
	return wait
}

// answer is a person's word on the question that the run waits for.
func (w *world) answer(number int64, yes bool) {
	w.t.Helper()
	w.until(number, prentice.Waiting)
	if err := w.confirm(number, yes, "looked at it"); err != nil {
		w.t.Fatal(err)
	}
}

func TestABatchIsAGroupOfThePlan(t *testing.T) {
	each(t, zoned(step("calm", prentice.Between, "here")), allow, func(t *testing.T, w *world) {
		d := w.until(w.start(bob, "fix").Number, prentice.Verified)
		var got []string
		for _, b := range d.Batches() {
			got = append(got, b.Name+" "+strings.Repeat("+", len(b.Verified)))
		}
		if all := strings.Join(got, ", "); all != "canary +, north +++, south ++" {
			t.Errorf("batches: %s", all)
		}
		if n := w.effect.times("calm", ""); n != 2 {
			t.Errorf("what comes between batches was done %d times", n)
		}
	})
}

// No group is so large that more fail than may: it is then more than one batch.
func TestAGroupIsNeverMoreThanMayFail(t *testing.T) {
	plan := zoned()
	plan.Limits.MaxFailures = 2
	each(t, plan, allow, func(t *testing.T, w *world) {
		for _, host := range []string{"b", "c", "d"} {
			w.effect.sick["answershost/"+host] = true
		}
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if n := w.doneOn("deploy"); n != 3 { // the canary, b and c
			t.Errorf("deployed to %d hosts: %s", n, d.Says)
		}
	})
}

func TestALookBetweenBatchesStopsTheRollout(t *testing.T) {
	each(t, zoned(step("calm", prentice.Between, "here")), allow, func(t *testing.T, w *world) {
		w.effect.sick["calm"] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if n := w.doneOn("deploy"); n != 1 || w.doneOn("restore") != 0 {
			t.Errorf("deployed to %d hosts, restored on %d", n, w.doneOn("restore"))
		}
		if !strings.HasPrefix(d.Says, "step calm before batch 2: ") || !strings.Contains(d.Says, "stopped at batch 1, with 1 host verified and 5 not begun") {
			t.Errorf("says %q", d.Says)
		}
	})
}

// Before each batch but the first a person says whether it goes on. What was verified stays when
// they say no, or nothing in time, unless the procedure wants all of it back.
func TestAPersonSaysWhetherTheNextBatchBegins(t *testing.T) {
	for name, c := range map[string]struct {
		rollback           string
		answers            []bool
		deployed, restored int
		state              prentice.State
	}{
		"yes and yes":                  {"", []bool{true, true}, 6, 0, prentice.Verified},
		"yes and no":                   {"", []bool{true, false}, 4, 0, prentice.Failed},
		"no":                           {"", []bool{false}, 1, 0, prentice.Failed},
		"no, and all of it comes back": {prentice.RollbackAll, []bool{true, false}, 4, 4, prentice.Undone},
		"no one says anything":         {"", nil, 1, 0, prentice.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			plan := zoned(goOn())
			plan.Limits.Rollback = c.rollback
			each(t, plan, allow, func(t *testing.T, w *world) {
				one := w.start(bob, "fix").Number
				for _, yes := range c.answers {
					w.answer(one, yes)
				}
				if c.answers == nil {
					w.until(one, prentice.Waiting)
					w.now.Store(int64(2 * time.Hour))
					if err := w.r.expire(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				d := w.until(one, c.state)
				if w.doneOn("deploy") != c.deployed || w.doneOn("restore") != c.restored {
					t.Errorf("deployed to %d hosts, restored on %d: %s", w.doneOn("deploy"), w.doneOn("restore"), d.Says)
				}
			})
		})
	}
}

func TestOfTwoAnswersBetweenBatchesOneCounts(t *testing.T) {
	each(t, zoned(goOn()), allow, func(t *testing.T, w *world) {
		one := w.start(bob, "fix").Number
		w.until(one, prentice.Waiting)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []prentice.Actor{ann, cat} {
			wg.Go(func() {
				_, errs[i] = w.r.Confirm(t.Context(), run.Reply{Run: one, Actor: who, Yes: false, Reason: "looked"})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("answers: %v and %v", errs[0], errs[1])
		}
		w.until(one, prentice.Failed)
		if n := w.doneOn("deploy"); n != 1 {
			t.Errorf("deployed to %d hosts", n)
		}
	})
}

// A crash while the question is open leaves it open; one in the middle of a pause begins the pause
// anew, and nothing else.
func TestACrashBetweenBatchesDoublesNothing(t *testing.T) {
	each(t, zoned(rest("10ms"), goOn()), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix").Number
		w.until(one, prentice.Waiting)
		w.exec(`UPDATE runs SET state = 'running', started = created, waits = '', expires = 0 WHERE number = ?`, one)
		for _, s := range [][]any{
			{1, "deploy", "host/a", "act", "effect", "done"}, {1, "answers", "host/a", "verify", "effect", "done"}, {1, "whole", "", "verify", "effect", "done"},
			{2, "rest", "", "between", "wait", "intended"},
		} {
			w.exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, started, ended) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, 1, 7, 1, 2)`,
				append([]any{one}, s...)...)
		}
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.answer(one, true)
		w.answer(one, true)
		w.until(one, prentice.Verified)
		if w.effect.times("deploy", "host/a") != 0 || w.doneOn("deploy") != 5 {
			t.Errorf("deployed to %d hosts, to the first %d times", w.doneOn("deploy"), w.effect.times("deploy", "host/a"))
		}
	})
}

func TestARunIsStoppedInThePauseBetweenBatches(t *testing.T) {
	each(t, zoned(rest("1h")), allow, func(t *testing.T, w *world) {
		one := w.start(bob, "fix").Number
		for steps := 0; steps < 4; { // the canary, its two looks, and the pause
			time.Sleep(5 * time.Millisecond)
			d, err := w.r.Show(t.Context(), one)
			if err != nil {
				t.Fatal(err)
			}
			steps = len(d.Steps)
		}
		if _, err := w.r.Cancel(t.Context(), one, ann, "not today"); err != nil {
			t.Fatal(err)
		}
		d := w.until(one, prentice.Cancelled)
		if n := w.doneOn("deploy"); n != 1 {
			t.Errorf("deployed to %d hosts: %s", n, d.Says)
		}
	})
}

// What a call brings is done on its own targets alone, and is verified before the next call begins.
func TestACallIsOverBeforeTheNextOneBegins(t *testing.T) {
	move, swap := step("db.move", prentice.Act, "target"), step("web.swap", prentice.Act, "target")
	well, answers := step("db.well", prentice.Verify, "here"), step("web.answers", prentice.Verify, "target")
	move.On, swap.On = []prentice.Ref{"host/a", "host/b"}, []prentice.Ref{"host/c", "host/d", "host/e"}
	well.On, answers.On = move.On, swap.On
	plan := planOf(5, move, swap, well, answers, step("restore", prentice.Undo, "target"))
	plan.Limits.Verify = prentice.VerifyPerBatch
	plan.Groups = []prentice.Group{{Name: "base", Targets: 2}, {Name: "shop", Targets: 3}}
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		if w.doneOn("db.move") != 2 || w.doneOn("web.swap") != 3 || w.effect.times("db.well", "") != 1 || w.doneOn("web.answers") != 3 {
			t.Errorf("%v", w.effect.done)
		}
		w.effect.sick["db.well"] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Undone)
		if w.doneOn("web.swap") != 3 || w.effect.times("web.swap", "host/c") != 1 || w.doneOn("restore") != 2 {
			t.Errorf("%s: %v", d.Says, w.effect.done)
		}
	})
}
