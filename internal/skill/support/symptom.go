package support

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/db"
)

// joinSymptom opens an incident for a symptom or brings it to the one that it
// belongs to. A symptom that names no subject cannot have an incident: two faults
// without a subject are not one.
func (s *Support) joinSymptom(tx *db.Tx, now time.Time, r prentice.EventRecord, route alert.Routing) (int64, error) {
	e := r.Event
	if e.Subject == "" {
		return 0, nil
	}
	at := happened(e, now)
	in, under, err := s.home(tx, now, e, route)
	if err != nil {
		return 0, err
	}
	if in == nil {
		in = &Incident{Subject: e.Subject, Title: title(e), Summary: titleOf(e), Opened: now, FirstSymptom: at, LastSymptom: at,
			Group: route.Group, Severity: route.Severity, Owner: route.Owner, Quiet: route.Do == alert.Incident, hint: clip(route.Hint, 300)}
		if in.Recurs, err = again(tx, now, e.Subject, complaintOf(e)); err != nil {
			return 0, err
		}
		if err := s.open(tx, now, in, self, e.Causes); err != nil {
			return 0, err
		}
	}
	if err := blame(tx, in.Number, e.Causes); err != nil {
		return 0, err
	}
	in.Events++
	in.Title = retitled(*in, e)
	if at.After(in.LastSymptom) {
		in.LastSymptom = at
	}
	if at.Before(in.FirstSymptom) {
		in.FirstSymptom = at
	}
	seen := at // an alert that is back still says when it began at first
	if seen.Before(in.WellSince) {
		seen = in.WellSince
	}
	news, err := suffer(tx, in, keptIn(in, e), under, at, r, route)
	if err != nil {
		return 0, err
	}
	if news {
		in.Verified = 0 // the run that was verified has not seen this
		if !in.WellSince.IsZero() {
			if err := s.refires(tx, now, in, "it is back"); err != nil {
				return 0, err
			}
		}
		if err := addLine(tx, in.Number, Line{Time: seen, Kind: "symptom", Says: symptomLine(in, e, route), Actor: r.Sender}); err != nil {
			return 0, err
		}
	}
	if err := s.worse(tx, now, in, e, route); err != nil {
		return 0, err
	}
	in.WellSince = time.Time{}
	if news && e.Subject == in.Subject {
		if err := s.gather(tx, now, in); err != nil {
			return 0, err
		}
	}
	if err := s.labelled(tx, in, r, route); err != nil {
		return 0, err
	}
	if err := save(tx, in); err != nil {
		return 0, err
	}
	return in.Number, s.weigh(tx, now, in)
}

// home is the open incident that a symptom belongs to, or nil: the one that has it
// already, the one about the same thing, the one of its group, the one of what its thing
// depends on (under is that), or the one of something that depends on its thing.
func (s *Support) home(tx *db.Tx, now time.Time, e prentice.Event, route alert.Routing) (in *Incident, under prentice.Ref, err error) {
	if in, err = suffering(tx, e); in != nil || err != nil {
		return in, "", err
	}
	if in, err = openOf(tx, e.Subject); in != nil || err != nil {
		return in, "", err
	}
	if in, err = s.cause(tx, e.Subject, route.Do != alert.Notify); err != nil {
		return nil, "", err
	}
	if in != nil {
		return in, in.Subject, nil
	}
	if route.Group != "" {
		if in, err = incidentWhere(tx, `grouped = ? AND closed = 0 ORDER BY number LIMIT 1`, route.Group); in != nil || err != nil {
			return in, "", err
		}
	}
	in, err = s.uncover(tx, now, e, route)
	return in, "", err
}

// suffering is the open incident that has the symptom of an alert, or nil. Only of
// an alert can be told from the symptom alone which it is.
func suffering(tx *db.Tx, e prentice.Event) (*Incident, error) {
	c := complaintOf(e)
	if !lone(e) {
		return nil, nil
	}
	var number int64
	err := tx.QueryRow(`SELECT s.incident FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.symptom = ? AND s.gone = 0 AND i.closed = 0 ORDER BY s.incident LIMIT 1`,
		[]any{c.key()}, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return incidentWhere(tx, `number = ?`, number)
}

func symptomLine(in *Incident, e prentice.Event, route alert.Routing) string {
	says := e.Type + " from " + clip(e.Source, 100)
	if e.Subject != in.Subject {
		says += " on " + string(e.Subject)
	}
	if title := titleOf(e); title != e.Type {
		says += ": " + title
	}
	if route.Hint != "" {
		says += " (" + clip(route.Hint, 300) + ")"
	}
	if !in.WellSince.IsZero() {
		return "it is back: " + says
	}
	return says
}

// worse notes what a symptom adds to what is known of an incident. One for which
// no one is called becomes one for which people are.
func (s *Support) worse(tx *db.Tx, now time.Time, in *Incident, e prentice.Event, route alert.Routing) error {
	if alert.Rank(route.Severity) > alert.Rank(in.Severity) {
		in.Severity = route.Severity
		if err := s.refires(tx, now, in, "its severity is "+clip(route.Severity, 40)+" now"); err != nil {
			return err
		}
	}
	if in.Owner == "" {
		in.Owner = route.Owner
	}
	if n := leftOut(e); n > 0 {
		says := fmt.Sprintf("%s left %d alerts of this group out of its message; max_alerts in its webhook says how many it sends", clip(e.Source, 100), n)
		if err := addLineOnce(tx, in.Number, Line{Time: now, Kind: "note", Says: says}); err != nil {
			return err
		}
	}
	if !in.Quiet || route.Do != alert.Notify {
		return nil
	}
	in.Quiet = false
	data := map[string]any{"incident": in.Ref, "summary": titleOf(e), "severity": in.Severity, "owner": in.Owner}
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "from here on people are called: " + clip(route.Why, 300)}); err != nil {
		return err
	}
	return s.tell(tx, now, "incident.raised", in, data, e.Causes)
}

// ours says whether prentice itself has seen what an event tells of. No one else
// can use its sources.
func ours(e prentice.Event) bool { return strings.HasPrefix(e.Source, "prentice/") }

// suffer notes a symptom and says whether it was not there just before. One that
// prentice has seen itself stays its own, anyone who else says the same.
func suffer(tx *db.Tx, in *Incident, c complaint, under prentice.Ref, at time.Time, r prentice.EventRecord, route alert.Routing) (bool, error) {
	links, about := "", string(r.Subject)
	if list := linksOf(r.Event); len(list) > 0 {
		raw, err := json.Marshal(list)
		if err != nil {
			return false, err
		}
		links = string(raw)
	}
	if r.Subject == in.Subject {
		about = ""
	}
	why := route.Why
	if under != "" {
		why = strings.TrimPrefix(why+"; "+string(r.Subject)+" depends on "+string(under)+", whose incident this is", "; ")
	}
	own, alive := flag(ours(r.Event)), flag(live(r.Event))
	n, err := tx.Exec(`INSERT INTO incident_symptoms (incident, symptom, since, gone, own, event, live, about, severity, why, links, alertname, under, lone) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (incident, symptom) DO NOTHING`,
		in.Number, c.key(), db.Micros(at), own, r.Number, alive, about, route.Severity, clip(why, 1000), links, alertName(r.Event), string(under), flag(lone(r.Event)))
	if err != nil || n == 1 {
		return true, err
	}
	if own == 1 {
		if _, err := tx.Exec(`UPDATE incident_symptoms SET own = 1 WHERE incident = ? AND symptom = ?`, in.Number, c.key()); err != nil {
			return false, err
		}
	}
	n, err = tx.Exec(`UPDATE incident_symptoms SET since = ?, gone = 0 WHERE incident = ? AND symptom = ? AND gone <> 0`, db.Micros(at), in.Number, c.key())
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`UPDATE incident_symptoms SET event = ?, live = ?, about = ?, severity = ?, why = CASE WHEN under <> '' AND ? = '' THEN why ELSE ? END, links = ?, under = CASE WHEN ? <> '' THEN ? ELSE under END WHERE incident = ? AND symptom = ?`,
		r.Number, alive, about, route.Severity, string(under), clip(why, 1000), links, string(under), string(under), in.Number, c.key())
	return n == 1, err
}

// alertName is the name of the alert that an event tells of, or "".
func alertName(e prentice.Event) string {
	if !isAlert(e.Type) {
		return ""
	}
	return textOf(e, "alertname")
}

func flag(is bool) int {
	if is {
		return 1
	}
	return 0
}
