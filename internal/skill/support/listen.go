package support

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
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
	is := sortOf(e)
	proposes := is == symptom || is == tick || is == byHand || is < runNews && s.mayPropose(e)
	if is == own || is == other && !proposes {
		return nil
	}
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		fresh, err := take(tx, r)
		if err != nil || !fresh {
			return err
		}
		incident, err := s.join(tx, now, is, r)
		if err != nil {
			return err
		}
		tx.After(s.ring)
		return settle(tx, now, r, incident, proposes)
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
		return nil
	}
	seq, err := tx.Next(eventsName)
	if err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE support_tasks SET seq = ?, lane = ?, incident = ?, state = 'pending', due = ?, record = ? WHERE event = ?`,
		seq, laneOf(incident, e.Subject), incident, db.Micros(now), string(text), e.Number)
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
func (s *Support) join(tx *db.Tx, now time.Time, is sort, e prentice.EventRecord) (int64, error) {
	switch is {
	case symptom:
		return s.joinSymptom(tx, now, e)
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

// joinSymptom opens the subject's incident or joins it. A symptom that names no
// subject cannot have an incident: two faults without a subject are not one.
func (s *Support) joinSymptom(tx *db.Tx, now time.Time, r prentice.EventRecord) (int64, error) {
	e := r.Event
	if e.Subject == "" {
		return 0, nil
	}
	at := happened(e, now)
	in, err := openOf(tx, e.Subject)
	if err != nil {
		return 0, err
	}
	if in == nil {
		in = &Incident{Subject: e.Subject, Summary: titleOf(e), Opened: now, FirstSymptom: at, LastSymptom: at}
		if err := s.open(tx, now, in, self, e.Causes); err != nil {
			return 0, err
		}
	}
	if err := blame(tx, in.Number, e.Causes); err != nil {
		return 0, err
	}
	in.Events++
	if at.After(in.LastSymptom) {
		in.LastSymptom = at
	}
	if at.Before(in.FirstSymptom) {
		in.FirstSymptom = at
	}
	news, err := suffer(tx, in, complaintOf(e), at, ours(e))
	if err != nil {
		return 0, err
	}
	if news {
		if err := addLine(tx, in.Number, Line{Time: at, Kind: "symptom", Says: symptomLine(e, !in.WellSince.IsZero()), Actor: r.Sender}); err != nil {
			return 0, err
		}
	}
	in.WellSince = time.Time{}
	return in.Number, save(tx, in)
}

func symptomLine(e prentice.Event, back bool) string {
	says := e.Type + " from " + clip(e.Source, 100)
	if title := titleOf(e); title != e.Type {
		says += ": " + title
	}
	if back {
		return "it is back: " + says
	}
	return says
}

// ours says whether prentice itself has seen what an event tells of. Nobody else
// can use its sources.
func ours(e prentice.Event) bool { return strings.HasPrefix(e.Source, "prentice/") }

// suffer notes a symptom and says whether it was not there just before. One that
// prentice has seen itself stays its own, whoever else says the same.
func suffer(tx *db.Tx, in *Incident, c complaint, at time.Time, own bool) (bool, error) {
	seen := 0
	if own {
		seen = 1
	}
	n, err := tx.Exec(`INSERT INTO incident_symptoms (incident, symptom, since, gone, own) VALUES (?, ?, ?, 0, ?) ON CONFLICT (incident, symptom) DO NOTHING`,
		in.Number, c.key(), db.Micros(at), seen)
	if err != nil || n == 1 {
		return true, err
	}
	if own {
		if _, err := tx.Exec(`UPDATE incident_symptoms SET own = 1 WHERE incident = ? AND symptom = ?`, in.Number, c.key()); err != nil {
			return false, err
		}
	}
	n, err = tx.Exec(`UPDATE incident_symptoms SET since = ?, gone = 0 WHERE incident = ? AND symptom = ? AND gone <> 0`, db.Micros(at), in.Number, c.key())
	return n == 1, err
}

// joinRecovery notes that a symptom is gone. When none is left, the incident
// waits for the quiet time.
func (s *Support) joinRecovery(tx *db.Tx, now time.Time, r prentice.EventRecord) (int64, error) {
	e := r.Event
	if e.Subject == "" {
		return 0, nil
	}
	in, err := openOf(tx, e.Subject)
	if in == nil || err != nil {
		return 0, err
	}
	ended, left, err := relieve(tx, in.Number, complaintOf(e), now, ours(e))
	if err != nil || len(ended) == 0 {
		return in.Number, err
	}
	says := e.Type + " from " + clip(e.Source, 100)
	if left == 0 {
		in.WellSince, in.callAt = now, time.Time{}
		says += fmt.Sprintf("; no symptom is left, and it must stay so for %s", s.Quiet)
	} else {
		says += fmt.Sprintf("; %d other symptoms are left", left)
	}
	if err := addLine(tx, in.Number, Line{Time: happened(e, now), Kind: "recovery", Says: says, Actor: r.Sender}); err != nil {
		return 0, err
	}
	return in.Number, save(tx, in)
}

// relieve ends the symptoms that a recovery answers, and counts those left. What
// prentice has seen itself, only prentice sees gone.
func relieve(tx *db.Tx, incident int64, well complaint, now time.Time, own bool) (ended []string, left int, err error) {
	rows, err := tx.Query(`SELECT symptom, own FROM incident_symptoms WHERE incident = ? AND gone = 0`, incident)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var seen int
		if err := rows.Scan(&key, &seen); err != nil {
			return nil, 0, err
		}
		if well.ends(complaintFrom(key)) && (own || seen == 0) {
			ended = append(ended, key)
		} else {
			left++
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	rows.Close()
	for _, key := range ended {
		if _, err := tx.Exec(`UPDATE incident_symptoms SET gone = ? WHERE incident = ? AND symptom = ?`, db.Micros(now), incident, key); err != nil {
			return nil, 0, err
		}
	}
	return ended, left, nil
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
// or nobody could tell.
func (s *Support) mayPropose(e prentice.Event) bool {
	names, findings := s.match(e)
	return len(names)+len(findings) > 0
}
