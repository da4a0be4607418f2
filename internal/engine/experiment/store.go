package experiment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/nearest"
)

// Store keeps experiments. Each write of one adds the evidence of it, or is not there.
type Store struct {
	DB     *db.DB
	Record func(*db.Tx, time.Time, ...prentice.Note) error
	Tell   func(*db.Tx, prentice.Event) error // nil tells no one
}

const columns = `number, name, revision, question, flag, control, treatment, outcome, owner, design, pinned, salt, created, created_by, began, ends, stopped, stopped_by, reason, p, skew, result`

// Add keeps a new one. A name is used once.
func (s *Store) Add(ctx context.Context, e Experiment, note prentice.Note) (Experiment, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if e.Number, err = tx.Next("experiment"); err != nil { // one after the other, over all replicas
			return err
		}
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM experiments WHERE name = ?`, []any{e.Name}, &n); err != nil {
			return err
		}
		if n > 0 {
			return prentice.Errorf(prentice.Conflict, "there is an experiment %q already", e.Name).Try("look at it: prentice experiment show %s", e.Name)
		}
		e.Revision = 1
		if err := tx.Insert(`INSERT INTO experiments (`+columns+`)`, 22, []any{e.Number, e.Name, e.Revision, e.Question, e.Flag, e.Control, e.Treatment, e.Outcome, string(e.Owner), text(e.Design), e.Pinned, e.Salt, db.Micros(e.Created), string(e.By),
			db.Micros(e.Began), db.Micros(e.Ends), db.Micros(e.Stopped), string(e.StoppedBy), e.Reason, text(e.P), text(e.Skew), text(e.Result)}, ""); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO experiment_tally (experiment, units, beyond) VALUES (?, 0, 0)`, e.Number); err != nil {
			return err
		}
		return s.happened(tx, e.Created, note)
	})
	return e, err
}

// Change writes what became of one, if no one else has changed it since it was read.
func (s *Store) Change(ctx context.Context, e Experiment, now time.Time, notes ...prentice.Note) (Experiment, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.change(tx, e, now, notes...) })
	e.Revision++
	return e, err
}

func (s *Store) change(tx *db.Tx, e Experiment, now time.Time, notes ...prentice.Note) error {
	n, err := tx.Exec(`UPDATE experiments SET revision = revision + 1, pinned = ?, salt = ?, began = ?, ends = ?, stopped = ?, stopped_by = ?, reason = ?, p = ?, skew = ?, result = ? WHERE number = ? AND revision = ?`,
		e.Pinned, e.Salt, db.Micros(e.Began), db.Micros(e.Ends), db.Micros(e.Stopped), string(e.StoppedBy), e.Reason, text(e.P), text(e.Skew), text(e.Result), e.Number, e.Revision)
	if err != nil {
		return err
	}
	if n == 0 {
		return prentice.Errorf(prentice.Conflict, "%s has changed in the meantime", e.Ref()).Try("look at it, and try again: prentice experiment show %s", e.Name)
	}
	return s.happened(tx, now, notes...)
}

// Source is in whose name experiments tell what happened.
const Source = "prentice/experiments"

func (s *Store) happened(tx *db.Tx, now time.Time, notes ...prentice.Note) error {
	if len(notes) == 0 {
		return nil
	}
	if err := s.Record(tx, now, notes...); err != nil {
		return err
	}
	for _, n := range notes {
		if s.Tell == nil {
			return nil
		}
		number, err := tx.Next("experiment event")
		if err != nil {
			return err
		}
		e := prentice.Event{ID: fmt.Sprintf("%s %d", n.Kind, number), Source: Source, Type: n.Kind, Subject: n.Refs[0], Time: now, Data: json.RawMessage(text(n.Data))}
		if n.Actor.Kind() == string(prentice.Person) {
			e.Causes = []prentice.Ref{n.Actor}
		}
		if err := s.Tell(tx, e); err != nil {
			return fmt.Errorf("tell of %s: %w", n.Kind, err)
		}
	}
	return nil
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil { // what is kept is texts and finite numbers
		return "null"
	}
	return string(raw)
}

// Find is the experiment of a name.
func (s *Store) Find(ctx context.Context, name string) (Experiment, error) {
	e, err := read(func(dest ...any) error {
		return s.DB.QueryRow(ctx, `SELECT `+columns+` FROM experiments WHERE name = ?`, []any{name}, dest...)
	})
	if !errors.Is(err, sql.ErrNoRows) {
		return e, err
	}
	missing := prentice.Errorf(prentice.NotFound, "there is no experiment %q", name)
	list, err := s.List(ctx)
	if err != nil {
		return e, err
	}
	var names []string
	for _, one := range list {
		names = append(names, one.Name)
	}
	if near := nearest.Of(name, names); near != "" {
		return e, missing.Try("did you mean %s?", near)
	}
	return e, missing.Try("list them with: prentice experiment list")
}

// List is all of them, the newest first.
func (s *Store) List(ctx context.Context) ([]Experiment, error) {
	return s.list(ctx, `ORDER BY number DESC`)
}

// Running are those that count now.
func (s *Store) Running(ctx context.Context) ([]Experiment, error) {
	return s.list(ctx, `WHERE began > 0 AND stopped = 0 ORDER BY number`)
}

func (s *Store) list(ctx context.Context, where string, args ...any) ([]Experiment, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+columns+` FROM experiments `+where, args...)
	return db.List(rows, err, func(scan func(...any) error, e *Experiment) (err error) { *e, err = read(scan); return err }, nil)
}

func read(scan func(dest ...any) error) (e Experiment, err error) {
	var design, p, skew, result string
	var created, began, ends, stopped int64
	err = scan(&e.Number, &e.Name, &e.Revision, &e.Question, &e.Flag, &e.Control, &e.Treatment, &e.Outcome, &e.Owner, &design, &e.Pinned, &e.Salt, &created, &e.By, &began, &ends, &stopped, &e.StoppedBy, &e.Reason, &p, &skew, &result)
	if err != nil {
		return e, err
	}
	e.Created, e.Began, e.Ends, e.Stopped = db.Time(created), db.Time(began), db.Time(ends), db.Time(stopped)
	return e, fromText(design, &e.Design, result, &e.Result, p, &e.P, skew, &e.Skew)
}

// fromText reads values that were kept as JSON: a text, where it goes, and so on.
func fromText(pairs ...any) (err error) {
	for i := 0; i < len(pairs); i += 2 {
		err = errors.Join(err, json.Unmarshal([]byte(pairs[i].(string)), pairs[i+1]))
	}
	return err
}
