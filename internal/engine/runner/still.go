package runner

import (
	"context"

	"prentice"
	"prentice/internal/engine/gate"
)

// Still is what would hold the plan of a run that was refused, if prentice asked for
// it now. It changes nothing.
func (r *Runner) Still(ctx context.Context, number int64) (prentice.HoldBack, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	record, err := r.Record(ctx, d.Procedure, d.Subject)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	f, err := r.facts(ctx, d.ThePlan, prentice.Self, record)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	if h := gate.Check(f); h.Holds() || d.Decision.Verdict != prentice.Ask || r.Hosts == nil {
		return h, nil
	}
	c := r.Hosts.Try(ctx, d.ThePlan, 0)
	if h := gate.Unreachable(c); h.Holds() || c == nil || d.Hold == nil || d.Hold.Code != prentice.HoldUnreachable || c.Reached > 0 {
		return h, nil
	}
	return *d.Hold, nil // they are being tried, and the last that was heard is that none answers
}
