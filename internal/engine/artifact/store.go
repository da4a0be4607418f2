package artifact

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of artefacts; their owner is "artifact".
func Schema() fs.FS { return db.Under(files, "schema") }

// Store keeps artefacts. What happens is evidence, in the write that makes it true.
type Store struct {
	DB      *db.DB
	Content Content
	Record  func(tx *db.Tx, now time.Time, notes ...prentice.Note) error
	Attest  func(statement []byte) []byte // signs; nil signs nothing
}

// Add keeps an artefact with its bill of materials, which may be nil. One of the same
// service and digest is kept already: that one is the answer, and had says so.
func (s *Store) Add(ctx context.Context, now time.Time, a Artifact, bill []byte) (_ Artifact, had bool, err error) {
	if bill != nil {
		if a.Bill, _, err = s.Content.Take(bytes.NewReader(bill), ""); err != nil {
			return a, false, err
		}
	}
	a.At = now.UTC().Truncate(time.Microsecond)
	if len(a.Checks) == 0 {
		a.Checks = nil // as it is read again
	}
	if s.Attest != nil { // before the write: what no row names is swept
		if a.Provenance, _, err = s.Content.Take(bytes.NewReader(s.Attest(Provenance(a))), ""); err != nil {
			return a, false, err
		}
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		number, err := tx.Next("artifact") // one after the other, over all replicas
		if err != nil {
			return err
		}
		there, err := scan(tx.Query, `service = ? AND digest = ?`, a.Service, a.Digest)
		if err != nil {
			return err
		}
		if len(there) > 0 && there[0].Gone.IsZero() {
			a, had = there[0], true
			return nil
		}
		a.Number = number
		body, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM artifacts WHERE service = ? AND digest = ?`, a.Service, a.Digest); err != nil { // its bytes were let go, and are here again
			return err
		}
		if _, err := tx.Exec(`INSERT INTO artifacts (number, service, digest, at, gone, body) VALUES (?, ?, ?, ?, 0, ?)`, a.Number, a.Service, a.Digest, db.Micros(a.At), string(body)); err != nil {
			return err
		}
		return s.Record(tx, now, prentice.Note{Kind: "artifact.added", Actor: a.By, Refs: []prentice.Ref{a.Ref(), prentice.NewRef("service", a.Service)},
			Data: map[string]any{"digest": a.Digest, "kind": a.Kind, "name": a.Name, "repository": a.Repository, "revision": a.Revision, "provenance": a.Provenance, "bill": a.Bill}})
	})
	return a, had, err
}

// Find is an artefact by its digest, or by the beginning of it; of several services it is
// the first.
func (s *Store) Find(ctx context.Context, text string) (Artifact, error) {
	bare := strings.TrimPrefix(strings.TrimPrefix(text, "artifact/"), "sha256:")
	if len(bare) < 8 || len(bare) > 64 || strings.Trim(bare, "0123456789abcdef") != "" {
		return Artifact{}, prentice.Errorf(prentice.Invalid, "%q is no digest of an artefact", clip.Text(text)).Try("give at least its first 8 digits, as prentice artifact list shows them")
	}
	list, err := s.list(ctx, `digest LIKE ? ORDER BY number`, "sha256:"+bare+"%")
	if err != nil {
		return Artifact{}, err
	}
	for _, a := range list {
		if a.Digest != list[0].Digest {
			return Artifact{}, prentice.Errorf(prentice.Invalid, "%q begins the digests of several artefacts", bare).Try("give more of its digits")
		}
	}
	if len(list) == 0 {
		return Artifact{}, prentice.Errorf(prentice.NotFound, "there is no artefact %s", bare).Try("list them with: prentice artifact list")
	}
	return list[0], nil
}

// Of are the artefacts of a service, or of all with "", the newest first. revision may be "".
func (s *Store) Of(ctx context.Context, service, revision string, most int) ([]Artifact, error) {
	list, err := s.list(ctx, `(? = '' OR service = ?) ORDER BY number DESC LIMIT ?`, service, service, most)
	if revision == "" || err != nil {
		return list, err
	}
	kept := list[:0]
	for _, a := range list {
		if a.Revision == revision {
			kept = append(kept, a)
		}
	}
	return kept, nil
}

// Needed says whether any artefact that is kept has those bytes, as its own or beside it.
func (s *Store) Needed(ctx context.Context, digest string) (bool, error) {
	list, err := s.list(ctx, `gone = 0 AND (digest = ? OR body LIKE ?)`, digest, "%"+digest+"%")
	return len(list) > 0, err
}

// Forget lets go of the bytes of an artefact; what is known of it stays.
func (s *Store) Forget(ctx context.Context, now time.Time, a Artifact) error {
	a.Gone = now.UTC()
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE artifacts SET gone = ?, body = ? WHERE number = ? AND gone = 0`, db.Micros(a.Gone), string(body), a.Number)
		if err != nil || n == 0 {
			return err
		}
		return s.Record(tx, now, prentice.Note{Kind: "artifact.removed", Actor: prentice.Prentice("releases").Ref(), Refs: []prentice.Ref{a.Ref()}, Data: map[string]any{"digest": a.Digest}})
	})
}

func (s *Store) list(ctx context.Context, where string, args ...any) ([]Artifact, error) {
	return scan(func(query string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, query, args...) }, where, args...)
}

func scan(query func(string, ...any) (*sql.Rows, error), where string, args ...any) ([]Artifact, error) {
	rows, err := query(`SELECT body FROM artifacts WHERE `+where, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, a *Artifact) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), a)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read artefacts: %w", err)
	}
	return list, nil
}
