package codecontrol

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// Mirror is where a repository is pushed to, and how that stands.
type Mirror struct {
	Repository string       `json:"repository"`
	To         string       `json:"to"`
	Secret     string       `json:"secret"`             // its name
	HostKey    string       `json:"host_key,omitempty"` // of an address of SSH
	Deletes    bool         `json:"deletes,omitempty"`  // what is gone or rewritten here is so there
	By         prentice.Ref `json:"by"`
	Made       time.Time    `json:"made"`
	Pushed     time.Time    `json:"pushed,omitzero"` // when it was last as it is here
	Digest     string       `json:"digest,omitempty"`
	Attempts   int          `json:"attempts,omitempty"` // since then
	Says       string       `json:"says,omitempty"`     // why the last failed
	Due        time.Time    `json:"due,omitzero"`
}

// State is how a mirror stands: it has what is here, or does not take it.
func (m Mirror) State() string {
	switch {
	case m.Attempts > 0:
		return "failing"
	case m.Pushed.IsZero():
		return "waiting"
	}
	return "mirrored"
}

const (
	mirrorsEvery = 2 * time.Second
	mirrorFirst  = 10 * time.Second
	mirrorMost   = time.Hour
	mirrorLoud   = 3 // failures after which it is told
)

// mirrorPause is how long to wait after a number of failures.
func mirrorPause(attempts int) time.Duration {
	if attempts > 9 {
		return mirrorMost
	}
	return min(mirrorMost, mirrorFirst<<max(attempts-1, 0))
}

// mirrors are all of them.
func (k *Desk) mirrors(ctx context.Context) ([]Mirror, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_mirror ORDER BY repository`)
	list, err := db.List(rows, err, func(scan func(...any) error, m *Mirror) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), m)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list where repositories are pushed to: %w", err)
	}
	return list, nil
}

func keepMirror(tx *db.Tx, m Mirror) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO code_mirror (repository, body) VALUES (?, ?) ON CONFLICT (repository) DO UPDATE SET body = excluded.body`, m.Repository, string(body))
	return err
}

// RunMirrors pushes what is new to where repositories are pushed to, until ctx ends. One
// process does so for all, and none of them waits for another.
func (k *Desk) RunMirrors(ctx context.Context) error {
	if k.there() != nil || k.Deps.Secret == nil {
		return nil
	}
	var pushing sync.WaitGroup
	defer pushing.Wait()
	var busy sync.Map
	for {
		list, err := k.mirrors(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.Error("mirrors", "err", err)
		}
		for _, m := range list {
			if _, is := busy.LoadOrStore(m.Repository, true); is {
				continue
			}
			pushing.Go(func() {
				defer busy.Delete(m.Repository)
				if err := k.mirrorOne(ctx, m); err != nil && ctx.Err() == nil {
					k.Log.Error("mirrors", "repository", m.Repository, "err", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(mirrorsEvery):
		}
	}
}

// mirrorOne pushes a repository to where it is pushed to, if it is another than it was there.
func (k *Desk) mirrorOne(ctx context.Context, m Mirror) error {
	now := k.now()
	h, err := k.Repository(ctx, m.Repository)
	if prentice.KindOf(err) == prentice.NotFound { // it was deleted just now
		return nil
	}
	if err != nil || h.State != Active && h.State != Archived || now.Before(m.Due) {
		return err
	}
	refs, err := k.Host.Refs(ctx, h.Name)
	if err != nil {
		return err
	}
	digest := digestOf(refs)
	if digest == m.Digest {
		return nil
	}
	secret, err := k.Deps.Secret(ctx, m.Secret)
	if err == nil {
		err = k.Host.Push(ctx, h.Name, m.To, secret, m.HostKey, m.Deletes)
	}
	if ctx.Err() != nil {
		return ctx.Err() // it is pushed again; what is there already costs nothing
	}
	return k.mirrored(context.WithoutCancel(ctx), m, digest, err)
}

// mirrored writes down how a push came out. One that was changed meanwhile begins anew.
func (k *Desk) mirrored(ctx context.Context, m Mirror, digest string, trouble error) error {
	now := k.now()
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		is, err := mirrorIn(tx, m.Repository)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (is.To != m.To || !is.Made.Equal(m.Made)) {
			return nil
		}
		if err != nil {
			return err
		}
		note := prentice.Note{Kind: "mirror.pushed", Actor: itself, Refs: []prentice.Ref{prentice.NewRef("repository", m.Repository)}, Data: map[string]any{"to": m.To, "attempts": is.Attempts + 1}}
		if trouble == nil {
			is.Digest, is.Pushed, is.Attempts, is.Says, is.Due = digest, now, 0, "", time.Time{}
			return errors.Join(keepMirror(tx, is), k.happened(tx, note))
		}
		is.Attempts, is.Says = is.Attempts+1, clip.To(trouble.Error(), 300)
		is.Due = now.Add(mirrorPause(is.Attempts))
		if err := keepMirror(tx, is); err != nil || is.Attempts != mirrorLoud {
			return err
		}
		note.Kind, note.Data = "mirror.stalled", map[string]any{"to": m.To, "attempts": is.Attempts, "says": is.Says}
		return k.happened(tx, note)
	})
}

func mirrorIn(tx *db.Tx, repository string) (m Mirror, err error) {
	var body string
	if err := tx.QueryRow(`SELECT body FROM code_mirror WHERE repository = ?`, []any{repository}, &body); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(body), &m)
}

// digestOf is what branches and tags are, in one word.
func digestOf(refs []push.Ref) string {
	var b strings.Builder
	for _, r := range refs {
		if strings.HasPrefix(r.Name, "refs/heads/") || strings.HasPrefix(r.Name, "refs/tags/") {
			fmt.Fprintf(&b, "%s %s\n", r.ID, r.Name)
		}
	}
	return prentice.Digest([]byte(b.String()))
}
