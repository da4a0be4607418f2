package support

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// blame notes the people by whose doing an incident was opened or fed.
func blame(tx *db.Tx, incident int64, people []prentice.Ref) error {
	for _, p := range prentice.JoinPeople(people) {
		if _, err := tx.Exec(`INSERT INTO incident_causes (incident, person) VALUES (?, ?) ON CONFLICT (incident, person) DO NOTHING`, incident, string(p)); err != nil {
			return fmt.Errorf("note who caused incident %d: %w", incident, err)
		}
	}
	return nil
}

// Opened is the people who opened an incident or fed it. Of an incident from
// before this was kept, who opened it by hand is known.
func (s *Support) Opened(ctx context.Context, incident prentice.Ref) ([]prentice.Ref, error) {
	if incident.Kind() != "incident" {
		return nil, nil // of some other system
	}
	number, err := numberOf("incident", string(incident))
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, `SELECT person FROM incident_causes WHERE incident = ? UNION SELECT actor FROM incident_lines WHERE incident = ? AND kind = 'opened'`, number, number)
	if err != nil {
		return nil, fmt.Errorf("read who caused %s: %w", incident, err)
	}
	defer rows.Close()
	var people []prentice.Ref
	for rows.Next() {
		var p prentice.Ref
		if err := rows.Scan(&p); err != nil {
			return nil, fmt.Errorf("read who caused %s: %w", incident, err)
		}
		people = append(people, p)
	}
	return prentice.JoinPeople(people), rows.Err()
}
