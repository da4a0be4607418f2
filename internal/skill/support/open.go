package support

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// open opens an incident with its first line, its evidence, and an event for
// anyone who else wants to know. People are those by whose doing it is opened.
func (s *Support) open(tx *db.Tx, now time.Time, in *Incident, by prentice.Ref, people []prentice.Ref) error {
	if err := insertIncident(tx, in); err != nil {
		return err
	}
	if err := blame(tx, in.Number, people); err != nil {
		return err
	}
	says := "incident " + in.Ref.Name() + " is open: " + in.Title
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "opened", Says: says, Actor: by}); err != nil {
		return err
	}
	if in.Recurs != "" {
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "it is back: " + in.Recurs}); err != nil {
			return err
		}
		in.hint = strings.TrimPrefix(in.hint+"; "+in.Recurs, "; ")
	}
	if err := s.record(tx, now, "incident.opened", by, in, map[string]any{"summary": in.Summary, "recurs": in.Recurs, "first_symptom": in.FirstSymptom.Format(time.RFC3339Nano), "causes": people}); err != nil {
		return err
	}
	data := map[string]any{"incident": in.Ref, "summary": in.Summary, "severity": in.Severity, "owner": in.Owner, "quiet": in.Quiet}
	if in.hint != "" {
		data["hint"] = in.hint
	}
	if by != self {
		data["by"] = by // it must be looked into as a symptom is
	}
	return s.tell(tx, now, "incident.opened", in, data, people)
}

// end closes an incident.
func (s *Support) end(tx *db.Tx, now time.Time, in *Incident, how, says string, by prentice.Actor, about prentice.Ref) error {
	in.Closed, in.How, in.Says = now, how, says
	if dropped, err := s.letGo(tx, in.Number, ""); err != nil {
		return err
	} else if dropped > 0 {
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "run", Says: "what was blocked is not proposed any more: the incident is over"}); err != nil {
			return err
		}
	}
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "closed", Says: says, About: about, Actor: by.Ref()}); err != nil {
		return err
	}
	data := map[string]any{"how": how, "says": says, "events": in.Events, "seconds": int64(now.Sub(in.FirstSymptom) / time.Second)}
	if err := s.record(tx, now, "incident.closed", by.Ref(), in, data, about); err != nil {
		return err
	}
	if err := s.tell(tx, now, "incident.closed", in, map[string]any{"incident": in.Ref, "how": how, "says": says, "severity": in.Severity, "owner": in.Owner}, by.People()); err != nil {
		return err
	}
	return save(tx, in)
}

// call calls a person: a line, evidence, and an event that anyone who reaches
// people listens to. A person who was called for an incident is not called
// again for it; what is new goes to the timeline, where they are looking.
func (s *Support) call(tx *db.Tx, now time.Time, in *Incident, why string, seen []run.Diagnosis) error {
	return s.callTried(tx, now, in, why, triedOf(seen))
}

func (s *Support) callTried(tx *db.Tx, now time.Time, in *Incident, why string, seen []tried) error {
	if !in.Called.IsZero() {
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: why + " (a person was called before)"}); err != nil {
			return err
		}
		return save(tx, in)
	}
	if in.Acked() {
		in.callAt = time.Time{}
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: fmt.Sprintf("%s (no one is called: %s has it)", why, in.Assignee)}); err != nil {
			return err
		}
		return save(tx, in)
	}
	if in.Muted != nil {
		in.owed, in.callAt = why, time.Time{}
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: why + " (no one is called while it is silenced)"}); err != nil {
			return err
		}
		return save(tx, in)
	}
	if until := s.settlesUntil(in); now.Before(until) {
		return s.waits(tx, now, in, until, why, seen)
	}
	in.Called, in.callAt, in.settling = now, time.Time{}, ""
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "called", Says: "a person is called: " + why}); err != nil {
		return err
	}
	data := map[string]any{"why": why, "tried": seen}
	if err := s.record(tx, now, "person.called", self, in, data); err != nil {
		return err
	}
	text := string(in.Subject) + ": " + in.Summary + ". " + why
	if err := s.tell(tx, now, "person.called", in, map[string]any{"incident": in.Ref, "text": text, "why": why, "tried": seen, "severity": in.Severity, "owner": in.Owner}, nil); err != nil {
		return err
	}
	return save(tx, in)
}

// callFor calls a person for an event that has no incident.
func (s *Support) callFor(tx *db.Tx, now time.Time, e prentice.EventRecord, why string, seen []run.Diagnosis) error {
	data := map[string]any{"event": e.Ref(), "source": clip(e.Source, 300), "id": clip(e.ID, 300), "type": e.Type, "why": why, "tried": triedOf(seen)}
	err := s.Recorder.Append(tx, now, prentice.Note{Kind: "person.called", Actor: self, Refs: []prentice.Ref{e.Ref(), e.Subject}, Data: data})
	if err != nil {
		return err
	}
	data["text"], data["summary"] = titleOf(e.Event)+". "+why, titleOf(e.Event)
	return post(tx, prentice.Event{ID: "person.called " + string(e.Ref()), Source: ourSource, Type: "person.called", Subject: e.Subject, Time: now}, data)
}

// tried is what a check saw, as evidence keeps it.
type tried struct {
	Procedure string `json:"procedure"`
	Fits      bool   `json:"fits"`
	Says      string `json:"says"`
}

func triedOf(seen []run.Diagnosis) []tried {
	list := []tried{}
	for _, d := range seen {
		list = append(list, tried{d.Procedure, d.Fits, clip(d.Says, 500)})
	}
	return list
}

func (s *Support) record(tx *db.Tx, now time.Time, kind string, by prentice.Ref, in *Incident, data map[string]any, about ...prentice.Ref) error {
	err := s.Recorder.Append(tx, now, prentice.Note{Kind: kind, Actor: by, Refs: append([]prentice.Ref{in.Ref, in.Subject}, about...), Data: data})
	return err
}

// tell sends an event about an incident, once for each type.
func (s *Support) tell(tx *db.Tx, now time.Time, kind string, in *Incident, data map[string]any, causes []prentice.Ref) error {
	data["called"] = in.Title
	return post(tx, prentice.Event{ID: string(in.Ref) + " " + kind, Source: ourSource, Type: kind, Subject: in.Subject, Time: now, Causes: causes}, data)
}
