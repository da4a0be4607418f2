package support

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const incidentColumns = `number, subject, state, summary, opened, first_symptom, last_symptom, well_since, call_at, called, events, closed, how, says, grouped, severity, owner, quiet, verified, assignee, assigned, assigned_by, acked, muted, owed, title, settling, recurs`

func scanIncident(from func(...any) error) (in Incident, err error) {
	var opened, first, last, well, callAt, called, closed, quiet, assigned, acked int64
	var muted string
	err = from(&in.Number, &in.Subject, &in.State, &in.Summary, &opened, &first, &last, &well, &callAt, &called, &in.Events, &closed, &in.How, &in.Says,
		&in.Group, &in.Severity, &in.Owner, &quiet, &in.Verified, &in.Assignee, &assigned, &in.AssignedBy, &acked, &muted, &in.owed, &in.Title, &in.settling, &in.Recurs)
	if in.Title == "" { // opened by an earlier version
		in.Title = in.Summary
	}
	in.Ref, in.Quiet = incidentRef(in.Number), quiet == 1
	in.Opened, in.FirstSymptom, in.LastSymptom, in.WellSince = db.Time(opened), db.Time(first), db.Time(last), db.Time(well)
	in.callAt, in.Called, in.Closed = db.Time(callAt), db.Time(called), db.Time(closed)
	if muted != "" && json.Unmarshal([]byte(muted), &in.Muted) != nil {
		in.Muted = nil // of a later version
	}
	in.Assigned, in.Acknowledged = db.Time(assigned), db.Time(acked)
	return in, err
}

// incidentWhere reads one incident within a write; nil when there is none.
func incidentWhere(tx *db.Tx, where string, args ...any) (*Incident, error) {
	in, err := scanIncident(func(dest ...any) error {
		return tx.QueryRow(`SELECT `+incidentColumns+` FROM incidents WHERE `+where, args, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &in, err
}

func openOf(tx *db.Tx, subject prentice.Ref) (*Incident, error) {
	return incidentWhere(tx, `subject = ? AND closed = 0`, string(subject))
}

func insertIncident(tx *db.Tx, in *Incident) (err error) {
	if in.Number, err = tx.Next("incident"); err != nil {
		return err
	}
	in.Ref, in.State = incidentRef(in.Number), Open
	_, err = tx.Exec(`INSERT INTO incidents (`+incidentColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, 0, '', '', ?, ?, ?, ?, 0, '', 0, '', 0, '', '', ?, '', ?)`,
		in.Number, string(in.Subject), string(in.State), in.Summary, db.Micros(in.Opened), db.Micros(in.FirstSymptom), db.Micros(in.LastSymptom), in.Events,
		in.Group, in.Severity, string(in.Owner), flag(in.Quiet), in.Title, in.Recurs)
	return err
}

// save writes an incident with the state that follows from the rest.
func save(tx *db.Tx, in *Incident) error {
	open, _, err := openRuns(tx, in.Number)
	if err != nil {
		return err
	}
	in.State = stateOf(in.Closed, in.WellSince, open)
	muted := ""
	if in.Muted != nil {
		raw, err := json.Marshal(in.Muted)
		if err != nil {
			return err
		}
		muted = string(raw)
	}
	_, err = tx.Exec(`UPDATE incidents SET state = ?, first_symptom = ?, last_symptom = ?, well_since = ?, call_at = ?, called = ?, events = ?, closed = ?, how = ?, says = ?, severity = ?, owner = ?, quiet = ?, verified = ?, assignee = ?, assigned = ?, assigned_by = ?, acked = ?, muted = ?, owed = ?, title = ?, settling = ? WHERE number = ?`,
		string(in.State), db.Micros(in.FirstSymptom), db.Micros(in.LastSymptom), db.Micros(in.WellSince), db.Micros(in.callAt), db.Micros(in.Called), in.Events,
		db.Micros(in.Closed), in.How, in.Says, in.Severity, string(in.Owner), flag(in.Quiet), in.Verified, string(in.Assignee), db.Micros(in.Assigned), string(in.AssignedBy), db.Micros(in.Acknowledged), muted, in.owed, in.Title, in.settling, in.Number)
	return err
}

// openRuns counts an incident's runs that have not ended, and those of them
// that may be acting.
func openRuns(tx *db.Tx, incident int64) (open, acting int, err error) {
	runs, err := runsOf(tx.Query, incident)
	for _, r := range runs {
		if !r.State.Ended() {
			open++
		}
		if acts(r.State) {
			acting++
		}
	}
	return open, acting, err
}

// runsOf reads an incident's runs, oldest first, within a write or outside.
func runsOf(query func(string, ...any) (*sql.Rows, error), incident int64) (runs []IncidentRun, err error) {
	rows, err := query(`SELECT run, procedure_name, state, says, asked, ended, doubled, about FROM incident_runs WHERE incident = ? ORDER BY run`, incident)
	return db.List(rows, err, func(scan func(...any) error, r *IncidentRun) error {
		var number, asked, ended int64
		err := scan(&number, &r.Procedure, &r.State, &r.Says, &asked, &ended, &r.Doubled, &r.About)
		r.Run, r.Asked, r.Ended = runRef(number), db.Time(asked), db.Time(ended)
		return err
	}, func(r *IncidentRun, why error) { r.Says = why.Error() })
}

// addLine adds to a timeline. A timeline that is too long takes only what people
// must see.
func addLine(tx *db.Tx, incident int64, l Line) error {
	var last int64
	if err := tx.QueryRow(`SELECT COALESCE(MAX(line), 0) FROM incident_lines WHERE incident = ?`, []any{incident}, &last); err != nil {
		return err
	}
	noise := l.Kind == "symptom" || l.Kind == "recovery" || l.Kind == "diagnosis"
	switch {
	case last > mostLines && noise:
		return nil
	case last == mostLines && noise:
		l = Line{Time: l.Time, Kind: "note", Says: "there is too much to write all of it down: from here on symptoms, recoveries and diagnoses are only counted"}
	}
	if l.Actor == "" {
		l.Actor = self
	}
	_, err := tx.Exec(`INSERT INTO incident_lines (incident, line, at, kind, says, about, actor) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		incident, last+1, db.Micros(l.Time), l.Kind, l.Says, string(l.About), string(l.Actor))
	return err
}

// addLineOnce is addLine for what need not be said twice of an incident.
func addLineOnce(tx *db.Tx, incident int64, l Line) error {
	var there int64
	err := tx.QueryRow(`SELECT COUNT(*) FROM incident_lines WHERE incident = ? AND kind = ? AND says = ?`, []any{incident, l.Kind, l.Says}, &there)
	if err != nil || there > 0 {
		return err
	}
	return addLine(tx, incident, l)
}

// write is one change of this skill's tables, tried again when another process
// was in the way.
func (s *Support) write(ctx context.Context, do func(tx *db.Tx, now time.Time) error) (err error) {
	for range 3 {
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			return do(tx, s.Clock().UTC())
		})
		if !errors.Is(err, db.ErrBusy) {
			return err
		}
	}
	return err
}

// Relieved is since when an incident has nothing left to fix; zero while it
// has, and for one that no one knows.
func (s *Support) Relieved(ctx context.Context, incident prentice.Ref) (time.Time, error) {
	number, err := numberOf("incident", string(incident))
	if err != nil {
		return time.Time{}, err
	}
	found, err := s.incidents(ctx, `number = ?`, number)
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return relieved(found[0]), nil
}

// Over says whether a run's incident is closed and no other that is open waits for
// the run. An incident that no one knows is not over.
func (s *Support) Over(ctx context.Context, run int64, incident prentice.Ref) (bool, error) {
	number, err := numberOf("incident", string(incident))
	if err != nil || incident.Kind() != "incident" {
		return false, nil // of some other system
	}
	var closed, waits int64
	err = s.DB.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM incidents WHERE number = ? AND closed > 0), (SELECT COUNT(*) FROM incident_runs r JOIN incidents i ON i.number = r.incident WHERE r.run = ? AND i.closed = 0)`,
		[]any{number, run}, &closed, &waits)
	if err != nil {
		return false, fmt.Errorf("ask whether %s is over: %w", incident, err)
	}
	return closed > 0 && waits == 0, nil
}

func (s *Support) incidents(ctx context.Context, where string, args ...any) ([]Incident, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+incidentColumns+` FROM incidents WHERE `+where, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, in *Incident) (err error) {
		*in, err = scanIncident(scan)
		return err
	}, func(in *Incident, why error) { in.Unread, in.Title, in.Summary = why.Error(), why.Error(), why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	return list, nil
}

// timeline is an incident's lines in the order in which things happened.
func (s *Support) timeline(ctx context.Context, in Incident) ([]Line, error) {
	rows, err := s.DB.Query(ctx, `SELECT at, kind, says, about, actor FROM incident_lines WHERE incident = ? ORDER BY at, line`, in.Number)
	lines, err := db.List(rows, err, func(scan func(...any) error, l *Line) error {
		var at int64
		err := scan(&at, &l.Kind, &l.Says, &l.About, &l.Actor)
		l.Time = db.Time(at)
		l.After = l.Time.Sub(in.FirstSymptom)
		return err
	}, func(l *Line, why error) { l.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", err)
	}
	return lines, nil
}
