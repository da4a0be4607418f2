package environment

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

// Held is who has a place, brought to a moment without writing that down.
func (s *Store) Held(ctx context.Context, place string, now time.Time) (Held, error) {
	h, _, err := held(func(query string, args []any, dest ...any) error { return s.DB.QueryRow(ctx, query, args, dest...) }, place)
	h, _ = h.Settle(now)
	return h, err
}

func held(ask func(query string, args []any, dest ...any) error, place string) (h Held, revision int64, err error) {
	var body string
	switch err = ask(`SELECT revision, body FROM environment_place WHERE name = ?`, []any{place}, &revision, &body); {
	case errors.Is(err, sql.ErrNoRows):
		return Held{Place: place}, 0, nil
	case err != nil:
		return h, 0, fmt.Errorf("read who has %s: %w", place, err)
	}
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		return h, 0, fmt.Errorf("read who has %s: %w", place, err)
	}
	return h, revision, nil
}

// Lease changes who has a place, in one write: two who ask at the same moment come one
// after the other, over all replicas. Its new holder is evidence, and told.
func (s *Store) Lease(ctx context.Context, p Place, now time.Time, do func(h Held, number func() (int64, error)) (Held, []prentice.Note, error)) (after Held, err error) {
	err = s.write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Next("environment place " + p.Name); err != nil { // no other write comes between
			return err
		}
		before, revision, err := held(tx.QueryRow, p.Name)
		if err != nil {
			return err
		}
		settled, began := before.Settle(now)
		notes := []prentice.Note{}
		if before.Lease != nil && (settled.Lease == nil || settled.Lease.Number != before.Lease.Number) && before.Lease.Ended.IsZero() {
			notes = append(notes, before.Lease.note("environment.released", itself, map[string]any{"says": "its end came"}))
		}
		for _, l := range began {
			notes = append(notes, l.note("environment.leased", l.Holder, nil))
		}
		h, more, err := settled, []prentice.Note(nil), error(nil)
		if do != nil {
			if h, more, err = do(settled, func() (int64, error) { return tx.Next("environment lease") }); err != nil {
				return err
			}
		}
		notes = append(notes, more...)
		h, began = h.Settle(now)
		for _, l := range began {
			notes = append(notes, l.note("environment.leased", l.Holder, nil))
		}
		after = h
		if len(notes) == 0 {
			return nil
		}
		body, err := json.Marshal(h)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO environment_place (name, revision, body) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, body = excluded.body`, p.Name, revision+1, string(body)); err != nil {
			return err
		}
		for _, n := range notes {
			data, _ := n.Data.(map[string]any)
			if err := s.tells(tx, now, n, data, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return after, err
}

// note is what is said of a lease as evidence.
func (l Lease) note(kind string, by prentice.Ref, more map[string]any) prentice.Note {
	data := map[string]any{"holder": l.Holder, "purpose": l.Purpose, "lease": l.Number}
	if !l.Ends.IsZero() {
		data["ends"] = l.Ends.UTC().Format(time.RFC3339)
	}
	if l.Digest != "" {
		data["digest"] = l.Digest
	}
	for k, v := range more {
		data[k] = v
	}
	refs := []prentice.Ref{prentice.NewRef("place", l.Place)}
	if l.Change > 0 {
		refs = append(refs, prentice.NewRef("change", fmt.Sprint(l.Change)))
	}
	return prentice.Note{Kind: kind, Actor: by, Refs: refs, Data: data}
}

// Taken is that who asked has a place, or waits for it.
func (l Lease) Taken(by prentice.Ref) []prentice.Note {
	if l.Began.IsZero() {
		return []prentice.Note{l.note("environment.lease-asked", by, nil)}
	}
	return []prentice.Note{l.note("environment.leased", by, nil)}
}

// Renewed is that a lease lasts longer.
func (l Lease) Renewed(by prentice.Ref) []prentice.Note {
	return []prentice.Note{l.note("environment.lease-renewed", by, nil)}
}

// Left is that a lease is over before its end.
func (l Lease) Left(by prentice.Ref, more map[string]any) []prentice.Note {
	return []prentice.Note{l.note("environment.released", by, more)}
}

// Note writes one line of evidence.
func (s *Store) Note(ctx context.Context, now time.Time, n prentice.Note) error {
	if s.Record == nil {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.Record(tx, now, n) })
}
