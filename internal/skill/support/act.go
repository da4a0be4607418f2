package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// task is an event that has to be looked into.
type task struct {
	key         int64 // under which it is kept
	event       prentice.EventRecord
	incident    int64
	attempts    int
	chosen, why string // what the checks decided on, if they have looked
}

// lookInto does what an event asks for. The error is one that trying again may
// help with.
func (s *Support) lookInto(ctx context.Context, t task) error {
	if sortOf(t.event.Event) == tick {
		procedure := textOf(t.event.Event, "procedure")
		if waits, err := s.waitsAlready(ctx, t, procedure); waits || err != nil {
			return err
		}
		return s.start(ctx, t, procedure, "its schedule was due at "+textOf(t.event.Event, "due"))
	}
	if over, err := s.over(ctx, t); err != nil || over {
		return err
	}
	names, findings := s.match(t.event.Event)
	if err := s.tellFindings(ctx, t, findings); err != nil {
		return err
	}
	switch len(names) {
	case 0:
		return s.done(ctx, t, s.noMatch)
	case 1:
		return s.startUnlessUnderWay(ctx, t, names[0])
	default:
		return s.diagnose(ctx, t, names)
	}
}

// tellFindings says on the incident's timeline, once, which procedures could not
// be considered: they are left out, and no one would know why.
func (s *Support) tellFindings(ctx context.Context, t task, findings []prentice.Finding) error {
	for _, f := range findings {
		s.Log.Warn("procedure left out", "event", t.event.ID, "at", f.At.String(), "says", f.Text, "hint", f.Hint)
	}
	if len(findings) == 0 || t.incident == 0 {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		for _, f := range findings {
			line := Line{Time: now, Kind: "diagnosis", Says: f.Text + "; it is left out. " + f.Hint}
			if err := addLineOnce(tx, t.incident, line); err != nil {
				return err
			}
		}
		return nil
	})
}

// over ends a task whose incident has been closed in the meantime.
func (s *Support) over(ctx context.Context, t task) (bool, error) {
	if t.incident == 0 || isRecovery(t.event.Type) {
		return false, nil
	}
	open, err := s.incidents(ctx, `number = ? AND closed = 0`, t.incident)
	if err != nil || len(open) > 0 {
		return false, err
	}
	return true, s.done(ctx, t, nothing)
}

func nothing(*db.Tx, time.Time, task, *Incident) error { return nil }

func procedureNames(list []prentice.Procedure) []string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return names
}

// then is what becomes true together with the end of a task. in is the open
// incident, or nil.
type then func(tx *db.Tx, now time.Time, t task, in *Incident) error

// done ends a task.
func (s *Support) done(ctx context.Context, t task, and then) error {
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`UPDATE support_tasks SET state = 'done', record = '', attempts = ? WHERE event = ?`, t.attempts+1, t.key)
		if err != nil {
			return err
		}
		in, err := incidentWhere(tx, `number = ? AND closed = 0`, t.incident)
		if err != nil || in == nil && t.incident != 0 {
			return err // an incident that is closed in the meantime needs nothing any more
		}
		tx.After(s.ring)
		return and(tx, now, t, in)
	})
}

// noMatch is what happens to an event that proposes no procedure.
func (s *Support) noMatch(tx *db.Tx, now time.Time, t task, in *Incident) error {
	switch {
	case sortOf(t.event.Event) != symptom:
		return nil // who opens an incident by hand knows of it
	case in == nil:
		return s.callFor(tx, now, t.event, "it names no subject, so it has no incident, and no procedure matches "+t.event.Type, nil)
	case !in.Called.IsZero():
		return nil
	case in.Quiet:
		return s.unmatched(tx, now, in)
	case !counts(t.event.Event):
		return s.call(tx, now, in, "no procedure matches "+t.event.Type, nil)
	case in.callAt.IsZero():
		in.callAt = now.Add(s.Patience)
		return save(tx, in)
	}
	return nil
}

// unmatched says of an incident for which no one is called that no procedure is
// about it.
func (s *Support) unmatched(tx *db.Tx, now time.Time, in *Incident) error {
	in.callAt, in.settling = time.Time{}, ""
	if err := addLineOnce(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: "no procedure matches, and no one is called: " + orNo(in.Severity)}); err != nil {
		return err
	}
	return save(tx, in)
}

func orNo(severity string) string {
	if severity == "" {
		return "its alerts are not for that"
	}
	return "its severity is " + clip(severity, 40)
}

// startUnlessUnderWay asks for the one procedure that matches.
func (s *Support) startUnlessUnderWay(ctx context.Context, t task, name string) error {
	busy, err := s.underWay(ctx, t, []string{name})
	if err != nil || busy {
		return err
	}
	return s.start(ctx, t, name, reasonFor(t, "the only procedure that matches"))
}

// underWay says whether one of the procedures is at work on this fault already.
// The event is then counted on that run, and nothing else is started: two
// remedies at once are no remedy.
func (s *Support) underWay(ctx context.Context, t task, names []string) (busy bool, err error) {
	if t.incident == 0 {
		return false, nil
	}
	runs, err := runsOf(s.querying(ctx), t.incident)
	if err != nil {
		return false, err
	}
	for _, r := range runs {
		for _, name := range names {
			if r.Procedure == name && !r.State.Ended() && (r.About == "" || r.About == t.event.Subject) {
				return true, s.done(ctx, t, double(r))
			}
		}
	}
	for _, name := range names {
		rests, err := s.resting(ctx, t.incident, name, t.event.Subject)
		if err != nil || rests {
			return rests, errors.Join(err, s.done(ctx, t, nothing))
		}
	}
	return false, nil
}

func double(r IncidentRun) then {
	return func(tx *db.Tx, now time.Time, _ task, in *Incident) error {
		if in == nil {
			return nil
		}
		number, err := numberOf("run", string(r.Run))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE incident_runs SET doubled = doubled + 1 WHERE incident = ? AND run = ?`, in.Number, number); err != nil {
			return err
		}
		if r.Doubled > 0 {
			return nil
		}
		says := fmt.Sprintf("more symptoms arrive while %s of %s is under way; they are counted and start nothing", r.Run, r.Procedure)
		return addLine(tx, in.Number, Line{Time: now, Kind: "diagnosis", Says: says, About: r.Run})
	}
}

func reasonFor(t task, why string) string {
	reason := t.event.Type
	if t.event.Subject != "" {
		reason += " on " + string(t.event.Subject)
	}
	if title := titleOf(t.event.Event); title != t.event.Type {
		reason += " (" + title + ")"
	}
	return clip(reason+"; "+why, 1500)
}

func refOrNone(incident int64) prentice.Ref {
	if incident == 0 {
		return ""
	}
	return incidentRef(incident)
}
