package support

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// Followup is what was agreed to be done after an incident: one thing, one owner, one day.
type Followup struct {
	Number   int64        `json:"number"`
	Ref      prentice.Ref `json:"ref"`
	Incident prentice.Ref `json:"incident"`
	Subject  prentice.Ref `json:"subject"`
	Says     string       `json:"says"`
	Owner    prentice.Ref `json:"owner"`
	Due      time.Time    `json:"due"`
	Made     time.Time    `json:"made"`
	By       prentice.Ref `json:"by"`
	Done     time.Time    `json:"done,omitzero"`
	DoneBy   prentice.Ref `json:"done_by,omitempty"`
	How      string       `json:"how,omitempty"` // what shows that it is done
	State    string       `json:"state"`         // open, overdue or done
}

// followupState is where one stands.
func followupState(now, due, done time.Time) string {
	switch {
	case !done.IsZero():
		return "done"
	case now.After(due):
		return "overdue"
	}
	return "open"
}

const followupColumns = `f.number, f.incident, i.subject, f.says, f.owner, f.due, f.made, f.made_by, f.done, f.done_by, f.how FROM followups f JOIN incidents i ON i.number = f.incident`

func scanFollowup(scan func(...any) error, now time.Time, f *Followup) error {
	var incident, due, made, done int64
	err := scan(&f.Number, &incident, &f.Subject, &f.Says, &f.Owner, &due, &made, &f.By, &done, &f.DoneBy, &f.How)
	f.Ref, f.Incident = prentice.NewRef("followup", fmt.Sprint(f.Number)), incidentRef(incident)
	f.Due, f.Made, f.Done = db.Time(due), db.Time(made), db.Time(done)
	f.State = followupState(now, f.Due, f.Done)
	return err
}

func (s *Support) followups(ctx context.Context, now time.Time, where string, args ...any) ([]Followup, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+followupColumns+` WHERE `+where, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, f *Followup) error { return scanFollowup(scan, now, f) },
		func(f *Followup, why error) { f.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read what is to be done after incidents: %w", err)
	}
	return list, nil
}

func followupIn(tx *db.Tx, now time.Time, number int64) (f Followup, err error) {
	err = scanFollowup(func(dest ...any) error {
		return tx.QueryRow(`SELECT `+followupColumns+` WHERE f.number = ?`, []any{number}, dest...)
	}, now, &f)
	if errors.Is(err, sql.ErrNoRows) {
		return f, noFollowup(number)
	}
	return f, err
}

func noFollowup(number int64) error {
	return prentice.Errorf(prentice.NotFound, "no followup %d", number).Try("list them with: prentice followup list")
}

// tellOverdue tells once of each that is overdue, to its owner, and says whether any may be soon.
func (s *Support) tellOverdue(ctx context.Context) (later bool, err error) {
	now := s.Clock().UTC()
	list, err := s.followups(ctx, now, `f.done = 0 AND f.told = 0 AND f.due < ? ORDER BY f.due LIMIT ?`, db.Micros(now.Add(time.Minute)), atOnce)
	for _, f := range list {
		if f.State != "overdue" {
			later = true
			continue
		}
		err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
			n, err := tx.Exec(`UPDATE followups SET told = ? WHERE number = ? AND told = 0 AND done = 0`, db.Micros(now), f.Number)
			if err != nil || n == 0 {
				return err
			}
			tx.After(s.ring)
			says := "overdue since " + op.At(f.Due)
			number, err := numberOf("incident", string(f.Incident))
			if err != nil {
				return err
			}
			if err := addLine(tx, number, Line{Time: now, Kind: "note", Says: fmt.Sprintf("%s is %s: %s", f.Ref, says, f.Says), About: f.Ref}); err != nil {
				return err
			}
			if err := s.Recorder.Append(tx, now, prentice.Note{Kind: "followup.overdue", Actor: self, Refs: []prentice.Ref{f.Ref, f.Incident, f.Subject, f.Owner}, Data: map[string]any{"says": f.Says}}); err != nil {
				return err
			}
			return post(tx, prentice.Event{ID: string(f.Ref) + " overdue", Source: ourSource, Type: "followup.overdue", Subject: f.Subject, Time: now},
				map[string]any{"task": f.Ref, "incident": f.Incident, "says": says, "title": f.Says, "owner": f.Owner})
		})
		if err != nil {
			return later, fmt.Errorf("tell that %s is overdue: %w", f.Ref, err)
		}
	}
	return later, err
}
