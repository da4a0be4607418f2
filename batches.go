package prentice

import (
	"fmt"
	"strings"
	"time"
)

// When a plan of several targets is verified. A plan that says nothing has one
// target, verifies nothing, or is from before batches were verified: then it is at
// the end, and the first target that does not verify fails the run.
const (
	VerifyPerBatch = "per_batch" // each batch, before the next one begins
	VerifyAtEnd    = "at_end"    // all targets, after all have acted
)

// RollbackAll says that a run that is stopped rolls back the verified batches too.
const RollbackAll = "all"

// PerBatch says whether each batch of targets is verified before the next begins.
func (p Plan) PerBatch() bool { return p.Limits.Verify == VerifyPerBatch }

// Rolling are the steps that batches are made of: the last Act steps on each
// target. followed says that steps here come after them, so that the run as a
// whole can be verified only at its end.
func (p Plan) Rolling() (steps []PlannedStep, followed bool) {
	act := p.In(Act)
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

// BatchVerify are the steps that verify a batch.
func (p Plan) BatchVerify() []PlannedStep {
	if !p.PerBatch() {
		return nil
	}
	_, followed := p.Rolling()
	var steps []PlannedStep
	for _, s := range p.In(Verify) {
		if s.Where == "target" || !followed {
			steps = append(steps, s)
		}
	}
	return steps
}

// Batch is how many of the targets that are left may be in the next batch, after
// so many came out well and so many failed; 0 when no other may begin. It begins
// with one, the canary, and grows by what came out well, up to parallel. All of a
// batch may fail, so it is never larger than what may still fail.
func (l PlanLimits) Batch(good, bad, left int) int {
	if bad > 0 && (good == 0 || l.MaxFailures == 0) {
		return 0
	}
	size := min(1+good, max(1, l.Parallel), left)
	if l.MaxFailures > 0 {
		size = min(size, l.MaxFailures-bad)
	}
	return max(0, size)
}

// Batches are the sizes of the plan's batches if all goes well; none when it does
// not verify by batches.
func (p Plan) Batches() []int {
	if !p.PerBatch() {
		return nil
	}
	var sizes []int
	for good := 0; good < len(p.Targets); {
		size := p.Limits.Batch(good, 0, len(p.Targets)-good)
		sizes, good = append(sizes, size), good+size
	}
	return sizes
}

// Settles is how long one verification takes at least: what its steps wait for on
// purpose.
func (p Plan) Settles() time.Duration { return settles(p.In(Verify)) }

// TakesAtLeast is how long all that the plan waits for on purpose takes, if all
// goes well.
func (p Plan) TakesAtLeast() time.Duration {
	if !p.PerBatch() {
		return p.Settles()
	}
	batch := p.BatchVerify()
	total := time.Duration(len(p.Batches())) * settles(batch)
	if len(batch) < len(p.In(Verify)) {
		total += p.Settles() - settles(batch)
	}
	return total
}

// Rollout says in a line how the plan goes over its targets, and how long it waits
// on purpose; "" when it has nothing to say.
func (p Plan) Rollout() string {
	switch {
	case p.Limits.Verify == VerifyAtEnd:
		return "all " + strings.TrimPrefix(CountTargets(2, p.first()), "2 ") + " act, then verify" + forSpan(p.Settles())
	case !p.PerBatch():
		return ""
	}
	var parts []string
	sizes := p.Batches()
	for i := 0; i < len(sizes); {
		to := i
		for to+1 < len(sizes) && sizes[to+1] == sizes[i] {
			to++
		}
		part := fmt.Sprintf("batch %d: %s", i+1, CountTargets(sizes[i], p.first()))
		if to > i {
			part = fmt.Sprintf("batches %d to %d: %s each", i+1, to+1, CountTargets(sizes[i], p.first()))
		}
		if i == 0 {
			part += ", then verify" + forSpan(settles(p.BatchVerify()))
		}
		parts, i = append(parts, part), to+1
	}
	if total := p.TakesAtLeast(); total > 0 {
		parts = append(parts, "at least "+shortSpan(total)+" in all")
	}
	return strings.Join(parts, "; ")
}

// first is the first target, which says of what sort they are.
func (p Plan) first() Ref {
	if len(p.Targets) == 0 {
		return ""
	}
	return p.Targets[0].Ref
}

func forSpan(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return " for " + shortSpan(d)
}

// shortSpan is a duration as people write it: 2m, not 2m0s.
func shortSpan(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func settles(steps []PlannedStep) time.Duration {
	total := time.Duration(0)
	for _, s := range steps {
		total += s.Settles()
	}
	return total
}

// Settles is how long the step waits on purpose, if all goes well.
func (s PlannedStep) Settles() time.Duration {
	total := time.Duration(0)
	for _, name := range []string{"settle", "silence", "for"} {
		if d, err := time.ParseDuration(s.Attrs[name]); err == nil {
			total += d
		}
	}
	return total
}
