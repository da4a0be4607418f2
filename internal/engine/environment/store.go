package environment

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of environments and places; their owner is "environment".
func Schema() fs.FS { return db.Under(files, "schema") }

// Store keeps environments and who has a place. What happens is evidence, and told, in the
// write that makes it true.
type Store struct {
	DB     *db.DB
	Record func(tx *db.Tx, now time.Time, notes ...prentice.Note) error // nil records nothing
	Tell   func(tx *db.Tx, e prentice.Event) error                      // nil tells no one
	Woke   func()                                                       // called after each write; it must not wait
}

// source is in whose name it is told what happened.
const source = "prentice/environments"

// itself is who does what no person asked for.
const itself = prentice.Ref("self/environments")

// newID is one that no other environment has, of this installation or another.
func newID(number int64) string {
	return fmt.Sprintf("e%d%s", number, strings.ToLower("x"+rand.Text()[:5]))
}

// Add keeps a new one, which waits to be made, unless a quota is used up. The count and the
// row are one write: two who ask at once do not both get the last place.
func (s *Store) Add(ctx context.Context, e Environment, now time.Time, q Quota) (made Environment, err error) {
	err = s.write(ctx, func(tx *db.Tx) error {
		number, err := tx.Next("environment") // one after the other, over all replicas
		if err != nil {
			return err
		}
		live, err := list(tx.Query, `WHERE ended = 0 ORDER BY number`)
		if err != nil {
			return err
		}
		if err := q.Room(e, live); err != nil {
			return err
		}
		made = e
		made.Number, made.Stage, made.Asked, made.revision = number, Queued, now, 1
		if made.ID == "" {
			made.ID = newID(number)
		}
		made.Spec.ID = made.ID
		body, err := json.Marshal(made)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO environment (id, number, revision, state, repository, change, owner, asked, ended, body) VALUES (?, ?, 1, ?, ?, ?, '', ?, 0, ?)`,
			made.ID, number, string(Queued), made.Repository, made.Change, db.Micros(now), string(body)); err != nil {
			return err
		}
		return s.happened(tx, now, made, "environment.asked", made.By, map[string]any{"ends": made.Ends.UTC().Format(time.RFC3339), "purpose": made.Purpose, "backend": made.Backend})
	})
	return made, err
}

// Find is the one of an ID, a number or a ref.
func (s *Store) Find(ctx context.Context, name string) (Environment, error) {
	bare := strings.TrimPrefix(name, "env/")
	where, arg := `WHERE id = ?`, any(bare)
	if n, err := strconv.ParseInt(bare, 10, 64); err == nil {
		where, arg = `WHERE number = ?`, n
	}
	found, err := list(s.reads(ctx), where, arg)
	if err == nil && len(found) == 0 {
		err = prentice.Errorf(prentice.NotFound, "there is no environment %q", clip.Text(bare)).Try("list them: prentice env list --all")
	}
	if err != nil {
		return Environment{}, err
	}
	return found[0], nil
}

// Filter chooses environments.
type Filter struct {
	Repository string
	Change     int64
	Ended      bool      // also those that are over
	On         time.Time // those that were there at a moment; zero is now
	Limit      int
}

// List are environments, the newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]Environment, error) {
	where, args := `WHERE 1 = 1`, []any{}
	add := func(condition string, v ...any) { where, args = where+` AND `+condition, append(args, v...) }
	switch {
	case !f.On.IsZero():
		add(`asked <= ? AND (ended = 0 OR ended > ?)`, db.Micros(f.On), db.Micros(f.On))
	case !f.Ended:
		add(`ended = 0`)
	}
	if f.Repository != "" {
		add(`repository = ?`, f.Repository)
	}
	if f.Change > 0 {
		add(`change = ?`, f.Change)
	}
	if f.Limit <= 0 {
		f.Limit = 200
	}
	return list(s.reads(ctx), where+` ORDER BY number DESC LIMIT ?`, append(args, f.Limit)...)
}

// Live are those of which anything may be there, in the order in which they were asked for.
func (s *Store) Live(ctx context.Context) ([]Environment, error) {
	return list(s.reads(ctx), `WHERE ended = 0 ORDER BY number`)
}

var errMeanwhile = prentice.Errorf(prentice.Conflict, "the environment was changed meanwhile").Try("try again")

// Edit changes one for someone, once more where another wrote it meanwhile. What do leaves
// as it was is not written. A new stage is evidence, and told.
func (s *Store) Edit(ctx context.Context, id string, now time.Time, by prentice.Ref, do func(e *Environment) error) (e Environment, err error) {
	for try := 0; ; try++ {
		if e, err = s.Find(ctx, id); err != nil {
			return e, err
		}
		before := e
		if err = do(&e); err != nil {
			return before, err
		}
		err = s.save(ctx, before, &e, now, by)
		if !errors.Is(err, errMeanwhile) || try == 9 {
			return e, err
		}
	}
}

func (s *Store) save(ctx context.Context, before Environment, e *Environment, now time.Time, by prentice.Ref) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if was, _ := json.Marshal(before); string(was) == string(body) {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE environment SET revision = revision + 1, state = ?, owner = ?, ended = ?, body = ? WHERE id = ? AND revision = ?`,
			string(e.Stage), e.Owner, db.Micros(e.Ended), string(body), e.ID, before.revision)
		if err != nil {
			return err
		}
		if n == 0 {
			return errMeanwhile
		}
		tx.After(func() { e.revision = before.revision + 1 })
		data := map[string]any{}
		if e.Says != "" {
			data["says"] = clip.To(e.Says, 500)
		}
		if before.Stage != e.Stage {
			if err := s.happened(tx, now, *e, "environment."+string(e.Stage), by, data); err != nil {
				return err
			}
		}
		if !before.Ends.Equal(e.Ends) {
			data["ends"], data["before"] = e.Ends.UTC().Format(time.RFC3339), before.Ends.UTC().Format(time.RFC3339)
			if err := s.happened(tx, now, *e, "environment.extended", by, data); err != nil {
				return err
			}
		}
		if before.Told.IsZero() && !e.Told.IsZero() {
			data["ends"] = e.Ends.UTC().Format(time.RFC3339)
			return s.happened(tx, now, *e, "environment.ending", by, data)
		}
		return nil
	})
}

// told are the kinds of evidence that are events as well.
var told = []string{"environment.ready", "environment.failed", "environment.ending", "environment.stopped", "environment.leased", "environment.released"}

func (s *Store) happened(tx *db.Tx, now time.Time, e Environment, kind string, by prentice.Ref, data map[string]any) error {
	data["commit"], data["outside"] = e.Commit, e.Outside
	return s.tells(tx, now, prentice.Note{Kind: kind, Actor: by, Refs: e.Refs(), Data: data}, data, e.People)
}

func (s *Store) tells(tx *db.Tx, now time.Time, n prentice.Note, data map[string]any, causes []prentice.Ref) error {
	if s.Record != nil {
		if err := s.Record(tx, now, n); err != nil {
			return err
		}
	}
	if s.Tell == nil || !slices.Contains(told, n.Kind) {
		return nil
	}
	number, err := tx.Next("environment event")
	if err != nil {
		return err
	}
	data = maps.Clone(data) // what is recorded is written later
	data["by"] = n.Actor
	for _, r := range n.Refs {
		if r.Kind() == "repository" || r.Kind() == "change" {
			data[r.Kind()] = r.Name()
		}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.Tell(tx, prentice.Event{ID: fmt.Sprintf("environment/%d", number), Source: source, Type: n.Kind, Subject: n.Refs[0], Time: now, Data: raw, Causes: causes})
}

// Print keeps the end of what a service printed.
func (s *Store) Print(ctx context.Context, id, service, text string) error {
	return s.write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO environment_log (id, service, printed) VALUES (?, ?, ?) ON CONFLICT (id, service) DO UPDATE SET printed = excluded.printed`, id, service, strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "?"))
		return err
	})
}

// Printed is what Print kept; "" is nothing.
func (s *Store) Printed(ctx context.Context, id, service string) (text string, err error) {
	err = s.DB.QueryRow(ctx, `SELECT printed FROM environment_log WHERE id = ? AND service = ?`, []any{id, service}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, err
}

func (s *Store) write(ctx context.Context, do func(tx *db.Tx) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if s.Woke != nil {
			tx.After(s.Woke)
		}
		return do(tx)
	})
}

func (s *Store) reads(ctx context.Context) reader {
	return func(query string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, query, args...) }
}

// reader reads rows: a database, or a write that goes on.
type reader func(query string, args ...any) (*sql.Rows, error)

// list reads environments. A row that cannot be read is an error: what is passed over would
// be removed as left behind.
func list(read reader, rest string, args ...any) (all []Environment, err error) {
	rows, err := read(`SELECT revision, body FROM environment `+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read environments: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		var e Environment
		if err := rows.Scan(&e.revision, &body); err != nil {
			return nil, fmt.Errorf("read environments: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return nil, fmt.Errorf("read environments: %w", err)
		}
		all = append(all, e)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
