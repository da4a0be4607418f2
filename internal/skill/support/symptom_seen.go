package support

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// lastSeen adds to symptoms when each was last told of: what is only repeated is
// counted where events are kept.
func (s *Support) lastSeen(ctx context.Context, list []Symptom) error {
	var numbers []int64
	for _, y := range list {
		if y.event != 0 {
			numbers = append(numbers, y.event)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	seen, err := s.Inbox.Seen(ctx, numbers)
	if err != nil {
		return err
	}
	for i, y := range list {
		if r, there := seen[y.event]; there {
			list[i].Event, list[i].Last, list[i].Times = r.Ref(), r.Last, r.Count
		}
	}
	return nil
}

// Firing are the alerts of a name that fire at this moment, about a service or, with
// "", about anything.
func (s *Support) Firing(ctx context.Context, name string, about prentice.Ref) ([]Symptom, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, `SELECT y.symptom, y.since, y.event, y.about, i.subject FROM incident_symptoms y JOIN incidents i ON i.number = y.incident
		WHERE y.gone = 0 AND y.alertname = ? AND i.closed = 0 ORDER BY y.since`, name)
	if err != nil {
		return nil, fmt.Errorf("read which alerts fire: %w", err)
	}
	defer rows.Close()
	var list []Symptom
	for rows.Next() {
		var y Symptom
		var key string
		var since int64
		var subject prentice.Ref
		if err := rows.Scan(&key, &since, &y.event, &y.About, &subject); err != nil {
			return nil, fmt.Errorf("read which alerts fire: %w", err)
		}
		if y.About != "" {
			subject = y.About
		}
		if about != "" && subject != about {
			continue
		}
		y.What, y.Since, y.Event = complaintFrom(key).String(), db.Time(since), prentice.EventRecord{Number: y.event}.Ref()
		list = append(list, y)
	}
	return list, rows.Err()
}
