package rollout

import (
	"time"

	"prentice"
)

// Part is what goes over some targets by bounds of its own.
type Part struct {
	Targets []prentice.Target
	Groups  []prentice.Group
	Limits  prentice.PlanLimits
	Steps   []prentice.PlannedStep

	group map[prentice.Ref]int // where each target's group stands in Groups
}

// Of is all of a plan.
func Of(p prentice.Plan) Part {
	return Part{Targets: p.Targets, Groups: p.Groups, Limits: p.Limits, Steps: p.Steps, group: places(p.Targets, p.Groups)}
}

// places says in which group each target is; what a forged plan has beyond its groups
// is in the last.
func places(targets []prentice.Target, groups []prentice.Group) map[prentice.Ref]int {
	at := make(map[prentice.Ref]int, len(targets))
	i, left := 0, 0
	if len(groups) > 0 {
		left = groups[0].Targets
	}
	for _, t := range targets {
		for left <= 0 && i+1 < len(groups) {
			i++
			left = groups[i].Targets
		}
		at[t.Ref] = i
		left--
	}
	return at
}

// PerBatch says whether each batch of targets is verified before the next begins.
func (p Part) PerBatch() bool { return p.Limits.Verify == prentice.VerifyPerBatch }

// in lists the steps of a section, in order.
func (p Part) in(section prentice.Section) []prentice.PlannedStep {
	return prentice.Plan{Steps: p.Steps}.In(section)
}

// Rolling are the steps that batches are made of: the last Act steps on each
// target. followed says that steps here come after them, so that the run as a
// whole can be verified only at its end.
func (p Part) Rolling() (steps []prentice.PlannedStep, followed bool) {
	act := p.in(prentice.Act)
	end := len(act)
	for end > 0 && act[end-1].Where != "target" {
		end--
	}
	begin := end
	for begin > 0 && act[begin-1].Where == "target" {
		begin--
	}
	return act[begin:end], end < len(act)
}

// Verify are the steps that verify a batch.
func (p Part) Verify() []prentice.PlannedStep {
	if !p.PerBatch() {
		return nil
	}
	_, followed := p.Rolling()
	var steps []prentice.PlannedStep
	for _, s := range p.in(prentice.Verify) {
		if s.Where == "target" || !followed {
			steps = append(steps, s)
		}
	}
	return steps
}

// Between are the steps that come before each batch but the first.
func (p Part) Between() []prentice.PlannedStep {
	if !p.PerBatch() {
		return nil
	}
	return p.in(prentice.Between)
}

// settles is how long steps wait on purpose, if all goes well.
func settles(steps []prentice.PlannedStep) time.Duration {
	total := time.Duration(0)
	for _, s := range steps {
		total += s.Settles()
	}
	return total
}
