package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Title says whose a database is.
type Title struct {
	ID    string // of the installation, in its folder of keys as well
	KeyID string // of the key that signs its evidence
	Mode  Mode
}

// Mode says whether one process has the database or several share it.
type Mode string

// The two.
const (
	Single Mode = "single"
	Shared Mode = "replicas"
)

// SingleName is the name of the process that has the database to itself.
const SingleName = "single"

// ReadTitle says whose a database is, and whether it is anyone's. It can be asked
// before there are tables.
func ReadTitle(ctx context.Context, d *db.DB) (t Title, found bool, err error) {
	if there, err := d.HasTable(ctx, "installation"); err != nil || !there {
		return t, false, err
	}
	err = d.QueryRow(ctx, `SELECT id, keyid, mode FROM installation WHERE one = 1`, nil, &t.ID, &t.KeyID, &t.Mode)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("read whose the database is: %w", err)
	}
	return t, true, nil
}

// Write makes a database this installation's.
func (t Title) Write(tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO installation (one, id, keyid, mode, since) VALUES (1, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET id = excluded.id, keyid = excluded.keyid, mode = excluded.mode, since = excluded.since`, t.ID, t.KeyID, string(t.Mode), db.Micros(now))
	return err
}

// Folder is a data folder that wants to be opened on a database.
type Folder struct {
	Path  string
	ID    string   // of the installation that it is of; "" if it says none
	KeyID string   // of its signing key; "" if it has none
	Known []string // the ids of older keys whose public halves lie there
}

// Evidence is what a database says of who wrote to it before it had a title.
type Evidence struct {
	Lines    int64  // of evidence
	SignedBy string // the id of the key of the last checkpoint; "" if nothing was signed
}

// Admits refuses a data folder that a database is not of: keys that are not the
// ones which signed its evidence would go on with the record, and the work, of
// others.
func Admits(t Title, titled bool, e Evidence, f Folder) error {
	has := func(key string) bool { return f.KeyID == key || slices.Contains(f.Known, key) }
	switch {
	case !titled && e.Lines == 0:
		return nil
	case !titled && e.SignedBy == "":
		return f.keyless(e)
	case !titled:
		if !has(e.SignedBy) {
			return f.stranger("whose evidence was signed with the key " + shortKey(e.SignedBy))
		}
		return nil
	case t.ID != f.ID:
		return f.stranger(fmt.Sprintf("installation %s with the key %s", shortID(t.ID), shortKey(t.KeyID)))
	case !has(t.KeyID):
		return f.stranger("whose evidence is signed with the key " + shortKey(t.KeyID))
	}
	return nil
}

// keyless refuses a folder without keys on a database with evidence that was never
// signed.
func (f Folder) keyless(e Evidence) error {
	if f.KeyID != "" {
		return nil
	}
	return f.stranger(fmt.Sprintf("with %d lines of evidence", e.Lines))
}

// stranger is the refusal of a folder on a database of another installation.
func (f Folder) stranger(whose string) error {
	has := "has no keys"
	if f.KeyID != "" {
		has = "has the key " + shortKey(f.KeyID)
	}
	return prentice.Errorf(prentice.Conflict, "the database belongs to another installation (%s), and the data folder %s %s", whose, f.Path, has).
		Try("name that installation's data folder with --data, and beside others that live a name with --replica; or another database with --database. If its folder of keys was lost, restore it from the backup; if there is none, start once with: prentice up --accept lost-keys")
}

func shortID(id string) string { return cut(id, 8) }

func shortKey(id string) string { return cut(id, len("sha256:")+12) }

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
