package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db/dbtest"
)

// human is a step for people.
func human(id string, section prentice.Section) prentice.PlannedStep {
	s := step(id, section, "here")
	s.Kind = "human"
	return s
}

func (w *world) confirm(number int64, yes bool, reason string) error {
	_, err := w.r.Confirm(w.t.Context(), run.Reply{Run: number, Actor: ann, Yes: yes, Reason: reason})
	return err
}

// locksOf is how many locks a run has.
func (w *world) locksOf(run int64) (n int) {
	w.t.Helper()
	if err := w.db.QueryRow(w.t.Context(), `SELECT COUNT(*) FROM run_locks WHERE run = ?`, []any{run}, &n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestAPersonCanVerify(t *testing.T) {
	plan := planOf(1, step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here"), human("seen", prentice.Verify), step("halt", prentice.Undo, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		for yes, want := range map[bool]prentice.State{true: prentice.Verified, false: prentice.Undone} {
			run := w.start(bob, fmt.Sprint("fix-", yes))
			d := w.until(run.Number, prentice.Waiting)
			if d.Waits != "seen" || w.locksOf(run.Number) != 0 {
				t.Errorf("it waits for %s and holds %d locks", d.Waits, w.locksOf(run.Number))
			}
			if err := w.confirm(run.Number, yes, " "); prentice.KindOf(err) != prentice.Invalid {
				t.Errorf("without a reason: %v", err)
			}
			if err := w.confirm(run.Number, yes, "the page is there"); err != nil {
				t.Fatal(err)
			}
			if d = w.ended(run.Number); d.State != want || !strings.Contains(fmt.Sprint(d.Steps), "the page is there") {
				t.Errorf("%v: %s (%s)", yes, d.State, d.Says)
			}
		}
	})
}

func TestAPersonCanCheck(t *testing.T) {
	plan := planOf(1, step("down", prentice.Check, "here"), human("agreed", prentice.Check), step("disk", prentice.Check, "here"), step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here"))
	each(t, plan, askOne, func(t *testing.T, w *world) {
		begun := w.start(bob, "fix-yes")
		if d := w.until(begun.Number, prentice.Waiting); d.Waits != "agreed" || w.effect.times("disk", "") != 0 || w.locksOf(begun.Number) != 0 {
			t.Errorf("it waits for %s, and looked %d times at what comes after", d.Waits, w.effect.times("disk", ""))
		}
		if err := w.confirm(begun.Number, true, "it is so"); err != nil {
			t.Fatal(err)
		}
		for w.until(begun.Number, prentice.Waiting).Waits != run.WaitsApproval {
			time.Sleep(10 * time.Millisecond)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: begun.Number, Actor: ann, Yes: true, Reason: "yes"}); err != nil {
			t.Fatal(err)
		}
		d := w.ended(begun.Number)
		if d.State != prentice.Verified || w.effect.times("disk", "") < 2 {
			t.Errorf("%s (%s), looked %d times", d.State, d.Says, w.effect.times("disk", ""))
		}
		begun = w.start(bob, "fix-no")
		w.until(begun.Number, prentice.Waiting)
		if err := w.confirm(begun.Number, false, "it is another fault"); err != nil {
			t.Fatal(err)
		}
		if d = w.ended(begun.Number); d.State != prentice.RunRefused || !strings.Contains(d.Says, "not this fault") || !strings.Contains(d.Says, "it is another fault") {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestACheckThatNobodyAnswersRefusesTheRun(t *testing.T) {
	each(t, planOf(1, human("agreed", prentice.Check), step("restart", prentice.Act, "target")), allow, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.now.Store(int64(2 * time.Hour))
		if err := w.r.expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := w.ended(run.Number); d.State != prentice.RunRefused || w.effect.times("restart", "host/a") != 0 {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestARunThatWaitsForAPersonKeepsNobodyOut(t *testing.T) {
	plan := planOf(1, human("told", prentice.Act), step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		first := w.start(bob, "fix-1")
		w.until(first.Number, prentice.Waiting)
		second := w.start(bob, "fix-2")
		w.until(second.Number, prentice.Waiting)
		if w.locksOf(first.Number)+w.locksOf(second.Number) != 0 {
			t.Error("runs that wait for people hold locks")
		}
		for _, run := range []prentice.Run{second, first} {
			if err := w.confirm(run.Number, true, "told them"); err != nil {
				t.Fatal(err)
			}
			if d := w.ended(run.Number); d.State != prentice.Verified {
				t.Errorf("%s (%s)", d.State, d.Says)
			}
		}
	})
}

func TestWhatWaitedForAPersonStandsInLineForItsTargets(t *testing.T) {
	plan := planOf(1, human("told", prentice.Act), step("restart", prentice.Act, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		first := w.start(bob, "fix-1")
		w.until(first.Number, prentice.Waiting)
		if _, err := w.db.Straight(t.Context(), `INSERT INTO run_locks (target, run, since) VALUES ('host/a', 999, 0)`); err != nil {
			t.Fatal(err)
		}
		if err := w.confirm(first.Number, true, "told them"); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(w.until(first.Number, prentice.Running).Says, "host/a is held by run/999") {
			time.Sleep(10 * time.Millisecond)
		}
		if w.effect.times("restart", "host/a") != 0 {
			t.Error("it acts on what another run holds")
		}
		if _, err := w.db.Straight(t.Context(), `DELETE FROM run_locks WHERE run = 999`); err != nil {
			t.Fatal(err)
		}
		if d := w.ended(first.Number); d.State != prentice.Unverified {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestChecksAreMadeAgainAfterAPersonWasWaitedFor(t *testing.T) {
	plan := planOf(1, step("down", prentice.Check, "here"), human("told", prentice.Act), step("restart", prentice.Act, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.effect.mu.Lock()
		w.effect.sick["down"] = true
		w.effect.mu.Unlock()
		if err := w.confirm(run.Number, true, "told them"); err != nil {
			t.Fatal(err)
		}
		if d := w.ended(run.Number); d.State != prentice.RunRefused || w.effect.times("restart", "host/a") != 0 || !strings.Contains(d.Says, "preconditions no longer hold") {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestARunGoesNotOnWhereAnotherHasActedMeanwhile(t *testing.T) {
	plan := planOf(1, step("drain", prentice.Act, "target"), human("swapped", prentice.Act), step("restart", prentice.Act, "target"), step("halt", prentice.Undo, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		first := w.start(bob, "fix-1")
		w.until(first.Number, prentice.Waiting)
		second := w.start(bob, "fix-2")
		w.until(second.Number, prentice.Waiting)
		if err := w.confirm(first.Number, true, "swapped"); err != nil {
			t.Fatal(err)
		}
		d := w.ended(first.Number)
		if d.State != prentice.Uncertain || w.effect.times("restart", "host/a") != 0 || !strings.Contains(d.Says, fmt.Sprintf("run/%d acted on host/a while it waited for a person", second.Number)) {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
		if err := w.confirm(second.Number, true, "swapped"); err != nil {
			t.Fatal(err)
		}
		if d = w.ended(second.Number); d.State != prentice.Unverified {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestOfFiftyWhoVerifyOrCheckAtOnceOneCounts(t *testing.T) {
	for _, section := range []prentice.Section{prentice.Check, prentice.Verify} {
		t.Run(string(section), func(t *testing.T) { fiftyAnswer(t, section) })
	}
}

func fiftyAnswer(t *testing.T, section prentice.Section) {
	everywhere(t, planOf(1, step("restart", prentice.Act, "target"), human("seen", section)), allow, func(t *testing.T, a, b *world) {
		people := a.crowd(dbtest.AtOnce)
		for round := range 3 {
			one := a.start(bob, fmt.Sprintf("fix-%d", round))
			a.until(one.Number, prentice.Waiting)
			errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
				_, err := either(i, a, b).r.Confirm(t.Context(), run.Reply{Run: one.Number, Actor: people[i], Yes: i%2 == 0, Reason: "looked"})
				return err
			})
			d := a.ended(one.Number)
			wins(t, errs)
			yes := 0
			for i, err := range errs {
				if err == nil && i%2 == 0 {
					yes++
				}
			}
			kinds, ends := a.evidence(one.Ref())
			good := d.State == prentice.Verified || d.State == prentice.Unverified
			if kinds["run.confirmed"] != 1 || ends != 1 || good != (yes == 1) {
				t.Errorf("%s: %d said yes; it is %s (%s), evidence %v", section, yes, d.State, d.Says, kinds)
			}
		}
	})
}

func TestAWaitForAPersonHoldsThroughARestart(t *testing.T) {
	for _, section := range []prentice.Section{prentice.Check, prentice.Verify} {
		t.Run(string(section), func(t *testing.T) { waitsThroughRestart(t, section) })
	}
}

func waitsThroughRestart(t *testing.T, section prentice.Section) {
	each(t, planOf(1, step("restart", prentice.Act, "target"), human("seen", section)), allow, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		again := w.runner()
		w.r.Stop(5 * time.Second) //nolint:errcheck // it ends for good
		w.r = again
		if err := w.r.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := w.until(run.Number, prentice.Waiting); d.Waits != "seen" {
			t.Errorf("it waits for %s", d.Waits)
		}
		if err := w.confirm(run.Number, true, "looked"); err != nil {
			t.Fatal(err)
		}
		if d := w.ended(run.Number); d.State != prentice.Verified && d.State != prentice.Unverified || w.effect.times("restart", "host/a") != 1 {
			t.Errorf("%s: %s (%s)", section, d.State, d.Says)
		}
	})
}
