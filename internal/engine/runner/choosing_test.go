package runner

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// choosing is a planner whose plan acts on those targets on which the check look finds the
// disk full.
type choosing struct{ w *world }

func (p choosing) Render(ctx context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	plan, err := p.w.Render(ctx, req)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	plan.TargetsIf, plan.Captured, plan.Open = "full", req.Captured, len(req.Captured) < len(plan.Targets)
	plan.Subject = plan.Targets[0].Ref
	if plan.Open {
		return plan, err
	}
	all := plan.Targets
	plan.Targets = nil
	for i, c := range req.Captured {
		if c.Value == "full" {
			plan.Targets = append(plan.Targets, all[i])
		} else {
			plan.NotChosen = append(plan.NotChosen, prentice.NotChosen{Target: all[i], Why: c.Value})
		}
	}
	if len(plan.Targets) == 0 {
		return plan, prentice.Errorf(prentice.Refused, "no targets")
	}
	plan.Subject = plan.Targets[0].Ref
	return plan, err
}

// eachChoosing is a run whose checks find the disk full on b alone.
func eachChoosing(t *testing.T, verdict prentice.Decision, test func(*testing.T, *world, *printing)) {
	look := handing("look", prentice.Check, "target", "empty\n", prentice.Capture{Name: "disk", Type: "string"})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, planOf(3, look, step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here")), verdict)
		p := &printing{effect: effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}, env: map[string][]string{}, prints: map[string]string{"lookhost/b": "full\n"}}
		w.r.Know([]prentice.StepKind{p})
		w.r.Planner = choosing{w}
		test(t, w, p)
	})
}

func (p *printing) print(where, text string) {
	p.effect.mu.Lock()
	defer p.effect.mu.Unlock()
	p.prints[where] = text
}

func TestARunActsOnTheTargetsThatItsChecksChose(t *testing.T) {
	eachChoosing(t, askOne, func(t *testing.T, w *world, p *printing) {
		n := w.start(bob, "fix").Number
		d := w.until(n, prentice.Waiting)
		if d.Subject != "host/b" || !slices.Equal(d.Targets, []prentice.Ref{"host/b"}) || len(d.ThePlan.NotChosen) != 2 {
			t.Fatalf("it is about %s, acts on %v and not on %v", d.Subject, d.Targets, d.ThePlan.NotChosen)
		}
		if list, err := w.r.List(t.Context(), run.Filter{}); err != nil || len(list) != 1 || list[0].About() != "host/b" {
			t.Errorf("the list says %+v, %v", list, err)
		}
		if _, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: ann, Reason: "the same"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("the same is begun once more: %v", err)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: n, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		w.until(n, prentice.Verified)
		for _, host := range []prentice.Ref{"host/a", "host/b", "host/c"} {
			if looked, acted := p.times("look", host), p.times("restart", host); looked != 2 || acted != map[prentice.Ref]int{"host/b": 1}[host] {
				t.Errorf("looked %d times and acted %d times on %s", looked, acted, host)
			}
		}
		if d, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: ann, Reason: "again"}); err != nil {
			t.Errorf("run %d: %v", d.Number, err)
		}
	})
}

func TestAnotherValueOfATargetThatWasNotChosenVoidsTheApproval(t *testing.T) {
	eachChoosing(t, askOne, func(t *testing.T, w *world, p *printing) {
		d := w.until(w.start(bob, "fix").Number, prentice.Waiting)
		p.print("lookhost/c", "full\n")
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		d = w.until(d.Number, prentice.RunRefused)
		if d.Void == nil || !strings.Contains(d.Says, `captured by check look disk on host/c: was "empty", now "full"`) || d.Void.New == d.Void.Old || p.times("restart", "host/b") != 0 {
			t.Errorf("it says %q, void %+v", d.Says, d.Void)
		}
	})
}

func TestARunWhoseChecksChooseNothingIsRefused(t *testing.T) {
	eachChoosing(t, allow, func(t *testing.T, w *world, p *printing) {
		p.print("lookhost/b", "empty\n")
		if d := w.until(w.start(bob, "fix").Number, prentice.RunRefused); !strings.Contains(d.Says, "no targets") || p.times("restart", "host/b") != 0 {
			t.Errorf("it says %q", d.Says)
		}
	})
}

// What a crash left of a look at a target that was not chosen is found, and ended.
func TestALookAtATargetThatWasNotChosenIsKnownAfterACrash(t *testing.T) {
	plan := planOf(1, step("look", prentice.Check, "target"))
	plan.TargetsIf, plan.NotChosen = "full", []prentice.NotChosen{{Target: prentice.Target{Ref: "host/z"}}}
	d := &detail{Detail: &run.Detail{View: run.View{ThePlan: plan}}}
	if work, found := d.workOf(run.StepRecord{Step: "look", Section: prentice.Check, Target: "host/z"}); !found || work.Target.Ref != "host/z" {
		t.Errorf("found %v: %v", found, work.Target)
	}
}

// frozenHost is a calendar in which one host is frozen.
type frozenHost prentice.Ref

func (f frozenHost) Hold(_ context.Context, p prentice.Plan, now time.Time) (string, time.Time, error) {
	if p.Subject == prentice.Ref(f) || slices.Contains(run.TargetRefs(p), prentice.Ref(f)) {
		return "frozen: " + string(f), now.Add(time.Hour), nil
	}
	return "", time.Time{}, nil
}

func TestAFreezeHoldsThoseThatAreChosenAndNotThoseThatAreLookedAt(t *testing.T) {
	for host, want := range map[prentice.Ref]prentice.State{"host/a": prentice.Waiting, "host/c": prentice.Waiting, "host/b": prentice.RunRefused} {
		eachChoosing(t, askOne, func(t *testing.T, w *world, p *printing) {
			w.r.Calendar = frozenHost(host)
			if d := w.until(w.start(bob, "fix").Number, prentice.Waiting, prentice.RunRefused); d.State != want {
				t.Errorf("with %s frozen it is %s: %s", host, d.State, d.Says)
			}
		})
	}
}
