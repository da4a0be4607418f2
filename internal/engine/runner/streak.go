package runner

import (
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// streakNames are what a run's streaks are kept under.
func streakNames(procedure string, subject prentice.Ref) map[prentice.HoldCode]string {
	return map[prentice.HoldCode]string{
		prentice.HoldUseless:  string(subject),
		prentice.HoldFailures: procedure,
		prentice.HoldBackOff:  procedure + "@" + string(subject),
	}
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
	_, err = tx.Exec(`DELETE FROM run_cooldowns WHERE procedure = ? AND run = ? AND target NOT IN (SELECT target FROM run_steps WHERE run = ? AND section = ? AND attempts > 0)`,
		run.Procedure, run.Number, run.Number, string(prentice.Act))
	return begun > 0, err
}

// settleStreaks counts an ended run among those that did or did not help. Only
// what is known to have helped ends the row of those that did not: one that a
// person stopped, or that no one can judge, says nothing. A failure before
// anything was begun is a failure of the procedure, and no useless fix.
func settleStreaks(tx *db.Tx, l Limits, run prentice.Run, acted bool) error {
	if acted && run.State == prentice.Verified && run.Requester.Kind() != string(prentice.Person) && run.Subject != "" {
		if err := noteFixed(tx, l, run); err != nil {
			return err
		}
	}
	names := streakNames(run.Procedure, run.Subject)
	if run.Subject == "" || !acted {
		delete(names, prentice.HoldUseless) // nothing that anyone could look at, or nothing was tried
	}
	switch {
	case run.State == prentice.Unverified: // it did what it should, whether or not that helped
		delete(names, prentice.HoldUseless)
	case run.State != prentice.Verified && !run.State.Harmful():
		return nil
	}
	if !run.State.Harmful() {
		_, err := tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ? OR code = ? AND name = ? OR code = ? AND name = ?`, string(prentice.HoldUseless), names[prentice.HoldUseless],
			string(prentice.HoldFailures), names[prentice.HoldFailures], string(prentice.HoldBackOff), names[prentice.HoldBackOff])
		return err
	}
	for code, name := range names {
		if err := lengthen(tx, l, code, name, run); err != nil {
			return err
		}
	}
	return nil
}

func lengthen(tx *db.Tx, l Limits, code prentice.HoldCode, name string, run prentice.Run) error {
	var times int
	err := tx.QueryRow(`INSERT INTO run_streaks (code, name, times, until, run) VALUES (?, ?, 1, 0, ?)
		ON CONFLICT (code, name) DO UPDATE SET times = run_streaks.times + 1, run = excluded.run RETURNING times`, []any{string(code), name, run.Number}, &times)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE run_streaks SET until = ? WHERE code = ? AND name = ?`, db.Micros(streakEnds(l, code, times, run.Ended)), string(code), name)
	return err
}

// streakEnds is until when a streak holds back; zero when it does not yet, or
// when no time alone ends it.
func streakEnds(l Limits, code prentice.HoldCode, times int, ended time.Time) time.Time {
	switch {
	case code == prentice.HoldFailures && times >= l.InARow:
		return ended.Add(doubled(l.Blocked, times-l.InARow+1))
	case code == prentice.HoldBackOff:
		return ended.Add(doubled(l.BackOff, times))
	}
	return time.Time{}
}

func noteFixed(tx *db.Tx, l Limits, run prentice.Run) error {
	if _, err := tx.Exec(`DELETE FROM run_mended WHERE subject = ? AND time < ?`, string(run.Subject), db.Micros(run.Ended.Add(-l.Within))); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO run_mended (subject, run, time) VALUES (?, ?, ?)`, string(run.Subject), run.Number, db.Micros(run.Ended))
	return err
}
