package runner

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/run"
)

// Show is a run with all that belongs to it.
func (r *Runner) Show(ctx context.Context, number int64) (run.View, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return run.View{}, err
	}
	if d.Decision.Verdict == prentice.Ask {
		if d.Last, err = r.LastAgreed(ctx, number, d.ThePlan); err != nil {
			return run.View{}, err
		}
	}
	if d.BreakGlassBy != "" {
		found, err := r.Reviews(ctx, false, number+1)
		if err != nil {
			return run.View{}, err
		}
		if len(found) > 0 && found[0].Run == number {
			d.View.Review = &found[0]
		}
	}
	r.saysNow(&d.Run)
	return d.View, nil
}

// List is runs, newest first. The lists carry neither approvers nor targets, but
// how many these are; Show does.
func (r *Runner) List(ctx context.Context, f run.Filter) ([]prentice.Run, error) {
	list, err := r.Runs(ctx, f)
	for i := range list {
		r.saysNow(&list[i])
	}
	return list, err
}

// moving is every run that has neither ended nor waits for people, oldest first.
func (r *Runner) moving(ctx context.Context) ([]prentice.Run, error) {
	all := []prentice.Run{}
	for f := (run.Filter{Moving: true, Limit: run.MostListed}); ; f.Before = all[len(all)-1].Number {
		page, err := r.List(ctx, f)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < f.Limit {
			slices.Reverse(all)
			return all, nil
		}
	}
}

// Find is a page of runs, newest first. Like List it carries neither approvers nor
// targets.
func (r *Runner) Find(ctx context.Context, f run.Filter) (run.Page, error) {
	page, err := r.Page(ctx, f)
	for i := range page.Runs {
		r.saysNow(&page.Runs[i])
	}
	return page, err
}

// saysNow adds to what is stored of a run what this process knows: that it cannot go
// on for now, or that nothing performs it.
func (r *Runner) saysNow(run *prentice.Run) {
	r.stuck.says(run)
	r.drains(run)
}
