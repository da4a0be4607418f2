package run

import (
	"encoding/json"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// Replan writes the plan, the decision and the request that d has now in place of those
// with which the run was planned. It belongs to a move, which is written only if no one
// has written the run since; Replanned makes d the run after both.
func Replan(tx *db.Tx, d *Detail) error {
	var texts [3]string
	for i, v := range []any{d.Request, d.Decision, d.Record} {
		raw, err := json.Marshal(v)
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "request for %s: %w", d.Procedure, err)
		}
		texts[i] = string(raw)
	}
	if err := insertPlan(tx, d.Plan, d.ThePlan); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE runs SET revision = revision + 1, plan = ?, subject = ?, risk = ?, request = ?, decision = ?, record = ?, kin = ? WHERE number = ?`, d.Plan, string(d.Subject), d.Risk.String(), texts[0], texts[1], texts[2], d.PlanGroup, d.Number)
	if err != nil {
		return fmt.Errorf("plan run %d anew: %w", d.Number, err)
	}
	if _, err := tx.Exec(`DELETE FROM run_calls WHERE run = ?`, d.Number); err != nil {
		return fmt.Errorf("plan run %d anew: %w", d.Number, err)
	}
	return writeCalls(tx, d.Number, d.ThePlan)
}

// Replanned makes d the run after Replan was written beside a move.
func (d *Detail) Replanned() { d.Revision++ }
