package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Known is an incident as those who call people need it, and when a person last wrote into its
// timeline.
func (s *Support) Known(ctx context.Context, number int64) (in Incident, word time.Time, err error) {
	found, err := s.incidents(ctx, `number = ?`, number)
	if err != nil {
		return in, word, err
	}
	if len(found) == 0 {
		return in, word, noIncident(number)
	}
	var last int64
	err = s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(at), 0) FROM incident_lines WHERE incident = ? AND kind IN ('note', 'holder') AND actor <> ?`, []any{number, string(self)}, &last)
	return found[0], db.Time(last), err
}

// Suffers is the open incident that has an alert which this sender told of under this source; ""
// is none.
func (s *Support) Suffers(ctx context.Context, sender prentice.Ref, source, fingerprint string) (prentice.Ref, error) {
	rows, err := s.DB.Query(ctx, `SELECT s.incident, s.event FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.symptom = ? AND s.gone = 0 AND i.closed = 0 ORDER BY s.incident`,
		complaint{stem: "alert", name: fingerprint}.key())
	if err != nil {
		return "", fmt.Errorf("look for the incident of an alert: %w", err)
	}
	defer rows.Close()
	var found [][2]int64
	for rows.Next() {
		var incident, event int64
		if err := rows.Scan(&incident, &event); err != nil {
			return "", err
		}
		found = append(found, [2]int64{incident, event})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return "", err
	}
	for _, one := range found {
		e, err := s.Inbox.Show(ctx, one[1])
		if err == nil && e.Sender == sender && e.Source == source {
			return incidentRef(one[0]), nil
		}
	}
	return "", nil
}

// Lapse ends the acknowledgement of an incident, because it was for a time. One that is not
// acknowledged, or over, stays as it is.
func (s *Support) Lapse(ctx context.Context, number int64, why string) error {
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		in, err := incidentWhere(tx, `number = ? AND closed = 0`, number)
		if err != nil || in == nil || !in.Acked() {
			return err
		}
		tx.After(s.ring)
		if err := s.refires(tx, now, in, why); err != nil {
			return err
		}
		return save(tx, in)
	})
}
