package support

import (
	"context"
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
		_, err = suffer(tx, &made, complaint{stem: "a person", name: c.Actor.Name}, "", now, prentice.EventRecord{Event: prentice.Event{Subject: in.Subject}}, alert.Routing{})
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
