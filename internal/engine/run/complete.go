package run

import (
	"context"

	"prentice"
	"prentice/internal/kit/db"
)

// Complete gives a run its plan with how the targets were found, which has a hash of
// its own: it is the one that people are asked about. If anyone has written the run
// since it was loaded, it is ErrMoved.
func (r *Store) Complete(ctx context.Context, d *Detail, plan prentice.Plan) error {
	hash, group := plan.Hash(), d.PlanGroup
	if group != "" {
		group = PlanGroup(plan)
	}
	unseen, same := 0, 0
	for _, s := range plan.Seen {
		switch {
		case s.Unseen:
			unseen++
		case s.So:
			same++
		}
	}
	data := map[string]any{"was": d.Plan, "plan": hash, "looks": len(plan.Seen), "same": same, "unseen": unseen}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		if err := insertPlan(tx, hash, plan); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, plan = ?, kin = ? WHERE number = ? AND revision = ? AND owner = ? AND ended = 0`,
			hash, group, d.Number, d.Revision, d.Owner)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrMoved
		}
		then := d.Run
		then.Plan = hash
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "run.surveyed", Actor: "self/prentice", Refs: Refs(then), Data: data})
	})
	if err != nil {
		return err
	}
	d.Plan, d.ThePlan, d.PlanGroup = hash, plan, group
	d.Revision++
	return nil
}

func insertPlan(tx *db.Tx, hash string, plan prentice.Plan) error {
	_, err := tx.Exec(`INSERT INTO run_plans (plan, canonical, hosts, command) VALUES (?, ?, ?, ?) ON CONFLICT (plan) DO NOTHING`,
		hash, string(plan.Canonical()), len(plan.Targets), Command(plan.Procedure, plan.Steps))
	return err
}
