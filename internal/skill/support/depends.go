package support

import (
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/db"
)

// DefaultSettle is how long no person is called for something that depends on others: one of those may be
// the cause, and its own check may come a little later.
const DefaultSettle = 30 * time.Second

// Depends says what depends on what, transitively, nearest first.
type Depends interface {
	Causes(prentice.Ref) []prentice.Ref  // all that it depends on
	Suffers(prentice.Ref) []prentice.Ref // all that depends on it
}

// cause is the open incident of something that a thing depends on, or nil. One that is over for now,
// silenced, or calls no one explains nothing for which people would be called.
func (s *Support) cause(tx *db.Tx, about prentice.Ref, quiet bool) (*Incident, error) {
	if s.Depends == nil {
		return nil, nil
	}
	for _, ref := range s.Depends.Causes(about) {
		in, err := openOf(tx, ref)
		if err != nil {
			return nil, err
		}
		if in != nil && in.WellSince.IsZero() && in.Muted == nil && (!in.Quiet || quiet) {
			return in, nil
		}
	}
	return nil, nil
}

// uncover makes an open incident of something that depends on e's subject the incident of that subject: the
// cause of a fault may be seen after what it does to others. It is the one for which a person was called
// first, or else the oldest, so that who was called for it needs no second call. nil is none.
func (s *Support) uncover(tx *db.Tx, now time.Time, e prentice.Event, route alert.Routing) (*Incident, error) {
	if route.Do != alert.Notify {
		return nil, nil
	}
	all, err := s.suffering(tx, e.Subject, false)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	in := all[0]
	for _, other := range all[1:] {
		if first(other, in) {
			in = other
		}
	}
	was := in.Subject
	if err := retell(tx, in, in.Number, was, e.Subject); err != nil {
		return nil, err
	}
	in.Subject, in.Title, in.Summary, in.Owner = e.Subject, title(e), titleOf(e), route.Owner
	if _, err := tx.Exec(`UPDATE incidents SET subject = ?, summary = ?, title = ? WHERE number = ?`, string(in.Subject), in.Summary, in.Title, in.Number); err != nil {
		return nil, err
	}
	says := fmt.Sprintf("%s depends on %s, which fails as well: from here on this is its incident", was, e.Subject)
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: says, About: e.Subject}); err != nil {
		return nil, err
	}
	return in, s.record(tx, now, "incident.cause", self, in, map[string]any{"was": was, "says": says}, was)
}

// first says whether an incident shall rather be kept than another: people look at it already.
func first(a, b *Incident) bool {
	switch {
	case a.Called.IsZero() != b.Called.IsZero():
		return !a.Called.IsZero()
	case !a.Called.Equal(b.Called):
		return a.Called.Before(b.Called)
	}
	return a.Number < b.Number
}

// suffering is the open incidents of what depends on a thing, for which people are called; with well also
// those that are about to be over.
func (s *Support) suffering(tx *db.Tx, cause prentice.Ref, well bool) (all []*Incident, err error) {
	if s.Depends == nil {
		return nil, nil
	}
	for _, ref := range s.Depends.Suffers(cause) {
		in, err := openOf(tx, ref)
		if err != nil {
			return nil, err
		}
		if in != nil && (well || in.WellSince.IsZero()) && in.Muted == nil && !in.Quiet {
			all = append(all, in)
		}
	}
	return all, nil
}

// gather brings the incidents of what depends on an incident's subject to it: they are one fault.
func (s *Support) gather(tx *db.Tx, now time.Time, in *Incident) error {
	if in.Quiet || in.Muted != nil {
		return nil
	}
	all, err := s.suffering(tx, in.Subject, true)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Number == in.Number {
			continue
		}
		if err := retell(tx, other, in.Number, other.Subject, in.Subject); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO incident_causes (incident, person) SELECT ?, person FROM incident_causes WHERE incident = ? ON CONFLICT (incident, person) DO NOTHING`, in.Number, other.Number); err != nil {
			return err
		}
		in.Events += other.Events
		if other.FirstSymptom.Before(in.FirstSymptom) {
			in.FirstSymptom = other.FirstSymptom
		}
		if alert.Rank(other.Severity) > alert.Rank(in.Severity) {
			in.Severity = other.Severity
		}
		says := fmt.Sprintf("%s of %s is part of this: %s depends on %s", other.Ref, other.Subject, other.Subject, in.Subject)
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: says, About: other.Ref}); err != nil {
			return err
		}
		says = fmt.Sprintf("it is part of %s: %s depends on %s", in.Ref, other.Subject, in.Subject)
		if err := s.end(tx, now, other, byCause, says, prentice.Prentice("event"), in.Ref); err != nil {
			return err
		}
	}
	return nil
}

// retell moves the symptoms of an incident to the one of the cause, which may be the same. What was about
// the incident's subject says so from here on; what is about the cause is its own.
func retell(tx *db.Tx, from *Incident, to int64, subject, cause prentice.Ref) error {
	list, err := kept(tx, from.Number)
	if err != nil {
		return err
	}
	for _, y := range list {
		c, about, under := complaintFrom(y.key), y.about, cause
		if about == "" {
			about = subject
		}
		c.about = about
		if about == cause {
			about, under, c.about = "", "", ""
		}
		if y.lone {
			c.about = ""
		}
		if to != from.Number || c.key() != y.key {
			drop, key := to, c.key() // of two that say the same, one that is gone
			if y.gone {
				drop, key = from.Number, y.key
			}
			if _, err := tx.Exec(`DELETE FROM incident_symptoms WHERE incident = ? AND symptom = ? AND EXISTS (SELECT 1 FROM incident_symptoms t WHERE t.incident = ? AND t.symptom = ?)`, drop, key, to, c.key()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE incident_symptoms SET incident = ?, symptom = ?, about = ?, under = ? WHERE incident = ? AND symptom = ?`,
			to, c.key(), string(about), string(under), from.Number, y.key); err != nil {
			return err
		}
	}
	return nil
}

// keptSymptom is a symptom as it stands in the database.
type keptSymptom struct {
	key          string
	about, under prentice.Ref
	lone, gone   bool
	event        int64
}

// kept is the symptoms of an incident that are there or were.
func kept(tx *db.Tx, incident int64) ([]keptSymptom, error) {
	return symptomsWhere(tx, `incident = ?`, incident)
}

// left is those that are still there.
func left(tx *db.Tx, incident int64) ([]keptSymptom, error) {
	return symptomsWhere(tx, `incident = ? AND gone = 0`, incident)
}

func symptomsWhere(tx *db.Tx, where string, args ...any) (list []keptSymptom, err error) {
	rows, err := tx.Query(`SELECT symptom, about, under, lone, gone, event FROM incident_symptoms WHERE `+where+` ORDER BY symptom`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var y keptSymptom
		var lone, gone int64
		if err := rows.Scan(&y.key, &y.about, &y.under, &lone, &gone, &y.event); err != nil {
			return nil, err
		}
		y.lone, y.gone = lone == 1, gone != 0
		list = append(list, y)
	}
	return list, rows.Err()
}

// holding is the open incident that has a symptom about a thing which is not its own, or nil.
func holding(tx *db.Tx, about prentice.Ref) (*Incident, error) {
	return incidentWhere(tx, `closed = 0 AND number IN (SELECT incident FROM incident_symptoms WHERE about = ? AND gone = 0) ORDER BY number LIMIT 1`, string(about))
}

// isUnder says whether a symptom joined the incident of something that its thing depends on.
func isUnder(tx *db.Tx, incident int64, r prentice.EventRecord) (bool, error) {
	var n int
	err := tx.QueryRow(`SELECT COUNT(*) FROM incident_symptoms WHERE incident = ? AND event = ? AND gone = 0 AND under <> ''`, []any{incident, r.Number}, &n)
	return n > 0, err
}

// settlesUntil is until when no person is called for an incident: what its thing depends on may turn out
// to be the cause, and have its own incident.
func (s *Support) settlesUntil(in *Incident) time.Time {
	if s.Depends == nil || len(s.Depends.Causes(in.Subject)) == 0 {
		return time.Time{}
	}
	return in.Opened.Add(s.Settle)
}

// owed is for what a person is called later.
type owed struct {
	Why   string  `json:"why"`
	Tried []tried `json:"tried"`
}

// waits puts a call off.
func (s *Support) waits(tx *db.Tx, now time.Time, in *Incident, until time.Time, why string, seen []tried) error {
	if in.settling == "" {
		says := fmt.Sprintf("%s; a person is called in %s, unless something it depends on is the cause", why, long(until.Sub(now)))
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: says}); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(owed{why, seen})
	if err != nil {
		return err
	}
	in.settling, in.callAt = string(raw), until
	return save(tx, in)
}

// settled calls the person whose call was put off.
func (s *Support) settled(tx *db.Tx, now time.Time, in *Incident) error {
	var o owed
	if err := json.Unmarshal([]byte(in.settling), &o); err != nil {
		o.Why = "no procedure helps" // of a later version
	}
	in.settling, in.callAt = "", time.Time{}
	return s.callTried(tx, now, in, o.Why, o.Tried)
}
