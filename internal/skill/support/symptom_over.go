package support

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// joinRecovery notes that a symptom is gone. When none is left, the incident waits
// for the quiet time, or is over if a run was verified before.
func (s *Support) joinRecovery(tx *db.Tx, now time.Time, r prentice.EventRecord) (int64, error) {
	e := r.Event
	in, err := suffering(tx, e)
	if in == nil && err == nil && e.Subject != "" {
		in, err = openOf(tx, e.Subject)
		if in == nil && err == nil {
			in, err = holding(tx, e.Subject)
		}
	}
	if in == nil || err != nil {
		return 0, err
	}
	ended, left, err := relieve(tx, in, e, now)
	if err != nil || len(ended) == 0 {
		return in.Number, err
	}
	says := e.Type + " from " + clip(e.Source, 100)
	if e.Type == probeRemoved {
		says = titleOf(e)
	}
	if e.Subject != in.Subject {
		says += " on " + string(e.Subject)
	}
	switch {
	case left > 0:
		says += fmt.Sprintf("; %d other symptoms are left", left)
	case in.Verified != 0:
		says += "; no symptom is left"
	default:
		says += fmt.Sprintf("; no symptom is left, and it must stay so for %s", s.Quiet)
	}
	if left == 0 {
		in.WellSince, in.callAt, in.settling = now, time.Time{}, ""
	}
	if err := addLine(tx, in.Number, Line{Time: happened(e, now), Kind: "recovery", Says: says, Actor: r.Sender}); err != nil {
		return 0, err
	}
	if in.Verified == 0 {
		return in.Number, save(tx, in)
	}
	still, err := stillLive(tx, in.Number)
	if err != nil || still > 0 {
		return in.Number, errors.Join(err, save(tx, in))
	}
	run, procedure := runRef(in.Verified), ""
	if err := tx.QueryRow(`SELECT procedure_name FROM incident_runs WHERE incident = ? AND run = ?`, []any{in.Number, in.Verified}, &procedure); err != nil {
		return in.Number, err
	}
	return in.Number, s.end(tx, now, in, byRun, fmt.Sprintf("%s of %s is verified, and the last symptom is gone", run, procedure), prentice.Prentice("event"), run)
}

// stillLive counts the symptoms that are there and whose end will be told.
func stillLive(tx *db.Tx, incident int64) (n int64, err error) {
	err = tx.QueryRow(`SELECT COUNT(*) FROM incident_symptoms WHERE incident = ? AND gone = 0 AND live = 1`, []any{incident}, &n)
	return n, err
}

// relieve ends the symptoms that a recovery answers, and counts those left. What
// prentice has seen itself, only prentice sees gone.
func relieve(tx *db.Tx, in *Incident, e prentice.Event, now time.Time) (ended []string, left int, err error) {
	well, own := complaintOf(e), ours(e)
	rows, err := tx.Query(`SELECT symptom, own, about, lone FROM incident_symptoms WHERE incident = ? AND gone = 0`, in.Number)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var seen, alone int
		var about prentice.Ref
		if err := rows.Scan(&key, &seen, &about, &alone); err != nil {
			return nil, 0, err
		}
		if same := cmp.Or(about, in.Subject) == e.Subject || alone == 1; same && well.ends(complaintFrom(key)) && (own || seen == 0) {
			ended = append(ended, key)
		} else {
			left++
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, 0, err
	}
	for _, key := range ended {
		if _, err := tx.Exec(`UPDATE incident_symptoms SET gone = ? WHERE incident = ? AND symptom = ?`, db.Micros(now), in.Number, key); err != nil {
			return nil, 0, err
		}
	}
	return ended, left, nil
}
