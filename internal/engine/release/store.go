package release

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of releases and deployments; their owner is "release".
func Schema() fs.FS { return db.Under(files, "schema") }

// Store keeps releases and deployments. What happens is evidence and told in the write that
// makes it true.
type Store struct {
	DB     *db.DB
	Record func(tx *db.Tx, now time.Time, notes ...prentice.Note) error
	Tell   func(tx *db.Tx, e prentice.Event) error // nil tells no one
}

type query func(string, ...any) (*sql.Rows, error)

func (s *Store) reads(ctx context.Context) query {
	return func(text string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, text, args...) }
}

// rows reads the bodies of a table.
func rows[T any](read query, table, where string, args ...any) ([]T, error) {
	found, err := read(`SELECT body FROM `+table+` WHERE `+where, args...)
	list, err := db.List(found, err, func(scan func(...any) error, one *T) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), one)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	return list, nil
}

// Create keeps a release. A service has each version once.
func (s *Store) Create(ctx context.Context, now time.Time, r Release) (_ Release, err error) {
	r.At = now.UTC()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if r.Number, err = tx.Next("release"); err != nil { // one after the other, over all replicas
			return err
		}
		had, err := rows[Release](tx.Query, "releases", `service = ? AND version = ?`, r.Service, r.Version)
		if err != nil {
			return err
		}
		if len(had) > 0 {
			return prentice.Errorf(prentice.Conflict, "%s is there already, made by %s at %s", r.Ref(), had[0].By, had[0].At.UTC().Format(time.RFC3339)).Try("look at it: prentice release show %s — or choose another version", r.Name())
		}
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO releases (number, service, version, body) VALUES (?, ?, ?, ?)`, r.Number, r.Service, r.Version, string(body)); err != nil {
			return err
		}
		return s.Record(tx, now, prentice.Note{Kind: "release.created", Actor: r.By, Refs: []prentice.Ref{r.Ref(), prentice.NewRef("service", r.Service)},
			Data: map[string]any{"artifacts": fmt.Sprint(r.Artifacts), "repository": r.Repository, "revision": r.Revision, "migration": string(r.Migration), "changes": fmt.Sprint(len(r.Changes))}})
	})
	return r, err
}

// Edit writes other notes, or another word on the migration, while it was never deployed.
func (s *Store) Edit(ctx context.Context, now time.Time, service, version string, by prentice.Ref, edit func(*Release)) (r Release, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Next("release"); err != nil {
			return err
		}
		if r, err = one(rows[Release](tx.Query, "releases", `service = ? AND version = ?`, service, version)); err != nil {
			return noRelease(service, version, err)
		}
		if !r.Locked.IsZero() {
			return prentice.Errorf(prentice.Conflict, "%s does not change any more: it is deployed since %s", r.Ref(), r.Locked.UTC().Format(time.RFC3339)).Try("make another version: prentice release create %s", service)
		}
		edit(&r)
		if err := put(tx, r); err != nil {
			return err
		}
		return s.Record(tx, now, prentice.Note{Kind: "release.edited", Actor: by, Refs: []prentice.Ref{r.Ref()}, Data: map[string]any{"notes": prentice.Digest([]byte(r.Notes)), "migration": string(r.Migration)}})
	})
	return r, err
}

func put(tx *db.Tx, r Release) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE releases SET body = ? WHERE number = ?`, string(body), r.Number)
	return err
}

// Find is a release.
func (s *Store) Find(ctx context.Context, service, version string) (Release, error) {
	r, err := one(rows[Release](s.reads(ctx), "releases", `service = ? AND version = ?`, service, version))
	return r, noRelease(service, version, err)
}

// Releases are those of a service, or of all with "", the newest first.
func (s *Store) Releases(ctx context.Context, service string, most int) ([]Release, error) {
	return rows[Release](s.reads(ctx), "releases", `(? = '' OR service = ?) ORDER BY number DESC LIMIT ?`, service, service, most)
}

// Named says whether any release has an artefact of that digest.
func (s *Store) Named(ctx context.Context, digest string) (bool, error) {
	list, err := rows[Release](s.reads(ctx), "releases", `body LIKE ?`, "%"+digest+"%")
	return len(list) > 0, err
}

var errNone = prentice.Errorf(prentice.NotFound, "there is none")

func one[T any](list []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(list) == 0 {
		return none, errNone
	}
	return list[0], nil
}

func noRelease(service, version string, err error) error {
	if prentice.KindOf(err) == prentice.NotFound {
		return prentice.Errorf(prentice.NotFound, "%s has no release %s", service, version).Try("list them with: prentice release list %s", service)
	}
	return err
}
