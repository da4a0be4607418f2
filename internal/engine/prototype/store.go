package prototype

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

// Store keeps prototypes. Each write adds the evidence of it, or is not there.
type Store struct {
	DB     *db.DB
	Record func(*db.Tx, time.Time, ...prentice.Note) error
	Tell   func(*db.Tx, prentice.Event) error // nil tells no one
}

const columns = `number, name, revision, title, question, technique, owner, repository, source, tasks, begun, begun_by, decide_by, extended, overdue, environment, stopped, decided, decided_by, decision, reason, learned, otherwise, promoted, promoted_by, promoted_commit, scaffold`

// Add keeps a new one. A name is used once.
func (s *Store) Add(ctx context.Context, p Prototype, notes ...prentice.Note) (Prototype, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if p.Number, err = tx.Next("prototype"); err != nil { // one after the other, over all replicas
			return err
		}
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM prototypes WHERE name = ?`, []any{p.Name}, &n); err != nil {
			return err
		}
		if n > 0 {
			return prentice.Errorf(prentice.Conflict, "there is a prototype %q already", p.Name).Try("look at it: prentice prototype show %s", p.Name)
		}
		p.Revision = 1
		tasks, err := json.Marshal(p.Tasks)
		if err != nil {
			return err
		}
		if err := tx.Insert(`INSERT INTO prototypes (`+columns+`)`, 27, []any{p.Number, p.Name, p.Revision, p.Title, p.Question, p.Technique, string(p.Owner), p.Repository, p.Source, string(tasks), db.Micros(p.Begun), string(p.By),
			db.Micros(p.DecideBy), p.Extended, db.Micros(p.Overdue), string(p.Environment), db.Micros(p.Stopped), db.Micros(p.Decided), string(p.DecidedBy), p.Decision, p.Reason, p.Learned, p.Otherwise, db.Micros(p.Promoted), string(p.PromotedBy), p.Commit, string(p.Scaffold)}, ""); err != nil {
			return err
		}
		return s.happened(tx, p.Begun, notes...)
	})
	return p, err
}

// Change writes what became of one, if no one else has changed it since it was read.
func (s *Store) Change(ctx context.Context, p Prototype, now time.Time, notes ...prentice.Note) (Prototype, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		tasks, err := json.Marshal(p.Tasks)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE prototypes SET revision = revision + 1, title = ?, question = ?, technique = ?, owner = ?, repository = ?, source = ?, tasks = ?, decide_by = ?, extended = ?, overdue = ?, environment = ?, stopped = ?,
			decided = ?, decided_by = ?, decision = ?, reason = ?, learned = ?, otherwise = ?, promoted = ?, promoted_by = ?, promoted_commit = ?, scaffold = ? WHERE number = ? AND revision = ?`,
			p.Title, p.Question, p.Technique, string(p.Owner), p.Repository, p.Source, string(tasks), db.Micros(p.DecideBy), p.Extended, db.Micros(p.Overdue), string(p.Environment), db.Micros(p.Stopped),
			db.Micros(p.Decided), string(p.DecidedBy), p.Decision, p.Reason, p.Learned, p.Otherwise, db.Micros(p.Promoted), string(p.PromotedBy), p.Commit, string(p.Scaffold), p.Number, p.Revision)
		if err != nil {
			return err
		}
		if n == 0 {
			return prentice.Errorf(prentice.Conflict, "%s has changed in the meantime", p.Ref()).Try("look at it, and try again: prentice prototype show %s", p.Name)
		}
		return s.happened(tx, now, notes...)
	})
	p.Revision++
	return p, err
}

// Source is in whose name prototypes tell what happened.
const Source = "prentice/prototypes"

// happened writes evidence and tells of it, in one write.
func (s *Store) happened(tx *db.Tx, now time.Time, notes ...prentice.Note) error {
	if err := s.Record(tx, now, notes...); err != nil {
		return err
	}
	for _, n := range notes {
		if s.Tell == nil {
			return nil
		}
		number, err := tx.Next("prototype event")
		if err != nil {
			return err
		}
		raw, err := json.Marshal(n.Data)
		if err != nil {
			return err
		}
		e := prentice.Event{ID: fmt.Sprintf("%s %d", n.Kind, number), Source: Source, Type: n.Kind, Subject: n.Refs[0], Time: now, Data: raw}
		if n.Actor.Kind() == string(prentice.Person) {
			e.Causes = []prentice.Ref{n.Actor}
		}
		if err := s.Tell(tx, e); err != nil {
			return fmt.Errorf("tell of %s: %w", n.Kind, err)
		}
	}
	return nil
}

// Find is the prototype of a name.
func (s *Store) Find(ctx context.Context, name string) (Prototype, error) {
	p, err := read(func(dest ...any) error {
		return s.DB.QueryRow(ctx, `SELECT `+columns+` FROM prototypes WHERE name = ?`, []any{name}, dest...)
	})
	if !errors.Is(err, sql.ErrNoRows) {
		return p, err
	}
	missing := prentice.Errorf(prentice.NotFound, "there is no prototype %q", name)
	list, err := s.List(ctx)
	if err != nil {
		return p, err
	}
	var names []string
	for _, one := range list {
		names = append(names, one.Name)
	}
	if near := nearest.Of(name, names); near != "" {
		return p, missing.Try("did you mean %s?", near)
	}
	return p, missing.Try("list them with: prentice prototype list")
}

// List is all of them, the newest first.
func (s *Store) List(ctx context.Context) ([]Prototype, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+columns+` FROM prototypes ORDER BY number DESC`)
	return db.List(rows, err, func(scan func(...any) error, p *Prototype) (err error) { *p, err = read(scan); return err }, nil)
}

// Opened are those that are not decided, and those whose environment is still to be
// stopped.
func (s *Store) Opened(ctx context.Context) ([]Prototype, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+columns+` FROM prototypes WHERE decided = 0 OR environment <> '' AND stopped = 0 ORDER BY number`)
	return db.List(rows, err, func(scan func(...any) error, p *Prototype) (err error) { *p, err = read(scan); return err }, nil)
}

func read(scan func(dest ...any) error) (p Prototype, err error) {
	var tasks string
	var begun, by, overdue, stopped, decided, promoted int64
	err = scan(&p.Number, &p.Name, &p.Revision, &p.Title, &p.Question, &p.Technique, &p.Owner, &p.Repository, &p.Source, &tasks, &begun, &p.By, &by, &p.Extended, &overdue, &p.Environment, &stopped, &decided, &p.DecidedBy, &p.Decision, &p.Reason, &p.Learned, &p.Otherwise, &promoted, &p.PromotedBy, &p.Commit, &p.Scaffold)
	p.Begun, p.DecideBy, p.Overdue, p.Stopped, p.Decided, p.Promoted = db.Time(begun), db.Time(by), db.Time(overdue), db.Time(stopped), db.Time(decided), db.Time(promoted)
	if err == nil && json.Unmarshal([]byte(tasks), &p.Tasks) != nil {
		p.Tasks = nil
	}
	return p, err
}
