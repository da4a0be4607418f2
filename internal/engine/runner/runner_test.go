package runner

import (
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

func wantKind(t *testing.T, err error, kind prentice.Kind) {
	t.Helper()
	if err == nil || prentice.KindOf(err) != kind {
		t.Fatalf("got error %v (%s), want kind %s", err, prentice.KindOf(err), kind)
	}
}

func TestAnAllowedRunChecksActsAndVerifies(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		d := w.until(run.Number, prentice.Verified)
		for _, s := range []struct {
			step   string
			target prentice.Ref
		}{{"down", ""}, {"restart", "host/a"}, {"well", ""}} {
			if n := w.effect.times(s.step, s.target); n != 1 {
				t.Errorf("step %s was done %d times, want once", s.step, n)
			}
		}
		if n := w.effect.times("halt", "host/a"); n != 0 {
			t.Errorf("a verified run was undone %d times", n)
		}
		if d.Started.IsZero() || d.Ended.Before(d.Started) {
			t.Errorf("started %v, ended %v", d.Started, d.Ended)
		}
	})
}

func TestARunThatNeedsLeaveWaitsForSomebodyElse(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		asker := ann
		one := w.start(asker, "fix")
		w.until(one.Number, prentice.Waiting)
		for _, door := range []string{"cli", "api", "web", "mcp"} {
			again := asker
			again.Door = door
			_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: again, Yes: true})
			wantKind(t, err, prentice.Denied)
		}
		_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: bob, Yes: true})
		wantKind(t, err, prentice.Denied) // an operator is no approver
		_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: cat, Yes: true, Plan: "sha256:other"})
		wantKind(t, err, prentice.Conflict)
		if n := w.effect.times("restart", "host/a"); n != 0 {
			t.Fatalf("acted %d times without approval", n)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: cat, Yes: true, Reason: "the probe is right"}); err != nil {
			t.Fatal(err)
		}
		d := w.until(one.Number, prentice.Verified)
		if len(d.Approvals) != 1 || d.Approvals[0].Actor != "person/cat" {
			t.Errorf("approvals %+v", d.Approvals)
		}
		if n := w.effect.times("down", ""); n != 2 {
			t.Errorf("checked %d times, want once before and once after the approval", n)
		}
	})
}

func TestWhoeverSentTheEventCannotApproveWhatItMoves(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		w.mover = ann.Ref()
		one, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event"), EventNumber: 1})
		if err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Waiting)
		_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true})
		wantKind(t, err, prentice.Denied)
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: cat, Yes: true}); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Verified)
	})
}

func TestTwoApproversMustBeTwoPeople(t *testing.T) {
	each(t, fixing(), askTwo, func(t *testing.T, w *world) {
		one := w.start(prentice.Prentice("event"), "fix")
		w.until(one.Number, prentice.Waiting)
		got, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true})
		if err != nil || got.State != prentice.Waiting {
			t.Fatalf("after one of two: %v, %v", got.State, err)
		}
		_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true})
		wantKind(t, err, prentice.Conflict)
		if _, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: cat, Yes: true}); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Verified)
	})
}

func TestOneRefusalRefuses(t *testing.T) {
	each(t, fixing(), askTwo, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Reason: "not now"}); err != nil {
			t.Fatal(err)
		}
		if d := w.until(one.Number, prentice.RunRefused); !strings.Contains(d.Says, "not now") {
			t.Errorf("says %q", d.Says)
		}
	})
}

func TestAnApprovalThatNobodyGivesExpires(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		w.now.Store(int64(2 * time.Hour))
		_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true})
		wantKind(t, err, prentice.Refused)
		if err := w.r.expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Expired)
	})
}

func TestAWorldThatMovedVoidsThePlan(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		w.plan.Steps[1].Body = "something else"
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true}); err != nil {
			t.Fatal(err)
		}
		if d := w.until(one.Number, prentice.RunRefused); !strings.Contains(d.Says, "the state has changed") {
			t.Errorf("says %q", d.Says)
		}
		if n := w.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("acted %d times on a void plan", n)
		}
	})
}

func TestPolicyAndChecksRefuse(t *testing.T) {
	each(t, fixing(), refuse, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		if run.State != prentice.RunRefused || !strings.Contains(run.Says, "never on Fridays") {
			t.Errorf("%s: %s", run.State, run.Says)
		}
		w.verdict = allow
		w.effect.sick["down"] = true
		if d := w.until(w.start(bob, "fix").Number, prentice.RunRefused); !strings.Contains(d.Says, "not this fault") {
			t.Errorf("says %q", d.Says)
		}
	})
}

func TestACheckThatCannotBeMadeIsNoAnswer(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.unable = "down"
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if strings.Contains(d.Says, "not this fault") || !strings.Contains(d.Says, "no room for the script") || !strings.Contains(d.Says, "nothing was done") || w.effect.times("restart", "host/a") != 0 {
			t.Errorf("says %q", d.Says)
		}
		if rec, err := w.r.Record(t.Context(), "fix", ""); err != nil || rec.Harmful != 0 {
			t.Errorf("it counts as harm: %+v, %v", rec, err)
		}
		found, err := w.r.Diagnose(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob})
		if err != nil || found.Fits || !strings.Contains(found.Says, "no room for the script") {
			t.Errorf("diagnosed %+v, %v", found, err)
		}
		w.effect.unable = ""
		w.until(w.start(bob, "fix").Number, prentice.Verified)
	})
}

func TestAFixThatDoesNotHelpIsPutBack(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.sick["well"] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Undone)
		if n := w.effect.times("halt", "host/a"); n != 1 {
			t.Errorf("put back %d times, want once (%s)", n, d.Says)
		}
		w.until(w.start(bob, "fix").Number, prentice.Undone)
		run, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event")})
		if err != nil || run.State != prentice.RunRefused || !strings.Contains(run.Says, "did not help") {
			t.Errorf("after two useless fixes prentice goes on by itself: %s: %s (%v)", run.State, run.Says, err)
		}
	})
}

func TestWhatWasNeverBegunIsNotPutBack(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.shut = map[prentice.Ref]bool{"host/a": true}
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if n := w.effect.times("halt", "host/a"); n != 0 || d.Says != "step restart on host/a: host/a does not answer; nothing was done" {
			t.Errorf("put back %d times: %s", n, d.Says)
		}
	})
}

func TestOfHostsThatFailOnlyThoseArePutBackOnWhichSomethingWasBegun(t *testing.T) {
	plan := planOf(4, step("restart", prentice.Act, "target"), step("more", prentice.Act, "target"), step("halt", prentice.Undo, "target"))
	plan.Limits.MaxFailures, plan.Limits.Parallel = 3, 4
	shut, sick := plan.Targets[1].Ref, plan.Targets[2].Ref
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.effect.shut = map[prentice.Ref]bool{shut: true}
		w.effect.sick["more"+string(sick)] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		for _, target := range plan.Targets {
			want := 0
			if target.Ref == sick {
				want = 1
			}
			if n := w.effect.times("halt", target.Ref); n != want {
				t.Errorf("%s was put back %d times, want %d: %s", target.Ref, n, want, d.Says)
			}
		}
	})
}

func TestAHumanStepHoldsTheRunUntilSomebodyConfirms(t *testing.T) {
	plan := fixing()
	human := step("tell", prentice.Act, "here")
	human.Kind = "human"
	plan.Steps = append(plan.Steps, human)
	each(t, plan, allow, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		d := w.until(one.Number, prentice.Waiting)
		if d.Waits != "tell" {
			t.Fatalf("waits for %q", d.Waits)
		}
		if _, err := w.r.Confirm(t.Context(), run.Reply{Run: one.Number, Actor: bob, Yes: true, Reason: "told her"}); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.Verified)
		if n := w.effect.times("restart", "host/a"); n != 1 {
			t.Errorf("the step before was done %d times, want once", n)
		}
	})
}

func TestTwoRunsNeverTouchATargetAtOnce(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{})
		first := w.start(bob, "fix")
		<-w.effect.began
		second := w.start(bob, "fix-too")
		if d := w.until(second.Number, prentice.Queued); !strings.Contains(d.Says, "run/1") {
			t.Errorf("says %q", d.Says)
		}
		close(w.effect.block)
		w.until(first.Number, prentice.Verified)
		w.until(second.Number, prentice.Verified)
		if most := w.effect.most.Load(); most != 1 {
			t.Errorf("%d steps at once on one target", most)
		}
	})
}

func TestACanaryGoesFirstAndABadOneStopsTheRest(t *testing.T) {
	plan := planOf(5, step("restart", prentice.Act, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.effect.sick["restart"] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if len(d.Steps) != 1 || d.Steps[0].Target != "host/a" {
			t.Errorf("touched %d targets, want the canary only", len(d.Steps))
		}
	})
}

func TestCancelInterruptsTheStepUnderWay(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{})
		run := w.start(bob, "fix")
		<-w.effect.began
		if _, err := w.r.Cancel(t.Context(), run.Number, ann, "wrong host"); err != nil {
			t.Fatal(err)
		}
		if d := w.until(run.Number, prentice.Cancelled); !strings.Contains(d.Says, "wrong host") || !strings.Contains(d.Says, "interrupted") {
			t.Errorf("says %q", d.Says)
		}
		_, err := w.r.Cancel(t.Context(), run.Number, ann, "again")
		wantKind(t, err, prentice.Conflict)
	})
}

func TestALookThatAPersonStopsIsNoFault(t *testing.T) {
	peek := step("peek", prentice.Act, "target")
	peek.Risk = prentice.Look
	each(t, planOf(1, peek), allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{})
		one := w.start(bob, "fix")
		<-w.effect.began
		if _, err := w.r.Cancel(t.Context(), one.Number, ann, "wrong host"); err != nil {
			t.Fatal(err)
		}
		d := w.until(one.Number, prentice.Cancelled)
		if len(d.Steps) != 1 || d.Steps[0].State != run.NotDone {
			t.Errorf("%+v", d.Steps)
		}
	})
}

func TestTheStopFileStopsBeforeTheNextStep(t *testing.T) {
	plan := planOf(1, step("one", prentice.Act, "target"), step("two", prentice.Act, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{}, 1)
		run := w.start(bob, "fix")
		<-w.effect.began
		w.stop.Store(true)
		w.effect.block <- struct{}{}
		if d := w.until(run.Number, prentice.Cancelled); !strings.Contains(d.Says, "1 step done") {
			t.Errorf("says %q", d.Says)
		}
		if again := w.start(bob, "fix"); again.State != prentice.RunRefused {
			t.Errorf("a run was begun while all is stopped: %s", again.State)
		}
	})
}

func TestTheSameEventStartsAProcedureOnce(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		req := prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event"), EventNumber: 1}
		first, err := w.r.Start(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		w.until(first.Number, prentice.Verified)
		second, err := w.r.Start(t.Context(), req)
		if err != nil || second.Number != first.Number {
			t.Errorf("the same event gave run %d and then %d (%v)", first.Number, second.Number, err)
		}
	})
}

// A crash leaves an intention without its proof. What becomes of the step is the
// heart of the matter.
func TestAfterACrashAStepIsAskedWhetherItIsDone(t *testing.T) {
	for _, c := range []struct {
		name       string
		answer     prentice.Answer
		idempotent bool
		want       prentice.State
		times      int
	}{
		{"done already: not repeated", prentice.Yes, false, prentice.Verified, 0},
		{"not done: done now", prentice.No, false, prentice.Verified, 1},
		{"no one can tell, and it may be repeated: repeated", prentice.Unknown, true, prentice.Verified, 1},
		{"no one can tell, and it must not be repeated: uncertain", prentice.Unknown, false, prentice.Uncertain, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := fixing()
			plan.Steps[1].Idempotent = c.idempotent
			each(t, plan, askOne, func(t *testing.T, w *world) {
				run := w.start(bob, "fix")
				w.until(run.Number, prentice.Waiting)
				w.effect.truth["restart"] = c.answer
				crash(t, w, run.Number)
				if err := w.r.beginAll(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.until(run.Number, c.want)
				if n := w.effect.times("restart", "host/a"); n != c.times {
					t.Errorf("done %d times after the crash, want %d", n, c.times)
				}
				if w.reaped.Load() == 0 {
					t.Error("not checked for processes that the crash left")
				}
			})
		})
	}
}

// crash writes the store as a crash in the middle of step restart leaves it.
func crash(t *testing.T, w *world, run int64) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE runs SET state = 'running', started = created WHERE number = ?`, run)
		_, err2 := tx.Exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, started, ended)
			VALUES (?, 1, 'restart', 'host/a', 'act', 'effect', 'intended', '', 0, 1, 7, 1, 0)`, run)
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatAnEarlierProcessLeftIsTakenUp(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.effect.truth["restart"] = prentice.No
		crash(t, w, run.Number)
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(run.Number, prentice.Verified)
	})
}

func TestWhatACrashLeftEndsAlsoWhenAllIsStopped(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.stop.Store(true)
		crash(t, w, run.Number)
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := w.until(run.Number, prentice.Cancelled); !strings.Contains(d.Says, "interrupted") {
			t.Errorf("says %q", d.Says)
		}
		if w.reaped.Load() == 0 {
			t.Error("not checked for processes that the crash left")
		}
	})
}

func TestDrainBeginsNoFurtherStep(t *testing.T) {
	plan := planOf(1, step("one", prentice.Act, "target"), step("two", prentice.Act, "target"))
	each(t, plan, allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{}, 1)
		run := w.start(bob, "fix")
		<-w.effect.began
		drained := make(chan error, 1)
		go func() { drained <- w.r.Drain(t.Context()) }()
		for !w.r.draining.Load() {
			time.Sleep(time.Millisecond)
		}
		w.effect.block <- struct{}{}
		if err := <-drained; err != nil {
			t.Fatal(err)
		}
		d, err := w.r.Show(t.Context(), run.Number)
		if err != nil || d.State != prentice.Running || w.effect.times("one", "host/a") != 1 || w.effect.times("two", "host/a") != 0 {
			t.Errorf("after the drain: %s, %d and %d (%v)", d.State, w.effect.times("one", "host/a"), w.effect.times("two", "host/a"), err)
		}
	})
}

func TestAFreezeBindsPeopleAndOutlivesApprovals(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		asked := w.start(bob, "fix")
		w.until(asked.Number, prentice.Waiting)
		says := "frozen by sale"
		w.frozen.Store(&says)
		if run := w.start(bob, "fix-too"); run.State != prentice.RunRefused || run.Says != says {
			t.Errorf("in a freeze a person's run is %s: %s", run.State, run.Says)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: asked.Number, Actor: ann, Yes: true}); err != nil {
			t.Fatal(err)
		}
		if d := w.until(asked.Number, prentice.RunRefused); d.Says != says {
			t.Errorf("says %q", d.Says)
		}
		if n := w.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("acted %d times in a freeze", n)
		}
	})
}

func TestARunThatActsFinishesWhenAFreezeBegins(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{})
		run := w.start(bob, "fix")
		<-w.effect.began
		says := "frozen by sale"
		w.frozen.Store(&says)
		close(w.effect.block)
		w.until(run.Number, prentice.Verified)
	})
}
