package codecontrol

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/db"
)

// gated is a repository that is kept on a forge.
type gated struct {
	forge.Place
	Repository string       `json:"repository"`
	Secret     string       `json:"secret"` // the name of the token
	By         prentice.Ref `json:"by"`
	Made       time.Time    `json:"made"`
	Asked      time.Time    `json:"asked,omitzero"` // when it last answered
	Again      time.Time    `json:"again,omitzero"` // before which it is not asked, after it failed
	Failures   int          `json:"failures,omitempty"`
	Says       string       `json:"says,omitempty"` // why it failed
	Tip        string       `json:"tip,omitempty"`  // of the branch that counts, as it was seen last
	Past       []Bypass     `json:"past,omitempty"` // the last first
	Open       int          `json:"open"`           // pull requests
	Held       string       `json:"held,omitempty"` // why it takes nothing that landed
}

// Bypass is a move of a branch on a forge that was not the queue's.
type Bypass struct {
	At        time.Time `json:"at"`
	Branch    string    `json:"branch"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Rewritten bool      `json:"rewritten,omitempty"` // what was there is not part of it any more
}

// mostBypasses is how many are kept; all are evidence.
const mostBypasses = 20

// pulled is a pull request that is known here.
type pulled struct {
	Pull    int64     `json:"pull"`
	Change  int64     `json:"change,omitempty"`
	Head    string    `json:"head"`
	Target  string    `json:"target"`
	Title   string    `json:"title"`
	Author  string    `json:"author"`
	Fork    bool      `json:"fork,omitempty"`
	Draft   bool      `json:"draft,omitempty"`
	Open    bool      `json:"open"`
	Says    string    `json:"says,omitempty"`    // why it is no change
	Comment string    `json:"comment,omitempty"` // of ours there
	Told    string    `json:"told,omitempty"`    // digest of what was said of it
	Looked  time.Time `json:"looked,omitzero"`   // when it was last worked out what to say
	Shown   bool      `json:"shown,omitempty"`   // that it landed is shown there
}

// gates are the repositories on forges, by name; those of a condition.
func (k *Desk) gates(ctx context.Context, rest string, args ...any) ([]gated, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_forge `+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, g *gated) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), g)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list forges: %w", err)
	}
	return list, nil
}

// gate is the forge of a repository; nil where it has none.
func (k *Desk) gate(ctx context.Context, repository string) (*gated, error) {
	list, err := k.gates(ctx, `WHERE repository = ?`, repository)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// putOff says when a forge is asked next: at due, unless someone asked for it after since.
type putOff struct{ due, since time.Time }

// alter changes what is known of a forge, in one write with what else is one with that. A
// forge that is gone meanwhile stays so.
func (k *Desk) alter(ctx context.Context, repository string, off putOff, do func(g *gated), also ...func(tx *db.Tx) error) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT body FROM code_forge WHERE repository = ?`, repository)
		list, err := db.List(rows, err, func(scan func(...any) error, one *string) error { return scan(one) }, nil)
		if err != nil || len(list) == 0 {
			return err
		}
		var g gated
		if err := json.Unmarshal([]byte(list[0]), &g); err != nil {
			return err
		}
		do(&g)
		raw, err := json.Marshal(g)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(`UPDATE code_forge SET body = ? WHERE repository = ?`, string(raw), repository); err == nil && !off.due.IsZero() {
			_, err = tx.Exec(`UPDATE code_forge SET due = ? WHERE repository = ? AND due <= ?`, db.Micros(off.due), repository, db.Micros(off.since))
		}
		for _, one := range also {
			if err == nil {
				err = one(tx)
			}
		}
		return err
	})
}

// pulls are the pull requests of a repository that are known, the newest first.
func (k *Desk) pulls(ctx context.Context, repository string) ([]pulled, error) {
	return k.pullsBy(ctx, `WHERE repository = ? ORDER BY pull DESC`, repository)
}

func (k *Desk) pullsBy(ctx context.Context, rest string, args ...any) ([]pulled, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_forge_pull `+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, p *pulled) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), p)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list pull requests: %w", err)
	}
	return list, nil
}

// keepPull writes a pull request down, where its repository is still gated.
func (k *Desk) keepPull(ctx context.Context, repository string, p pulled) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO code_forge_pull (repository, pull, change, body) SELECT ?, ?, ?, ? FROM code_forge WHERE repository = ?
			ON CONFLICT (repository, pull) DO UPDATE SET change = excluded.change, body = excluded.body`, repository, p.Pull, p.Change, string(raw), repository)
		return err
	})
}

// pullOf is the pull request that a change is of; nil where it is of none.
func (k *Desk) pullOf(ctx context.Context, change int64) (*pulled, error) {
	list, err := k.pullsBy(ctx, `WHERE change = ?`, change)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// startGate writes a new forge down, which is asked at once.
func (k *Desk) startGate(ctx context.Context, g gated) error {
	raw, err := json.Marshal(g)
	if err != nil {
		return err
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO code_forge (repository, due, body) VALUES (?, 0, ?)`, g.Repository, string(raw))
		return err
	})
}

// soon has a forge asked at once; with anew, although it failed before.
func (k *Desk) soon(ctx context.Context, repository string, anew bool) error {
	defer k.ringForges()
	return k.alter(ctx, repository, putOff{}, func(g *gated) {
		if anew {
			g.Held, g.Again = "", time.Time{}
		}
	}, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE code_forge SET due = ? WHERE repository = ?`, db.Micros(k.now()), repository)
		return err
	})
}
