package run

import (
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// A procedure that is called within a run of another has a record of its own: it counts
// towards its autonomy, its statistics and its limits as a run of it would.

// ofCall joins calls, as c, with the steps of the procedures called, as s.
const ofCall = `s.run = c.run AND SUBSTR(s.step, 1, LENGTH(c.step) + 1) = c.step || '.'`

// writeCalls notes which procedures a run has steps of beside its own.
func writeCalls(tx *db.Tx, number int64, plan prentice.Plan) error {
	var rows []any
	for _, c := range plan.Calls {
		rows = append(rows, number, c.Step, c.Procedure)
	}
	return tx.Insert(`INSERT INTO run_calls (run, step, procedure)`, 3, rows, ` ON CONFLICT (run, step) DO NOTHING`)
}

// calledIn is a procedure that an ended run has called, and what its own steps did.
type calledIn struct {
	procedure    string
	begun, wrong int // steps under Act that were begun; steps that went wrong
}

// calledBy are the procedures that a run has called and that have begun to act.
func calledBy(tx *db.Tx, run prentice.Run) ([]calledIn, error) {
	rows, err := tx.Query(`SELECT c.procedure, COALESCE(SUM(CASE WHEN s.section = 'act' AND s.attempts > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN s.section IN ('act', 'verify', 'between', 'undo') AND s.state IN ('failed', 'uncertain') THEN 1 ELSE 0 END), 0)
		FROM run_calls c JOIN run_steps s ON `+ofCall+` WHERE c.run = ? GROUP BY c.procedure ORDER BY c.procedure`, run.Number)
	list, err := db.List(rows, err, func(scan func(...any) error, c *calledIn) error { return scan(&c.procedure, &c.begun, &c.wrong) }, nil)
	if err != nil {
		return nil, fmt.Errorf("read what run %d has called: %w", run.Number, err)
	}
	return slices.DeleteFunc(list, func(c calledIn) bool { return c.begun == 0 }), nil
}

// settleCalls counts an ended run for each procedure that it has called. What went wrong
// elsewhere in the run is no failure of it; then no one knows whether it helped.
func settleCalls(tx *db.Tx, l gate.Limits, run prentice.Run) error {
	list, err := calledBy(tx, run)
	if err != nil {
		return err
	}
	for _, c := range list {
		harmful := run.State.Harmful() && c.wrong > 0
		if err := countRecord(tx, c.procedure, run.State == prentice.Verified, harmful, run.Ended); err != nil {
			return err
		}
		switch name := gate.StreakNames(c.procedure, run.Subject)[prentice.HoldFailures]; {
		case harmful:
			err = lengthen(tx, l, prentice.HoldFailures, name, run)
		case run.State == prentice.Verified, run.State == prentice.Unverified:
			_, err = tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(prentice.HoldFailures), name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
