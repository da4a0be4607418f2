package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

const (
	outdatedLook  = 15 * time.Second // how often proposals are held against the team's files
	outdatedAfter = time.Minute      // how long one must differ: a file that is being edited is put right again
)

// outdated remembers which proposals differ from what the same request gives now,
// and since when. It belongs to Run alone.
type outdated struct {
	looked  time.Time
	edition any
	since   map[int64]time.Time
}

// withdrawOutdated ends proposals of which no one could make use any more: their procedure
// has changed, or its inputs or targets are gone. An approval would come too late,
// and only say so then. What cannot be looked at for now stays.
func (r *Runner) withdrawOutdated(ctx context.Context) error {
	now, edition, o := r.Clock(), any(nil), &r.outdated
	if age := now.Sub(o.looked); age >= 0 && age < outdatedLook {
		return nil
	}
	if r.Edition != nil {
		edition = r.Edition()
	}
	if r.Edition != nil && edition == o.edition && len(o.since) == 0 {
		return nil
	}
	waiting, err := r.Proposed(ctx)
	if err != nil {
		return err
	}
	was := o.since
	o.looked, o.edition, o.since = now, edition, map[int64]time.Time{}
	for _, n := range waiting {
		d, err := r.load(ctx, n)
		if err != nil {
			continue // it is told where it is shown
		}
		v := r.differs(ctx, d)
		if v == nil {
			continue
		}
		first, known := was[n]
		if !known {
			first = now
		}
		o.since[n] = first
		if now.Sub(first) < outdatedAfter {
			continue
		}
		if err := r.endOutdated(ctx, d, *v); err != nil && ctx.Err() == nil {
			r.cannot("run not withdrawn", n, prentice.Waiting, err)
		}
	}
	return nil
}

// differs says how the plan that a request gives now differs from the one that is
// proposed, or nil.
func (r *Runner) differs(ctx context.Context, d *detail) *run.Void {
	plan, err := r.Planner.Render(ctx, d.Request)
	switch kind := prentice.KindOf(err); {
	case err != nil && slices.Contains([]prentice.Kind{prentice.Refused, prentice.NotFound, prentice.Invalid}, kind):
		return &run.Void{Says: "withdrawn: its plan can no longer be made: " + err.Error(), Old: d.Plan}
	case err != nil:
		return nil
	}
	if d.ThePlan.Limits.Verify == "" { // see outgrown
		plan.Limits.Verify, plan.Limits.Rollback = "", ""
	}
	if plan.Digest == d.ThePlan.Digest {
		plan = plan.SaidAs(d.ThePlan)
	}
	plan.Seen = d.ThePlan.Seen
	hash := plan.Hash()
	if hash == d.Plan {
		return nil
	}
	v := &run.Void{Old: d.Plan, New: hash, Changes: run.Differences(d.ThePlan, plan)}
	v.Says = "withdrawn: its procedure has changed since it was proposed"
	if plan.Digest == d.ThePlan.Digest {
		v.Says = "withdrawn: what it is made from has changed since it was proposed"
	}
	if len(v.Changes) > 0 {
		v.Says += fmt.Sprintf(" (%s)", v.Changes[0].What)
	}
	v.Says += "; ask again"
	return v
}

// endOutdated ends a proposal, unless it was answered in the meantime.
func (r *Runner) endOutdated(ctx context.Context, d *detail, v run.Void) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	proposed := d.Plan
	err = r.transit(ctx, d, func(*db.Tx, time.Time) (run.Next, error) {
		if d.State != prentice.Waiting || d.Waits != run.WaitsApproval || d.Plan != proposed {
			return run.Next{}, errInTime
		}
		return run.Next{State: prentice.RunRefused, Says: v.Says, Kind: "run.voided", Void: string(raw), Data: map[string]any{"new": v.New, "changes": v.Changes}}, nil
	})
	if errors.Is(err, errInTime) {
		return nil
	}
	return err
}
