package support

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

type incidentListIn struct {
	Open    bool      `json:"open,omitempty" doc:"Only those that are not closed."`
	Subject string    `json:"subject,omitempty" of:"ref" doc:"Only incidents of this, such as service/checkout." maxLength:"200"`
	Since   time.Time `json:"since,omitzero" ago:"true" doc:"Only incidents that began then or later, such as 2h, 30d or 2030-08-31."`
	Before  int64     `json:"before,omitempty" doc:"A cursor: only incidents with a smaller number." minimum:"1"`
	Limit   int       `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

type which struct {
	Number string `json:"number" arg:"1" doc:"The incident, such as incident/17 or 17." example:"incident/17" maxLength:"30"`
}

type incidentOpenIn struct {
	Subject prentice.Ref `json:"subject" arg:"1" of:"ref" doc:"What something is wrong with, such as service/checkout." example:"service/checkout" maxLength:"200"`
	Summary string       `json:"summary" doc:"What is wrong, in one sentence." example:"customers see an empty basket" minLength:"1" maxLength:"300"`
}

type incidentNoteIn struct {
	which
	Text string `json:"text" arg:"2" doc:"What you have seen or done." minLength:"1" maxLength:"2000"`
}

type incidentCloseIn struct {
	which
	Reason string `json:"reason" doc:"Why it is over, in one sentence; it is kept as evidence." minLength:"1" maxLength:"2000"`
}

func (s *Support) incidentOps() []op.Op {
	return []op.Op{
		op.New("incident.list", prentice.Look, prentice.Viewer, "List incidents, newest first.", s.incidentList).
			WithExample("prentice incident list --open"),
		op.New("incident.show", prentice.Look, prentice.Viewer, "Show an incident from the first symptom to its end.", s.incidentShow).
			WithExample("prentice incident show incident/17"),
		op.New("incident.open", prentice.Change, prentice.Operator, "Open an incident by hand.", s.incidentOpen).
			WithExample("prentice incident open service/checkout --summary 'customers see an empty basket'").
			WithHelp("Procedures that are proposed by incident.opened are looked for, as for any symptom."),
		op.New("incident.note", prentice.Change, prentice.Operator, "Write something down in an incident's timeline.", s.incidentNote).
			WithExample("prentice incident note incident/17 'the supplier confirms an outage'"),
		op.New("incident.close", prentice.Change, prentice.Operator, "Close an incident by hand.", s.incidentClose).
			WithExample("prentice incident close incident/17 --reason 'the supplier has fixed it'").
			WithHelp("Runs that act go on; what waits for approval is withdrawn. A new symptom opens a new incident."),
	}
}

// About is what the incident would be about.
func (in incidentOpenIn) About() ([]prentice.Ref, error) { return []prentice.Ref{in.Subject}, nil }

// About is the incident itself, which stands where its subject does.
func (w which) About() ([]prentice.Ref, error) {
	n, err := numberOf("incident", w.Number)
	return []prentice.Ref{prentice.NewRef("incident", strconv.FormatInt(n, 10))}, err
}

// SubjectOf is what an incident is about.
func (s *Support) SubjectOf(ctx context.Context, number int64) (prentice.Ref, error) {
	found, err := s.incidents(ctx, "number = ?", number)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].Subject, nil
}

// Standing is what an incident is about and whether it is open.
func (s *Support) Standing(ctx context.Context, number int64) (subject prentice.Ref, open bool, err error) {
	found, err := s.incidents(ctx, "number = ?", number)
	if err != nil {
		return "", false, err
	}
	if len(found) == 0 {
		return "", false, noIncident(number)
	}
	return found[0].Subject, found[0].Closed.IsZero(), nil
}

func (s *Support) incidentList(ctx context.Context, _ op.Call, in incidentListIn) (Incidents, error) {
	if err := s.ready(); err != nil {
		return Incidents{}, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 50
	}
	where, args := `1 = 1`, []any(nil)
	if in.Open {
		where += ` AND closed = 0`
	}
	if in.Subject != "" {
		where, args = where+` AND subject = ?`, append(args, in.Subject)
	}
	if !in.Since.IsZero() {
		where, args = where+` AND first_symptom >= ?`, append(args, db.Micros(in.Since))
	}
	if in.Before > 0 {
		where, args = where+` AND number < ?`, append(args, in.Before)
	}
	list, err := s.incidents(ctx, where+` ORDER BY number DESC LIMIT ?`, append(args, min(limit, 500))...)
	out := Incidents{Incidents: list, Open: in.Open && in.Subject == "" && in.Since.IsZero(), Filtered: in.Open || in.Subject != "" || !in.Since.IsZero()}
	if len(list) == limit {
		out.Next_ = cursor(list[len(list)-1].Number)
	}
	return out, err
}

// mostBroken is how many open incidents are told at once, at most.
const mostBroken = 500

// Broken is the incidents that are open, at most a few hundred, and how many there
// are: first those that still have a symptom, of each sort the newest first.
func (s *Support) Broken(ctx context.Context) (list []Incident, all int, err error) {
	if err := s.ready(); err != nil {
		return nil, 0, err
	}
	list, err = s.incidents(ctx, fmt.Sprintf(`closed = 0 ORDER BY CASE WHEN well_since > 0 THEN 1 ELSE 0 END, number DESC LIMIT %d`, mostBroken))
	if all = len(list); err == nil && all == mostBroken {
		all, err = s.OpenCount(ctx)
	}
	return list, all, err
}

// OpenCount is how many incidents are open.
func (s *Support) OpenCount(ctx context.Context) (n int, err error) {
	if err := s.ready(); err != nil {
		return 0, err
	}
	if err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incidents WHERE closed = 0`, nil, &n); err != nil {
		err = fmt.Errorf("count incidents: %w", err)
	}
	return n, err
}

func (s *Support) incidentShow(ctx context.Context, c op.Call, in which) (Detail, error) {
	if err := s.ready(); err != nil {
		return Detail{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, number, c.Now)
}

func (s *Support) detail(ctx context.Context, number int64, now time.Time) (d Detail, err error) {
	found, err := s.incidents(ctx, `number = ?`, number)
	if err != nil {
		return d, err
	}
	if len(found) == 0 {
		if was, err := db.Given(s.DB.Asking(ctx), "incident", number); err == nil && was {
			return d, prentice.NotKept(incidentRef(number))
		}
		return d, noIncident(number)
	}
	d.Incident, d.Now = found[0], now
	if d.Timeline, err = s.timeline(ctx, d.Incident); err != nil {
		return d, err
	}
	if d.Runs, err = runsOf(s.querying(ctx), number); err != nil {
		return d, err
	}
	if err = s.heldOf(ctx, &d); err != nil {
		return d, err
	}
	if d.Symptoms, err = s.symptoms(ctx, number); err != nil || len(d.Symptoms) < mostSymptoms {
		return d, err
	}
	err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incident_symptoms WHERE incident = ?`, []any{number}, &d.MoreSymptoms)
	d.MoreSymptoms -= len(d.Symptoms)
	return d, err
}

func noIncident(number int64) error {
	return prentice.Errorf(prentice.NotFound, "no incident %d", number).Try("list them with: prentice incident list")
}

// mostSymptoms is how many an incident tells, of those that are there and then of
// those that are gone the newest first.
const mostSymptoms = 500

func (s *Support) symptoms(ctx context.Context, incident int64) ([]Symptom, error) {
	rows, err := s.DB.Query(ctx, `SELECT symptom, since, gone, event, about, severity, why, links FROM incident_symptoms WHERE incident = ?
		ORDER BY CASE WHEN gone = 0 THEN 0 ELSE 1 END, since DESC, symptom LIMIT ?`, incident, mostSymptoms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Symptom{}
	for rows.Next() {
		var y Symptom
		var key, links string
		var since, gone int64
		if err := rows.Scan(&key, &since, &gone, &y.event, &y.About, &y.Severity, &y.Why, &links); err != nil {
			return nil, err
		}
		if links != "" && json.Unmarshal([]byte(links), &y.Links) != nil {
			y.Links = nil // of a later version
		}
		y.What, y.Since, y.Gone = complaintFrom(key).String(), db.Time(since), db.Time(gone)
		list = append(list, y)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return list, s.lastSeen(ctx, list)
}

func (s *Support) incidentOpen(ctx context.Context, c op.Call, in incidentOpenIn) (Detail, error) {
	if err := s.ready(); err != nil {
		return Detail{}, err
	}
	if _, err := prentice.ParseRef(string(in.Subject)); err != nil {
		return Detail{}, err
	}
	summary := clip(in.Summary, 300)
	if summary == "" {
		return Detail{}, prentice.Errorf(prentice.Invalid, "the summary is empty").Try("say what is wrong, in one sentence")
	}
	var made Incident
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		there, err := openOf(tx, in.Subject)
		if err != nil {
			return err
		}
		if there != nil {
			return prentice.Errorf(prentice.Conflict, "%s has an open incident: %s, %s", in.Subject, there.Ref, there.Title).
				Try("add to it with: prentice incident note %s '…'", there.Ref)
		}
		made = Incident{Subject: in.Subject, Title: summary, Summary: summary, Opened: now, FirstSymptom: now, LastSymptom: now, Events: 1}
		tx.After(s.ring)
		if err := s.open(tx, now, &made, c.Actor.Ref(), c.Actor.People()); err != nil {
			return err
		}
		_, err = suffer(tx, &made, complaint{stem: "a person", name: c.Actor.Name}, now, prentice.EventRecord{Event: prentice.Event{Subject: in.Subject}}, alert.Routing{})
		return err
	})
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, made.Number, c.Now)
}

func (s *Support) incidentNote(ctx context.Context, c op.Call, in incidentNoteIn) (Detail, error) {
	text := clip(in.Text, 2000)
	return s.change(ctx, c, in.which, func(tx *db.Tx, now time.Time, i *Incident) error {
		if err := addLine(tx, i.Number, Line{Time: now, Kind: "note", Says: text, Actor: c.Actor.Ref()}); err != nil {
			return err
		}
		return s.record(tx, now, "incident.note", c.Actor.Ref(), i, map[string]any{"text": text})
	})
}

func (s *Support) incidentClose(ctx context.Context, c op.Call, in incidentCloseIn) (Detail, error) {
	reason := clip(in.Reason, 2000)
	return s.change(ctx, c, in.which, func(tx *db.Tx, now time.Time, i *Incident) error {
		if !i.Closed.IsZero() {
			return prentice.Errorf(prentice.Conflict, "%s is closed: %s", i.Ref, i.Says).Try("look at it with: prentice incident show %s", i.Ref)
		}
		return s.end(tx, now, i, byPerson, reason, c.Actor, "")
	})
}

// change is a change that a person makes to an incident.
func (s *Support) change(ctx context.Context, c op.Call, in which, do func(*db.Tx, time.Time, *Incident) error) (Detail, error) {
	if err := s.ready(); err != nil {
		return Detail{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Detail{}, err
	}
	err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
		i, err := incidentWhere(tx, `number = ?`, number)
		if err != nil {
			return err
		}
		if i == nil {
			return noIncident(number)
		}
		tx.After(s.ring)
		return do(tx, now, i)
	})
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, number, c.Now)
}

func cursor(number int64) string { return strconv.FormatInt(number, 10) }
