package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// release gives what still fails after its cause is well an incident of its own: it was only kept from
// having one while the cause explained it. It says whether some may be released later.
func (s *Support) release(ctx context.Context) (later bool, err error) {
	if s.Depends == nil {
		return false, nil
	}
	list, err := s.incidents(ctx, `closed = 0 AND number IN (SELECT incident FROM incident_symptoms WHERE gone = 0 AND under <> '')
		AND number NOT IN (SELECT incident FROM incident_symptoms WHERE gone = 0 AND under = '') ORDER BY number LIMIT ?`, atOnce)
	for _, in := range list {
		if in.Unread != "" {
			continue
		}
		var well int64
		if err := s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(gone), 0) FROM incident_symptoms WHERE incident = ? AND under = ''`, []any{in.Number}, &well); err != nil {
			return true, fmt.Errorf("look whether the cause of %s is well: %w", in.Ref, err)
		}
		if later = true; s.Clock().Sub(db.Time(well)) < s.Quiet {
			continue
		}
		if err := s.releaseOf(ctx, in.Number, db.Time(well)); err != nil && ctx.Err() == nil { // one holds up no other
			s.Log.Error("give what is left of an incident its own", "incident", in.Number, "err", err)
		}
	}
	return later, err
}

// releaseOf takes the symptoms that are left of an incident up anew. What cannot be read stays.
func (s *Support) releaseOf(ctx context.Context, number int64, well time.Time) error {
	var list []keptSymptom
	if err := s.write(ctx, func(tx *db.Tx, _ time.Time) (err error) { list, err = left(tx, number); return err }); err != nil {
		return err
	}
	events := map[int64]prentice.EventRecord{}
	for _, y := range list {
		r, err := s.Inbox.Show(ctx, y.event)
		if err != nil {
			return fmt.Errorf("read event %d: %w", y.event, err)
		}
		events[y.event] = r
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		in, err := incidentWhere(tx, `number = ? AND closed = 0`, number)
		if in == nil || err != nil {
			return err
		}
		there, err := left(tx, number)
		if err != nil || len(there) != len(list) {
			return err // it has moved meanwhile, and is looked at again
		}
		tx.After(s.ring)
		in.WellSince = well // so that it is no cause any more
		if err := save(tx, in); err != nil {
			return err
		}
		for _, y := range list {
			if err := s.releaseOne(tx, now, in, y, events[y.event]); err != nil {
				return err
			}
		}
		if in.Verified == 0 {
			return nil // it has been well for long enough, and ends by itself
		}
		says := fmt.Sprintf("%s is verified, and what was left has incidents of its own", runRef(in.Verified))
		return s.end(tx, now, in, byRun, says, prentice.Prentice("event"), runRef(in.Verified))
	})
}

func (s *Support) releaseOne(tx *db.Tx, now time.Time, in *Incident, y keptSymptom, r prentice.EventRecord) error {
	if _, err := tx.Exec(`UPDATE incident_symptoms SET gone = ? WHERE incident = ? AND symptom = ?`, db.Micros(now), in.Number, y.key); err != nil {
		return err
	}
	if r.Subject != y.about {
		return errors.New("event " + string(r.Ref()) + " is about something else")
	}
	route := s.route(r.Event)
	incident, err := s.join(tx, now, symptom, r, route)
	if err != nil {
		return err
	}
	says := fmt.Sprintf("%s is healthy again and %s still fails: it has %s", in.Subject, y.about, incidentRef(incident))
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: says, About: incidentRef(incident)}); err != nil {
		return err
	}
	says = fmt.Sprintf("it was part of %s, and still fails though %s is healthy again", in.Ref, in.Subject)
	if err := addLine(tx, incident, Line{Time: now, Kind: "note", Says: says, About: in.Ref}); err != nil {
		return err
	}
	under, err := isUnder(tx, incident, r)
	if err != nil {
		return err
	}
	return settle(tx, now, r, incident, !under)
}
