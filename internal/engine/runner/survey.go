package runner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"prentice"
	"prentice/internal/engine/run"
)

// surveyAtOnce is how many targets are looked at at the same time.
const surveyAtOnce = 16

// survey completes the plan of a run with how its targets were found by the steps that
// look before, before anyone is asked. It says why it cannot be planned, or "".
func (r *Runner) survey(ctx context.Context, d *detail) (no string, err error) {
	if len(d.ThePlan.Seen) > 0 {
		return "", nil // before a crash
	}
	seen, no := r.lookAround(ctx, d)
	switch {
	case ctx.Err() != nil:
		return "", r.parkedOrStop(ctx)
	case no != "" || len(seen) == 0:
		return no, nil
	}
	plan := d.ThePlan
	plan.Seen = seen
	return "", r.Complete(context.WithoutCancel(ctx), d.Detail, plan)
}

// strayed says what is not any more as it was found when the plan was made, on one
// target, or nil. What could not be looked at then is left to the step itself, and so
// is what cannot be looked at now.
func (r *Runner) strayed(ctx context.Context, d *detail) (*run.Void, error) {
	if len(d.ThePlan.Seen) == 0 {
		return nil, nil
	}
	now, no := r.lookAround(ctx, d)
	if ctx.Err() != nil {
		return nil, r.parkedOrStop(ctx)
	}
	if no != "" {
		return &run.Void{Says: "the state has changed: " + no, Old: d.Plan}, nil
	}
	plan := d.ThePlan
	plan.Seen = nil
	for _, s := range now {
		plan.Seen = append(plan.Seen, s)
		was, found := d.ThePlan.SeenOn(s.Step, s.Target)
		if !found || was.Unseen || s.Unseen {
			plan.Seen[len(plan.Seen)-1] = was
		}
	}
	changes := run.Differences(run.FoundOnly(d.ThePlan), run.FoundOnly(plan))
	if len(changes) == 0 {
		return nil, nil
	}
	return &run.Void{Says: "the state has changed since the plan was made: " + changes[0].String() + "; ask again", Old: d.Plan, New: plan.Hash(), Changes: changes}, nil
}

// lookAround is what the steps of a plan that look before find on its targets, in the
// order of steps and targets, and why one of them cannot be planned.
func (r *Runner) lookAround(ctx context.Context, d *detail) (seen []prentice.Seen, no string) {
	steps := r.looking(d.ThePlan)
	if len(steps) == 0 {
		return nil, ""
	}
	var (
		mu   sync.Mutex // guards seen and no
		busy = make(chan struct{}, surveyAtOnce)
		all  sync.WaitGroup
	)
	here := slices.Insert(slices.Clone(d.ThePlan.Targets), 0, prentice.Target{Local: true})
	for _, target := range here {
		all.Go(func() {
			busy <- struct{}{}
			defer func() { <-busy }()
			for _, step := range steps {
				if (step.Where == "target") == (target.Ref == "") || !step.For(target.Ref) {
					continue
				}
				found, wrong := r.lookAt(ctx, d, step, target)
				mu.Lock()
				seen, no = append(seen, found), cmp.Or(no, wrong)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	place := func(s prentice.Seen) int {
		step := slices.IndexFunc(steps, func(p prentice.PlannedStep) bool { return p.ID == s.Step })
		target := slices.IndexFunc(here, func(t prentice.Target) bool { return t.Ref == s.Target })
		return step*(len(here)+1) + target
	}
	slices.SortFunc(seen, func(a, b prentice.Seen) int { return place(a) - place(b) })
	return sayOnce(seen), no
}

// looking are the steps of a plan that look before.
func (r *Runner) looking(plan prentice.Plan) []prentice.PlannedStep {
	var steps []prentice.PlannedStep
	for _, s := range plan.In(prentice.Act) {
		if _, looks := r.kinds[s.Kind].(prentice.Surveyor); looks && s.Risk != prentice.Look {
			steps = append(steps, s)
		}
	}
	return steps
}

// lookAt looks at one target for one step. A target that cannot be reached is told as
// unseen; wrong is why the step cannot be planned there.
func (r *Runner) lookAt(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (found prentice.Seen, wrong string) {
	unseen := func(why error) prentice.Seen {
		return prentice.Seen{Step: step.ID, Target: target.Ref, Unseen: true, Says: "could not be looked at: " + why.Error()}
	}
	work, err := r.prepared(ctx, d, step, target)
	if err != nil {
		return unseen(err), ""
	}
	timed, cancel := context.WithTimeout(ctx, r.allowance(d.ThePlan, step))
	defer cancel()
	found, err = r.kinds[step.Kind].(prentice.Surveyor).Survey(timed, work)
	switch {
	case err == nil:
		return found, ""
	case prentice.KindOf(err) == prentice.Refused:
		return unseen(err), fmt.Sprint(err)
	default:
		return unseen(err), ""
	}
}

// sayOnce keeps a diff that is the same on several targets for the first of them.
func sayOnce(seen []prentice.Seen) []prentice.Seen {
	first := map[[2]string]prentice.Ref{}
	for i, s := range seen {
		if s.Diff == "" {
			continue
		}
		key := [2]string{s.Step, s.Diff}
		if as, known := first[key]; known {
			seen[i].Diff, seen[i].As = "", as
			continue
		}
		first[key] = s.Target
	}
	return seen
}
