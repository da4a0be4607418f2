package support

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/db"
)

// Listen takes an event up: it joins it to an incident and notes what must be
// done about it, in one write. Doing it comes after that, in Run, so that slow
// checks keep no other event waiting. An event that is told again does nothing.
func (s *Support) Listen(ctx context.Context, r prentice.EventRecord) error {
	if err := s.ready(); err != nil {
		return err
	}
	e := r.Event
	is, route := sortOf(e), s.route(r.Event)
	if is == symptom && route.Do == alert.Record {
		is = recorded
	}
	proposes := is == symptom || is == tick || is == byHand || is < runNews && s.mayPropose(e)
	switch {
	case is == own, is == other && !proposes:
		return nil
	case is == symptom && early(e) && !s.mayPropose(e):
		return nil // one failure is not a fault; the probe tells when its service counts as down
	}
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		fresh, err := take(tx, r)
		if err != nil || !fresh {
			return err
		}
		if err := noteRoute(tx, r.Number, route); err != nil {
			return err
		}
		tx.After(s.ring)
		asks, route := proposes, route
		switch is {
		case symptom:
			why, apart, err := s.mute(tx, now, r, route)
			if err != nil || apart {
				return err
			}
			if why != nil { // it is part of its incident, and asks for nothing
				asks, route.Do = false, alert.Incident
			}
		case recovery:
			if err := unmute(tx, complaintOf(e), e); err != nil {
				return err
			}
		}
		incident, err := s.join(tx, now, is, r, route)
		if err == nil && is == recovery {
			err = s.reweigh(tx, now, incident)
		}
		if err != nil {
			return err
		}
		if asks && is == symptom {
			under, err := isUnder(tx, incident, r)
			if err != nil {
				return err
			}
			asks = !under // what ends the cause ends this
		}
		return settle(tx, now, r, incident, asks)
	})
	if err != nil {
		return fmt.Errorf("take up event %s of %s: %w", clip(e.ID, 80), clip(e.Source, 80), err)
	}
	return nil
}

// take says whether an event is fresh, and notes that it no longer is.
func take(tx *db.Tx, e prentice.EventRecord) (bool, error) {
	n, err := tx.Exec(`INSERT INTO support_tasks (event, seq, lane, incident, state, due, attempts, chosen, why, record) VALUES (?, 0, '', 0, 'done', 0, 0, '', '', '')
		ON CONFLICT (event) DO NOTHING`, e.Number)
	return n == 1, err
}

// settle notes which incident an event belongs to and, if it proposes something,
// that this must be looked into.
func settle(tx *db.Tx, now time.Time, e prentice.EventRecord, incident int64, proposes bool) error {
	if !proposes {
		_, err := tx.Exec(`UPDATE support_tasks SET incident = ? WHERE event = ?`, incident, e.Number)
		return err
	}
	seq, err := tx.Next(eventsName)
	if err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	lane := laneOf(incident, e.Subject)
	if sortOf(e.Event) == tick {
		lane = tickLane(e.Event)
	}
	_, err = tx.Exec(`UPDATE support_tasks SET seq = ?, lane = ?, incident = ?, state = 'pending', due = ?, record = ? WHERE event = ?`,
		seq, lane, incident, db.Micros(now), string(text), e.Number)
	return err
}

// laneOf is the line in which an event waits: that of its incident, or else of
// its subject.
func laneOf(incident int64, subject prentice.Ref) string {
	if incident != 0 {
		return string(incidentRef(incident))
	}
	return "about " + string(subject)
}

// join brings an event to its incident and says which; 0 is none.
func (s *Support) join(tx *db.Tx, now time.Time, is sort, e prentice.EventRecord, route alert.Routing) (int64, error) {
	switch is {
	case symptom:
		return s.joinSymptom(tx, now, e, route)
	case recovery:
		return s.joinRecovery(tx, now, e)
	case runNews:
		return 0, s.joinNews(tx, now, e.Event)
	case byHand:
		return numberOf("incident", textOf(e.Event, "incident"))
	default:
		return 0, nil
	}
}

// match is the names of the procedures that an event proposes, with what went
// wrong in finding them.
func (s *Support) match(e prentice.Event) ([]string, []prentice.Finding) {
	if s.Matcher == nil {
		return nil, nil
	}
	matching, findings := s.Matcher.Match(e)
	return procedureNames(matching), findings
}

// mayPropose says whether an event has to be looked into: it proposes something,
// or no one could tell.
func (s *Support) mayPropose(e prentice.Event) bool {
	names, findings := s.match(e)
	return len(names)+len(findings) > 0
}
