package codecontrol

import (
	"context"
	"fmt"
	"maps"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// State is how a repository that is kept here stands.
type State string

// The states.
const (
	Making   State = "making" // it is being made or filled
	Failed   State = "failed" // it could not be filled
	Active   State = "active"
	Archived State = "archived" // it is read, and takes no push
	Deleted  State = "deleted"  // a bundle of it is kept for a while
)

// Hosted is a repository that is kept here.
type Hosted struct {
	Name   string       `json:"name"`
	Title  string       `json:"title,omitempty"`
	Branch string       `json:"branch"` // the one that counts
	State  State        `json:"state"`
	Made   time.Time    `json:"made"`
	MadeBy prentice.Ref `json:"made_by"`
	Source string       `json:"source,omitempty"` // the address that it is a mirror of
	Bundle string       `json:"bundle,omitempty"` // of one that was deleted: the file that has all of it
	Until  time.Time    `json:"until,omitzero"`   // when that file is removed
	Pushed time.Time    `json:"pushed,omitzero"`
	From   string       `json:"from,omitempty"`  // what it was filled from
	Says   string       `json:"says,omitempty"`  // why it could not be filled, or looked after
	Tended time.Time    `json:"tended,omitzero"` // when it was last fetched or packed
}

// Ref is its ref, as the catalog writes it.
func (h Hosted) Ref() prentice.Ref { return prentice.NewRef("repository", h.Name) }

const hostedColumns = `SELECT name, title, branch, state, made, made_by, source, bundle, until, pushed, origin, says, tended FROM code_repository `

func (k *Desk) hostedBy(ctx context.Context, rest string, args ...any) ([]Hosted, error) {
	rows, err := k.DB.Query(ctx, hostedColumns+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, h *Hosted) error {
		var made, until, pushed, tended int64
		err := scan(&h.Name, &h.Title, &h.Branch, &h.State, &made, &h.MadeBy, &h.Source, &h.Bundle, &until, &pushed, &h.From, &h.Says, &tended)
		h.Made, h.Until, h.Pushed, h.Tended = db.Time(made), db.Time(until), db.Time(pushed), db.Time(tended)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list repositories: %w", err)
	}
	return list, nil
}

// hosted are the repositories that are kept here, by name.
func (k *Desk) hosted(ctx context.Context) ([]Hosted, error) {
	return k.hostedBy(ctx, `WHERE state <> ? ORDER BY name`, string(Deleted))
}

// Repository is the one of a name.
func (k *Desk) Repository(ctx context.Context, name string) (Hosted, error) {
	if err := k.there(); err != nil {
		return Hosted{}, err
	}
	list, err := k.hostedBy(ctx, `WHERE name = ?`, name)
	if err == nil && (len(list) == 0 || list[0].State == Deleted) {
		err = prentice.Errorf(prentice.NotFound, "no repository %q is kept on this server", clip.Text(name)).Try("list them with: prentice repository list; make one with: prentice repository create")
	}
	if err != nil {
		return Hosted{}, err
	}
	return list[0], nil
}

// keep writes a new repository down; that there is one of the name is an error.
func (k *Desk) keep(ctx context.Context, h Hosted) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM code_repository WHERE name = ? AND state = ?`, h.Name, string(Failed)); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM code_repository WHERE name = ?`, []any{h.Name}, &n); err != nil {
			return err
		}
		if n > 0 {
			return prentice.Errorf(prentice.Conflict, "there is a repository %s already", h.Name).Try("choose another name")
		}
		_, err := tx.Exec(`INSERT INTO code_repository (name, title, branch, state, made, made_by, source, bundle, until, pushed, origin, says, tended) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?, '', 0)`,
			h.Name, h.Title, h.Branch, string(h.State), db.Micros(h.Made), string(h.MadeBy), h.Source, h.From)
		return err
	})
}

// turn changes how a repository stands, with the evidence of it.
func (k *Desk) turn(ctx context.Context, name string, to State, notes ...prentice.Note) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE code_repository SET state = ? WHERE name = ?`, string(to), name); err != nil {
			return err
		}
		return k.happened(tx, notes...)
	})
}

// note is that someone did something with it.
func (h Hosted) note(kind string, by prentice.Actor, data map[string]any) prentice.Note {
	all := map[string]any{"branch": h.Branch, "behind": by.Behind}
	maps.Copy(all, data)
	return prentice.Note{Kind: kind, Actor: by.Ref(), Refs: []prentice.Ref{h.Ref()}, Data: all}
}

func (k *Desk) drop(ctx context.Context, name string) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM code_repository WHERE name = ?`, name)
		return err
	})
}

// Kept are the repositories that are kept here, as the catalog writes them.
func (k *Desk) Kept(ctx context.Context) ([]team.Repository, error) {
	if k.there() != nil {
		return nil, nil
	}
	list, err := k.hostedBy(ctx, `WHERE state IN (?, ?) ORDER BY name`, string(Active), string(Archived))
	kept := make([]team.Repository, 0, len(list))
	for _, h := range list {
		kept = append(kept, team.Repository{Ref: h.Ref(), Title: h.Title, Git: h.Name + ".git", Branch: h.Branch})
	}
	return kept, err
}
