package runner

import (
	"prentice"
	"prentice/internal/engine/run"
)

// known says that an act came to its own end, whatever interrupted us as it did.
// Then that is proved: what is known is not asked again. A look is repeated, and
// what has no code may have been cut short.
func known(step prentice.PlannedStep, out prentice.Outcome, err error) bool {
	return err == nil && step.Risk != prentice.Look && (out.OK || out.Code != 0)
}

// judge says how a step stands, from what it said of itself. A check is judged
// by what was expected, and is unsure when it could not be made; an act of which no one knows how far it came is unsure,
// unless its kind can be repeated or looks only.
func (r *Runner) judge(step prentice.PlannedStep, out prentice.Outcome, err error) run.StepState {
	if err != nil {
		kind := prentice.KindOf(err)
		if step.Section == prentice.Check && (kind == prentice.Unavailable || kind == prentice.Internal) {
			return run.Unsure
		}
		if step.Risk != prentice.Look && (kind == prentice.Unavailable || kind == prentice.Canceled || kind == prentice.Internal) {
			return run.Unsure
		}
		return run.NotDone
	}
	if step.Section == prentice.Verify && out.Undecided {
		return run.Unsure
	}
	if step.Section == prentice.Check && step.Expect == "any" || out.OK == (step.Expect != "fail") {
		return run.Done
	}
	return run.NotDone
}

// unmade is how a step stands that was not made for a reason of ours: an act did
// nothing, and of a check nothing is known.
func unmade(step prentice.PlannedStep) run.StepState {
	if step.Section == prentice.Check {
		return run.Unsure
	}
	return run.NotDone
}
