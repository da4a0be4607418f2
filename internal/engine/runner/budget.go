package runner

import (
	"context"

	"prentice"
)

// Record is what a procedure has earned, with the budget of what it is about as it stands now. A
// budget that cannot be read is part of the answer: whether that matters is said by the policy.
func (r *Runner) Record(ctx context.Context, procedure string, subject prentice.Ref) (prentice.Record, error) {
	record, err := r.Store.Record(ctx, procedure, subject)
	if err != nil || r.Budget == nil || subject.Kind() != "service" {
		return record, err
	}
	if record.Budget, err = r.Budget(ctx, subject); err != nil {
		r.Log.Error("how much of a budget is left cannot be read", "service", subject, "err", err)
		record.Budget = &prentice.Budget{Unread: err.Error()}
	}
	return record, nil
}
