package codecontrol

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/db"
)

// lane is the queue of a branch, as it is kept.
type lane struct {
	queue.Lane
	Repository string                `json:"repository"`
	Branch     string                `json:"branch"`
	Gone       map[int64]queue.Entry `json:"gone,omitempty"` // landed, and may be merged again to find what fails with them
	Stopped    *Stopped              `json:"stopped,omitempty"`

	revision int64
}

// Stopped is a freeze that a person made.
type Stopped struct {
	By     prentice.Ref `json:"by"`
	Reason string       `json:"reason"`
	Until  time.Time    `json:"until,omitzero"`
}

func laneName(repository, branch string) string { return repository + ":" + branch }

// ref is the branch's name in git.
func (l *lane) ref() string { return "refs/heads/" + l.Branch }

// of is the repository.
func (l *lane) of() prentice.Ref { return prentice.NewRef("repository", l.Repository) }

// lanes are all queues, by name.
func (k *Desk) lanes(ctx context.Context) ([]*lane, error) { return k.lanesBy(ctx, `ORDER BY name`) }

func (k *Desk) lanesBy(ctx context.Context, rest string, args ...any) ([]*lane, error) {
	rows, err := k.DB.Query(ctx, `SELECT revision, body FROM code_queue_lane `+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, l **lane) error {
		var body string
		*l = &lane{}
		if err := scan(&(*l).revision, &body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), *l)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read the queues: %w", err)
	}
	return list, nil
}

// lane is the queue of a branch, which may be new.
func (k *Desk) lane(ctx context.Context, repository, branch string) (*lane, error) {
	name := laneName(repository, branch)
	list, err := k.lanesBy(ctx, `WHERE name = ?`, name)
	if err != nil || len(list) > 0 {
		return at(list, 0), err
	}
	return &lane{Lane: queue.Lane{Name: name}, Repository: repository, Branch: branch}, nil
}

func at(list []*lane, i int) *lane {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// save writes a queue, and with it what else is one with that. Where another wrote it
// meanwhile nothing is written.
func (k *Desk) save(ctx context.Context, l *lane, also ...func(tx *db.Tx) error) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		if err := put(tx, l); err != nil {
			return err
		}
		for _, do := range also {
			if err := do(tx); err != nil {
				return err
			}
		}
		tx.After(func() { l.revision++ })
		return nil
	})
}

var errMeanwhile = prentice.Errorf(prentice.Conflict, "the queue was changed meanwhile").Try("try again")

func put(tx *db.Tx, l *lane) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	var n int64
	if l.revision == 0 {
		n, err = tx.Exec(`INSERT INTO code_queue_lane (name, revision, body) VALUES (?, 1, ?) ON CONFLICT (name) DO NOTHING`, l.Name, string(body))
	} else {
		n, err = tx.Exec(`UPDATE code_queue_lane SET revision = revision + 1, body = ? WHERE name = ? AND revision = ?`, string(body), l.Name, l.revision)
	}
	if err == nil && n == 0 {
		err = errMeanwhile
	}
	return err
}

// edit changes a queue for someone, once more where another wrote it meanwhile.
func (k *Desk) edit(ctx context.Context, repository, branch string, do func(l *lane) ([]prentice.Note, error)) error {
	for try := 0; ; try++ {
		l, err := k.lane(ctx, repository, branch)
		if err != nil {
			return err
		}
		notes, err := do(l)
		if err != nil {
			return err
		}
		err = k.save(ctx, l, k.noting(notes...))
		if !errors.Is(err, errMeanwhile) || try == 9 {
			k.Ring()
			return err
		}
	}
}

// noting is happened for a write that is yet to come.
func (k *Desk) noting(notes ...prentice.Note) func(tx *db.Tx) error {
	return func(tx *db.Tx) error { return k.happened(tx, notes...) }
}

// Gone is a change that left a queue.
type Gone struct {
	Number   int64        `json:"number"`
	Change   int64        `json:"change"`
	PatchSet int          `json:"patch_set"`
	Title    string       `json:"title"`
	What     string       `json:"what"`
	Says     string       `json:"says,omitempty"`
	At       time.Time    `json:"at"`
	Since    time.Time    `json:"since"`
	Commit   string       `json:"commit,omitempty"`
	Set      []int64      `json:"set,omitempty"`   // that fails: it and with what
	Flaky    bool         `json:"flaky,omitempty"` // the tree that landed had failed as well
	Checks   []int64      `json:"checks,omitempty"`
	By       prentice.Ref `json:"by,omitempty"`
}

// Ref is the change.
func (g Gone) Ref() prentice.Ref { return prentice.NewRef("change", fmt.Sprint(g.Change)) }

// How changes leave a queue.
const (
	WasLanded  = "landed"
	WasEjected = "ejected"
	WasRemoved = "removed"
)

// left writes down that a change left a queue.
func left(tx *db.Tx, lane string, g Gone) (err error) {
	if g.Number, err = tx.Next("code_queue_past"); err != nil {
		return err
	}
	body, err := json.Marshal(g)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO code_queue_past (number, lane, change, what, at, body) VALUES (?, ?, ?, ?, ?, ?)`, g.Number, lane, g.Change, g.What, db.Micros(g.At), string(body))
	return err
}

// past is what left a queue, the last first.
func (k *Desk) past(ctx context.Context, lane string, most int) ([]Gone, error) {
	return k.pastBy(ctx, `WHERE lane = ? ORDER BY number DESC LIMIT ?`, lane, most)
}

// goneOf is how a change left its queue last; nothing where it never did.
func (k *Desk) goneOf(ctx context.Context, change int64) ([]Gone, error) {
	return k.pastBy(ctx, `WHERE change = ? ORDER BY number DESC LIMIT 1`, change)
}

func (k *Desk) pastBy(ctx context.Context, rest string, args ...any) ([]Gone, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_queue_past `+rest, args...)
	return db.List(rows, err, func(scan func(...any) error, g *Gone) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), g)
	}, nil)
}

// landing is a decision to move branches.
type landing struct {
	Number int64       `json:"number"`
	State  string      `json:"state"`
	At     time.Time   `json:"at"`
	Parts  []movement  `json:"parts"`
	Glass  *BrokeGlass `json:"glass,omitempty"`
	Says   string      `json:"says,omitempty"`
}

// movement is one branch of a landing.
type movement struct {
	Lane       string  `json:"lane"`
	Repository string  `json:"repository"`
	Branch     string  `json:"branch"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	Tree       string  `json:"tree"`
	Changes    []moved `json:"changes"`
	Flaky      bool    `json:"flaky,omitempty"`
	Checks     []int64 `json:"checks"` // each attempt that was made with this tree
	Policy     string  `json:"policy"` // digest of the claims that it was held to, and how each stands
	Held       int     `json:"held"`
}

// moved is a change in a landing.
type moved struct {
	Change    int64          `json:"change"`
	PatchSet  int            `json:"patch_set"`
	Title     string         `json:"title"`
	Head      string         `json:"head"`
	Commit    string         `json:"commit"` // after which it is in the branch
	Since     time.Time      `json:"since"`
	QueuedBy  prentice.Ref   `json:"queued_by"`
	Reviewers []prentice.Ref `json:"reviewers,omitempty"`
	Owner     prentice.Ref   `json:"owner,omitempty"`
	People    []prentice.Ref `json:"people,omitempty"` // who wrote and pushed it, and who is behind who queued it
}

// The states of a landing.
const (
	intended  = "intended"
	landed    = "done"
	void      = "void"
	uncertain = "uncertain"
)

// intend writes a landing down before anything moves. Where someone has changed a queue that
// it is from, by a freeze for one, since that was read, nothing is written.
func (k *Desk) intend(ctx context.Context, g *landing, from ...*lane) error {
	g.State, g.At = intended, k.now()
	k.saw("before the intention")
	err := k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		rows, err := tx.Query(`SELECT body FROM code_queue_landing WHERE state = ?`, intended)
		open, err := db.List(rows, err, scanLanding, nil)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, g.shares) {
			return errMeanwhile
		}
		for _, l := range from {
			if n, err := tx.Exec(`UPDATE code_queue_lane SET revision = revision WHERE name = ? AND revision = ?`, l.Name, l.revision); err != nil || n == 0 {
				return cmp.Or(err, error(errMeanwhile))
			}
		}
		if g.Number, err = tx.Next("code_queue_landing"); err != nil {
			return err
		}
		body, err := json.Marshal(g)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO code_queue_landing (number, state, at, body) VALUES (?, ?, ?, ?)`, g.Number, g.State, db.Micros(g.At), string(body))
		return err
	})
	k.saw("after the intention")
	return err
}

// ended writes with a write how a landing ended.
func ended(tx *db.Tx, g *landing, state, says string) error {
	g.State, g.Says = state, says
	body, err := json.Marshal(g)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE code_queue_landing SET state = ?, body = ? WHERE number = ? AND state = ?`, state, string(body), g.Number, intended)
	return err
}

// underway are the landings that were begun and have not ended.
func (k *Desk) underway(ctx context.Context) ([]landing, error) {
	return k.landingsBy(ctx, `WHERE state = ? ORDER BY number`, intended)
}

func (k *Desk) landingsBy(ctx context.Context, rest string, args ...any) ([]landing, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_queue_landing `+rest, args...)
	list, err := db.List(rows, err, scanLanding, nil)
	if err != nil {
		return nil, fmt.Errorf("list landings: %w", err)
	}
	return list, nil
}

func scanLanding(scan func(...any) error, g *landing) error {
	var body string
	if err := scan(&body); err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), g)
}

// shares says whether two landings move a branch of one queue.
func (g *landing) shares(o landing) bool {
	return slices.ContainsFunc(g.Parts, func(m movement) bool {
		return slices.ContainsFunc(o.Parts, func(other movement) bool { return other.Lane == m.Lane })
	})
}
