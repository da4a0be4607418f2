package run

import (
	"maps"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// Settle frees what an ended run held, and counts it.
func Settle(tx *db.Tx, l gate.Limits, run prentice.Run) error {
	if err := Release(tx, run.Number); err != nil {
		return err
	}
	if run.Started.IsZero() || run.Risk == prentice.Look {
		return nil // it did nothing, or only read: it fixed nothing and harmed no one
	}
	acted, err := settleTouched(tx, run)
	if err != nil {
		return err
	}
	if err := settleStreaks(tx, l, run, acted); err != nil || !acted {
		return err
	}
	verified, harmful := 0, 0
	if run.State == prentice.Verified {
		verified = 1
	}
	if run.State.Harmful() {
		harmful = 1
	}
	if err := countRecord(tx, run.Procedure, verified == 1, harmful == 1, run.Ended); err != nil {
		return err
	}
	if err := settleCalls(tx, l, run); err != nil {
		return err
	}
	switch {
	case verified+harmful == 0:
		return nil // no one knows whether it helped
	case verified == 1:
		_, err = tx.Exec(`DELETE FROM run_useless WHERE procedure = ? AND subject = ?`, run.Procedure, string(run.Subject))
		return err
	}
	_, err = tx.Exec(`INSERT INTO run_useless (procedure, subject, times) VALUES (?, ?, 1)
		ON CONFLICT (procedure, subject) DO UPDATE SET times = run_useless.times + 1`, run.Procedure, string(run.Subject))
	return err
}

// countRecord adds an ended run to what a procedure has earned.
func countRecord(tx *db.Tx, procedure string, verified, harmful bool, ended time.Time) error {
	_, err := tx.Exec(`INSERT INTO run_records (procedure, runs, verified, harmful, ended) VALUES (?, 1, ?, ?, ?)
		ON CONFLICT (procedure) DO UPDATE SET runs = run_records.runs + 1, verified = run_records.verified + excluded.verified,
		harmful = run_records.harmful + excluded.harmful, ended = excluded.ended`, procedure, flag(verified), flag(harmful), db.Micros(ended))
	return err
}

// settleTouched says whether a run has acted at all, and ends the cool-down of
// the targets that it did not touch. What happened here may have touched all.
func settleTouched(tx *db.Tx, run prentice.Run) (acted bool, err error) {
	var begun, here int
	err = tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN target = '' THEN 1 ELSE 0 END), 0) FROM run_steps WHERE run = ? AND section = ? AND attempts > 0`,
		[]any{run.Number, string(prentice.Act)}, &begun, &here)
	if err != nil || here > 0 {
		return begun > 0, err
	}
	_, err = tx.Exec(`DELETE FROM run_cooldowns WHERE run = ? AND target NOT IN (SELECT target FROM run_steps WHERE run = ? AND section = ? AND attempts > 0)`,
		run.Number, run.Number, string(prentice.Act))
	return begun > 0, err
}

// settleStreaks keeps what an ended run does to streaks.
func settleStreaks(tx *db.Tx, l gate.Limits, run prentice.Run, acted bool) error {
	out := gate.OutcomeOf(run, acted)
	if out.Fixed {
		if err := noteFixed(tx, l, run); err != nil {
			return err
		}
	}
	for _, code := range slices.Sorted(maps.Keys(out.Over)) {
		if _, err := tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(code), out.Over[code]); err != nil {
			return err
		}
	}
	for _, code := range slices.Sorted(maps.Keys(out.Longer)) {
		if err := lengthen(tx, l, code, out.Longer[code], run); err != nil {
			return err
		}
	}
	return nil
}

func lengthen(tx *db.Tx, l gate.Limits, code prentice.HoldCode, name string, run prentice.Run) error {
	var times int
	err := tx.QueryRow(`INSERT INTO run_streaks (code, name, times, until, run) VALUES (?, ?, 1, 0, ?)
		ON CONFLICT (code, name) DO UPDATE SET times = run_streaks.times + 1, run = excluded.run RETURNING times`, []any{string(code), name, run.Number}, &times)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE run_streaks SET until = ? WHERE code = ? AND name = ?`, db.Micros(gate.StreakEnds(l, code, times, run.Ended)), string(code), name)
	return err
}

func noteFixed(tx *db.Tx, l gate.Limits, run prentice.Run) error {
	if _, err := tx.Exec(`DELETE FROM run_mended WHERE subject = ? AND time < ?`, string(run.Subject), db.Micros(run.Ended.Add(-l.Within))); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO run_mended (subject, run, time) VALUES (?, ?, ?)`, string(run.Subject), run.Number, db.Micros(run.Ended))
	return err
}

// Cool starts the cool-down of a plan's targets.
func Cool(tx *db.Tx, d *Detail, until time.Time) error {
	var rows []any
	for _, t := range d.ThePlan.Targets {
		rows = append(rows, d.Procedure, string(t.Ref), db.Micros(until), d.Number)
	}
	for _, name := range d.ThePlan.Called() {
		for _, ref := range d.ThePlan.CalledOn(name) {
			rows = append(rows, name, string(ref), db.Micros(until), d.Number)
		}
	}
	return tx.Insert(`INSERT INTO run_cooldowns (procedure, target, until, run)`, 4, rows, ` ON CONFLICT (procedure, target) DO UPDATE SET until = excluded.until, run = excluded.run`)
}
