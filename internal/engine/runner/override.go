package runner

import (
	"context"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
)

// mayOverride refuses to let a run go without the approvals that it lacks. It is the
// one rule: of those who do it, and of what people are shown before they try. Alone
// is what mayBreakOwn says.
func (r *Runner) mayOverride(src run.Source, d *run.Detail, a run.Reply, alone error) error {
	if err := approval.MayBreakGlass(d, a.Plan, a.Actor, a.Reason, r.atNow()); err != nil {
		return err
	}
	if alone != nil && approval.Seats(d.Approvals) == 0 {
		return alone
	}
	return run.AnswersAlready(src, a.Actor.People())
}

// overrideOf is what someone would be told if they tried now; nil of a run that
// waits for nothing that could be done without.
func (r *Runner) overrideOf(ctx context.Context, d *run.Detail, by prentice.Actor) (*run.MayOverride, error) {
	if (d.State != prentice.Waiting || d.Waits != run.WaitsApproval) && !run.Asleep(d.Run) {
		return nil, nil
	}
	alone, _, err := r.mayBreakOwn(ctx, d, by)
	if err != nil {
		return nil, err
	}
	no := r.mayOverride(r.Reading(ctx), d, run.Reply{Actor: by, Reason: "one that is to come"}, alone)
	switch {
	case no == nil:
		return &run.MayOverride{May: true}, nil
	case prentice.KindOf(no) == prentice.Internal:
		return nil, no
	}
	return &run.MayOverride{Why: approval.ToYou(approval.SentenceOf(no), by.Ref()), Try: prentice.HintOf(no)}, nil
}
