package run

import (
	"context"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/metric"
)

// Measure tells a monitoring system how many runs there are and what became of
// those that acted. Counts of ended runs are those of the procedures' records,
// which are kept as runs end: nothing is counted anew.
func (r *Store) Measure(ctx context.Context) ([]metric.Family, error) {
	open := metric.Family{Name: "prentice_runs_open", Help: "Runs that have not ended, by state.", Labels: []string{"state"}}
	err := open.Fill(r.DB.Query(ctx, `SELECT state, COUNT(*) FROM runs WHERE ended = 0 GROUP BY state ORDER BY state`))
	if err != nil {
		return nil, err
	}
	open.Samples = withNone(open.Samples)
	var approvals, oldest int64
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(created), 0) FROM runs WHERE state = 'waiting' AND waits = ?`, []any{WaitsApproval}, &approvals, &oldest); err != nil {
		return nil, fmt.Errorf("count runs that wait for an approval: %w", err)
	}
	var waited float64
	if approvals > 0 {
		waited = max(0, r.Clock().Sub(db.Time(oldest)).Seconds())
	}
	families := []metric.Family{
		open,
		metric.One("prentice_approvals_pending", "Runs that wait for an approval.", float64(approvals)),
		metric.One("prentice_approvals_oldest_seconds", "How long ago the oldest run that waits for an approval was requested.", waited),
	}
	for _, of := range []struct{ name, help, column string }{
		{"prentice_runs_total", "Runs that acted and have ended, by procedure.", "runs"},
		{"prentice_runs_verified_total", "Runs that ended verified, by procedure.", "verified"},
		{"prentice_runs_harmful_total", "Runs that failed after they had begun to act, by procedure.", "harmful"},
	} {
		f := metric.Family{Name: of.name, Help: of.help, Counter: true, Labels: []string{"procedure"}}
		if err := f.Fill(r.DB.Query(ctx, `SELECT procedure, `+of.column+` FROM run_records ORDER BY procedure`)); err != nil {
			return nil, err
		}
		families = append(families, f)
	}
	return families, nil
}

// withNone adds the states in which no run is: a monitoring system takes a sample
// that is missing for one that is not known.
func withNone(samples []metric.Sample) []metric.Sample {
	for _, state := range []prentice.State{prentice.Checking, prentice.Waiting, prentice.Queued, prentice.Running, prentice.Undoing} {
		if !slices.ContainsFunc(samples, func(s metric.Sample) bool { return s.Labels[0] == string(state) }) {
			samples = append(samples, metric.Sample{Labels: []string{string(state)}})
		}
	}
	return samples
}
