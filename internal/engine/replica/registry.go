package replica

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema is the tables of replicas, for db.Migrate.
func Schema() fs.FS { return db.Under(schema, "schema") }

// How long without a beat.
const (
	every = time.Second     // between two beats
	Unfit = 5 * time.Second // after this a replica stops acting by itself
	Dead  = 8 * time.Second // after this it is declared dead
)

// Registry is this process among those that work on the database. Name tells it from
// the others and stays the same over restarts; anyone who opens one holds the name alone
// on the data folder Folder, or the whole of it as SingleName. Machine tells where
// processes see each other, and Copy which folder it is there.
type Registry struct {
	DB      *db.DB
	Record  db.Recorder[prentice.Note]
	Clock   func() time.Time
	Log     *slog.Logger
	Name    string
	Folder  string // of the installation that the data folder is of
	Machine string
	Copy    string
	URL     string

	mu       sync.Mutex // guards all below
	id       string
	fit      time.Time // when the last beat that arrived was sent
	leads    bool
	unfit    []func() // told when this replica must stop acting
	living   []string
	deserted bool          // when it joined, one had died and none lived
	changed  chan struct{} // closed and replaced when id or leads change
}

// Join makes this process a living replica, as soon as no one lives whom it must not
// be beside.
func (r *Registry) Join(ctx context.Context) error {
	return patiently(ctx, func() error { return r.join(ctx) })
}

func (r *Registry) join(ctx context.Context) error {
	sent := time.Now()
	var id string
	deserted := false
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		gone, err := r.admitted(tx, now)
		if err != nil {
			return err
		}
		dead, err := bury(tx, now, gone...)
		if err != nil {
			return err
		}
		var living int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM replicas WHERE ended = 0`, nil, &living); err != nil {
			return err
		}
		deserted = len(dead) > 0 && living == 0
		n, err := tx.Next("replica")
		if err != nil {
			return err
		}
		id = fmt.Sprintf("%s#%d", r.Name, n)
		if _, err := tx.Exec(`INSERT INTO replicas (id, name, machine, copy, url, joined, beat, ended, how) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '')`,
			id, r.Name, r.where(), r.Copy, r.URL, db.Micros(now), db.Micros(now)); err != nil {
			return err
		}
		notes, err := r.settle(tx, now)
		if err != nil {
			return err
		}
		notes = append(notes, told("replica.died", dead)...)
		return r.note(tx, append(notes, note("replica.joined", id))...)
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.id, r.fit, r.deserted = id, sent, deserted
	r.change()
	r.mu.Unlock()
	return r.turn(ctx)
}

// Fate says what became of a replica: it lives, it died, or neither, as it left in
// order or never was. It stays so until the transaction ends.
func (r *Registry) Fate(tx *db.Tx, id string) (lives, died bool, err error) {
	var ended int64
	var how string
	err = tx.QueryRow(`SELECT ended, how FROM replicas WHERE id = ?`+tx.ForShare(), []any{id}, &ended, &how)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	return err == nil && ended == 0, how == "died", err
}

// settle writes whether one process has the database or several share it, if that
// has changed: anyone who lives has the same mode.
func (r *Registry) settle(tx *db.Tx, now time.Time) ([]prentice.Note, error) {
	n, err := tx.Exec(`UPDATE installation SET mode = ?, since = ? WHERE mode <> ?`, string(r.mode()), db.Micros(now), string(r.mode()))
	if err != nil || n == 0 {
		return nil, err
	}
	return []prentice.Note{{Kind: "database.mode", Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("replica", r.Name)}, Data: map[string]any{"mode": r.mode()}}}, nil
}

func (r *Registry) mode() Mode {
	if r.Name == SingleName {
		return Single
	}
	return Shared
}

// Place is where this process is: two of the same place see each other's
// processes and files. One that has the database to itself need not be told from
// others.
func (r *Registry) Place() string {
	if r.mode() == Single {
		return ""
	}
	return r.where()
}

func (r *Registry) where() string { return r.Machine + " " + r.Folder }

// bury declares dead who has not beaten for too long, and those of whom it is known
// that they have gone.
func bury(tx *db.Tx, now time.Time, gone ...string) ([]string, error) {
	dead, err := ids(tx, `UPDATE replicas SET ended = ?, how = 'died' WHERE ended = 0 AND beat <= ? RETURNING id`, db.Micros(now), db.Micros(now.Add(-Dead)))
	for _, id := range gone {
		if err == nil {
			_, err = tx.Exec(`UPDATE replicas SET ended = ?, how = 'died' WHERE id = ?`, db.Micros(now), id)
		}
	}
	return append(dead, gone...), err
}

func ids(tx *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

func note(kind, id string) prentice.Note {
	name, _ := NameOf(id)
	return prentice.Note{Kind: kind, Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("replica", name)}, Data: map[string]any{"id": id}}
}

func told(kind string, ids []string) (notes []prentice.Note) {
	for _, id := range ids {
		notes = append(notes, note(kind, id))
	}
	return notes
}

func (r *Registry) note(tx *db.Tx, notes ...prentice.Note) error {
	if len(notes) == 0 {
		return nil
	}
	return r.Record.Append(tx, r.Clock(), notes...)
}

// Leave says that this replica ends in order.
func (r *Registry) Leave(ctx context.Context) error {
	id := r.ID()
	r.lose()
	if id == "" {
		return nil
	}
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE replicas SET ended = ?, how = 'left' WHERE id = ? AND ended = 0`, db.Micros(now), id)
		if err != nil || n == 0 {
			return err
		}
		return r.note(tx, note("replica.left", id))
	})
}
