package runner

import (
	"context"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
)

// Questions is a page of the runs that wait for people, soonest to expire first,
// each with its plan, who was asked and who answered, and how the plan differs
// from the last one that was agreed to; and whether someone may answer it. It costs
// two queries, however many wait, and one more for each that names whom it asks.
func (r *Runner) Questions(ctx context.Context, by prentice.Actor, after string, limit int) (run.Questions, error) {
	page, details, err := r.Questioned(ctx, after, limit)
	if err != nil {
		return page, err
	}
	return page, r.relate(ctx, page.List, details, by)
}

// relate says of each question whether someone may answer it.
func (r *Runner) relate(ctx context.Context, list []run.Question, details []*run.Detail, by prentice.Actor) (err error) {
	for i := range list {
		d := details[i]
		if d.Waits != run.WaitsApproval {
			continue
		}
		q := approval.Question{Asks: d.Decision}
		if len(q.Asks.From) > 0 {
			if q, err = r.question(ctx, d.Decision, d.ThePlan, r.Clock()); err != nil {
				return err
			}
		}
		yours, _ := r.yoursOf(d, by, q)
		list[i].Yours = &yours
	}
	return nil
}
