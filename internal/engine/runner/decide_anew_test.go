package runner

import (
	"context"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// deciding is a planner whose plan rests on what the check look captures.
type deciding struct{ w *world }

func (p deciding) Render(ctx context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	plan, err := p.w.Render(ctx, req)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	plan.Captured, plan.Open = req.Captured, len(req.Captured) < len(plan.Targets)
	if plan.Open {
		plan.Steps = slices.DeleteFunc(slices.Clone(plan.Steps), func(s prentice.PlannedStep) bool { return s.Section != prentice.Check })
		return plan, err
	}
	plan.Steps = slices.Clone(plan.Steps)
	for i, s := range plan.Steps {
		if s.ID != "restart" {
			continue
		}
		for _, c := range req.Captured {
			if c.Value == "full" {
				plan.Steps[i].On = append(plan.Steps[i].On, c.Target)
			}
		}
	}
	return plan, err
}

// policies remembers the plans that it was asked about.
type policies struct {
	w     *world
	plans []string // guarded by w.mu
}

func (p *policies) Decide(_ context.Context, m prentice.Moment) prentice.Decision {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.plans = append(p.plans, m.Plan.Hash())
	return p.w.verdict
}

func eachDeciding(t *testing.T, verdict prentice.Decision, test func(*testing.T, *world, *printing, *policies)) {
	look := handing("look", prentice.Check, "target", "full\n", prentice.Capture{Name: "disk", Type: "string"})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, planOf(2, look, step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here")), verdict)
		p := &printing{effect: effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}, env: map[string][]string{}, prints: map[string]string{"lookhost/b": "empty\n"}}
		rules := &policies{w: w}
		w.r.Know([]prentice.StepKind{p})
		w.r.Planner, w.r.Policy = deciding{w}, rules
		test(t, w, p, rules)
	})
}

func TestWhatIsApprovedIsThePlanThatItsChecksDecided(t *testing.T) {
	eachDeciding(t, askOne, func(t *testing.T, w *world, p *printing, rules *policies) {
		began := w.start(bob, "fix")
		d := w.until(began.Number, prentice.Waiting)
		if d.Plan == began.Plan || d.Plan != d.ThePlan.Hash() || d.ThePlan.Open || len(d.ThePlan.Captured) != 2 || d.ThePlan.Captured[1].Value != "empty" {
			t.Fatalf("it waits with plan %s of %s: %+v", d.Plan, began.Plan, d.ThePlan.Captured)
		}
		if last := rules.plans[len(rules.plans)-1]; last != d.Plan {
			t.Errorf("the policy was asked about %s last, and the plan is %s", last, d.Plan)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Plan: began.Plan, Actor: ann, Yes: true, Reason: "the open one"}); err == nil {
			t.Error("an approval for the open plan was taken")
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		w.until(d.Number, prentice.Verified)
		if p.times("restart", "host/a") != 1 || p.times("restart", "host/b") != 0 {
			t.Errorf("restarted %d times on a and %d on b", p.times("restart", "host/a"), p.times("restart", "host/b"))
		}
	})
}

func TestAnotherValueAtTheSecondLookVoidsTheApproval(t *testing.T) {
	eachDeciding(t, askOne, func(t *testing.T, w *world, p *printing, _ *policies) {
		d := w.until(w.start(bob, "fix").Number, prentice.Waiting)
		p.effect.mu.Lock()
		p.prints["lookhost/b"] = "full\n"
		p.effect.mu.Unlock()
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		d = w.until(d.Number, prentice.RunRefused)
		if d.Void == nil || !strings.Contains(d.Says, `captured by check look disk on host/b: was "empty", now "full"`) || d.Void.New == "" || d.Void.New == d.Void.Old || p.times("restart", "host/a") != 0 {
			t.Errorf("it says %q, void %+v", d.Says, d.Void)
		}
	})
}

func TestACheckThatGivesNoValueDecidesNothing(t *testing.T) {
	eachDeciding(t, askOne, func(t *testing.T, w *world, p *printing, _ *policies) {
		p.prints["lookhost/b"] = "\x1b[2J\n"
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		if !strings.Contains(d.Says, "it could not be checked whether this is the fault") || !strings.Contains(d.Says, "out disk wants string") || p.times("restart", "host/a") != 0 {
			t.Errorf("it says %q", d.Says)
		}
	})
}

func TestThePolicyMayRefuseWhatTheChecksDecided(t *testing.T) {
	eachDeciding(t, allow, func(t *testing.T, w *world, p *printing, _ *policies) {
		w.r.Policy = refusing{}
		d := w.until(w.start(bob, "fix").Number, prentice.RunRefused)
		if !strings.Contains(d.Says, "never on Fridays") || p.times("look", "host/a") != 1 || p.times("restart", "host/a") != 0 {
			t.Errorf("it says %q", d.Says)
		}
	})
}

// refusing refuses every plan that is decided.
type refusing struct{}

func (refusing) Decide(_ context.Context, m prentice.Moment) prentice.Decision {
	if m.Plan.Open {
		return allow
	}
	return refuse
}

func TestARetryLooksAnew(t *testing.T) {
	eachDeciding(t, allow, func(t *testing.T, w *world, p *printing, _ *policies) {
		p.sick["restart"] = true
		d := w.until(w.start(bob, "fix").Number, prentice.Failed)
		p.effect.mu.Lock()
		p.sick["restart"], p.prints["lookhost/a"] = false, "empty\n"
		p.effect.mu.Unlock()
		again, err := w.r.Retry(t.Context(), d.Number, bob, "")
		if err != nil {
			t.Fatal(err)
		}
		d = w.until(again.Number, prentice.Verified, prentice.RunRefused, prentice.Failed)
		if d.ThePlan.Captured[0].Value != "empty" {
			t.Errorf("it rests on %v", d.ThePlan.Captured)
		}
	})
}

// calls is a planner whose plan has a second check once the first has captured a value,
// and is closed when the second has, too.
type calls struct {
	w      *world
	second prentice.PlannedStep
}

func (p calls) Render(ctx context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	plan, err := p.w.Render(ctx, req)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	steps := slices.Clone(plan.Steps)
	if plan.Open = len(req.Captured) < 2*len(plan.Targets); plan.Open {
		steps = slices.DeleteFunc(steps, func(s prentice.PlannedStep) bool { return s.Section != prentice.Check })
	}
	if len(req.Captured) > 0 {
		steps = append([]prentice.PlannedStep{steps[0], p.second}, steps[1:]...)
	}
	plan.Steps, plan.Captured = steps, nil
	if !plan.Open {
		plan.Captured = req.Captured
	}
	return plan, err
}

func TestWhatChecksDecideMayHaveChecksOfItsOwn(t *testing.T) {
	eachDeciding(t, askOne, func(t *testing.T, w *world, p *printing, rules *policies) {
		w.r.Planner = calls{w, handing("further", prentice.Check, "target", "yes\n", prentice.Capture{Name: "old", Type: "string"})}
		p.prints["furtherhost/a"], p.prints["furtherhost/b"] = "yes\n", "no\n"
		began := w.start(bob, "fix")
		d := w.until(began.Number, prentice.Waiting, prentice.RunRefused)
		if d.State != prentice.Waiting || d.ThePlan.Open || len(d.ThePlan.Captured) != 4 {
			t.Fatalf("it is %s, %s: %+v", d.State, d.Says, d.ThePlan.Captured)
		}
		if p.times("look", "host/a") != 1 || p.times("further", "host/a") != 1 || p.times("restart", "host/a") != 0 {
			t.Errorf("looked %d times, further %d times", p.times("look", "host/a"), p.times("further", "host/a"))
		}
		if len(rules.plans) != 3 || rules.plans[2] != d.Plan {
			t.Errorf("the policy was asked about %v, and the plan is %s", rules.plans, d.Plan)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		w.until(d.Number, prentice.Verified)
	})
}

// A plan goes on from another only if it still asks all that was asked.
func TestAPlanThatAsksOtherThingsIsNotWhatItsChecksDecided(t *testing.T) {
	old := planOf(2, step("look", prentice.Check, "target"))
	for name, c := range map[string]struct {
		change func(*prentice.Plan)
		want   bool
	}{
		"the same":                    {func(*prentice.Plan) {}, true},
		"one more check":              {func(p *prentice.Plan) { p.Steps = append(p.Steps, step("more", prentice.Check, "here")); p.Open = true }, true},
		"still open, nothing to look": {func(p *prentice.Plan) { p.Open = true }, false},
		"another text of the check":   {func(p *prentice.Plan) { p.Steps[0].Body = "other" }, false},
		"another file":                {func(p *prentice.Plan) { p.Digest = "sha256:other" }, false},
		"a host more":                 {func(p *prentice.Plan) { p.Targets = planOf(3).Targets }, false},
		"a host more, by a call":      {func(p *prentice.Plan) { p.Targets, p.Calls = planOf(3).Targets, []prentice.Call{{Step: "c"}} }, true},
		"a host less, with a call":    {func(p *prentice.Plan) { p.Targets, p.Calls = p.Targets[:1], []prentice.Call{{Step: "c"}} }, false},
	} {
		now := old
		now.Steps, now.Targets = slices.Clone(old.Steps), slices.Clone(old.Targets)
		c.change(&now)
		if got := goesOn(old, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Steps of a call that were left open may bring its targets in place of the caller's. A
// target that a check passed over is not one that it has looked at.
func TestWhatACallBringsIsLookedAt(t *testing.T) {
	called := func(targets []prentice.Target, steps ...prentice.PlannedStep) prentice.Plan {
		p := planOf(1, steps...)
		p.Targets, p.Calls = targets, []prentice.Call{{Step: "c"}}
		return p
	}
	here, on := step("c.ask", prentice.Check, "here"), step("c.look", prentice.Check, "target")
	if !goesOn(called(planOf(2).Targets, here), called(planOf(3).Targets[2:], here)) {
		t.Error("the targets of a call cannot come with steps that were left open")
	}
	passed := on
	passed.On = []prentice.Ref{"host/a"}
	if goesOn(called(planOf(2).Targets, passed), called(planOf(2).Targets, on)) {
		t.Error("a check counts on a target that it passed over")
	}
}
