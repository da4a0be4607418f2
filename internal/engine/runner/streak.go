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

// settleStreaks counts a run that acted and ended among those that did or did
// not help.
func settleStreaks(tx *db.Tx, l Limits, run prentice.Run) error {
	if run.State == prentice.Verified && run.Requester.Kind() != string(prentice.Person) && run.Subject != "" {
		if err := noteMended(tx, l, run); err != nil {
			return err
		}
	}
	names := streakNames(run.Procedure, run.Subject)
	if run.Subject == "" {
		delete(names, prentice.HoldUseless) // nothing that anybody could look at
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

func noteMended(tx *db.Tx, l Limits, run prentice.Run) error {
	if _, err := tx.Exec(`DELETE FROM run_mended WHERE subject = ? AND time < ?`, string(run.Subject), db.Micros(run.Ended.Add(-l.Within))); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO run_mended (subject, run, time) VALUES (?, ?, ?)`, string(run.Subject), run.Number, db.Micros(run.Ended))
	return err
}
