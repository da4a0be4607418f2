package standards

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/testreport"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// Histories keeps what is known of the tests and the coverage of repositories, in the
// database that all replicas share: a row for each check.
type Histories struct {
	DB *db.DB

	mu sync.Mutex // what is read is written before another reads it
}

// Side is whose content a test was of.
type Side string

// The sides.
const (
	OfBranch  Side = "branch"
	OfChanges Side = "changes"
)

// sideOf is the side of a tree. Only what a branch holds at its end may be protected.
func sideOf(t *check.Tree) Side {
	if t.Base == nil && t.Protected != nil {
		return OfBranch
	}
	return OfChanges
}

// How large what is kept of one check may be, in bytes, and what is read at once of all: a
// change may fill what is kept of it.
const (
	mostHistory = 16 << 20
	mostRead    = 64 << 20
)

// Add adds a run of a check to what is known, and gives that as it is then, also where it
// could not be kept. One process performs checks for all replicas.
func (s *Histories) Add(ctx context.Context, t *check.Tree, name string, add func(*testreport.History)) (testreport.History, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	side := sideOf(t)
	list, lost := s.read(ctx, t.Name, side, name)
	h := testreport.History{}
	if len(list) > 0 {
		h = list[0]
	}
	add(&h)
	body, err := json.Marshal(h)
	for err == nil && len(body) > mostHistory && len(h.Cases) > 0 {
		h.Halve()
		body, err = json.Marshal(h)
	}
	if err != nil || lost != nil {
		return h, cmp.Or(lost, err)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO check_histories (repository, name, side, body, changed) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (repository, name, side) DO UPDATE SET body = excluded.body, changed = excluded.changed`, t.Name, name, string(side), string(body), db.Micros(time.Now()))
		return err
	})
	if err != nil {
		err = prentice.Errorf(prentice.Unavailable, "what its tests said is not kept: %w", err)
	}
	return h, err
}

// Of is what is known of all checks of a repository.
func (s *Histories) Of(ctx context.Context, repository string, side Side) (all testreport.History, err error) {
	list, err := s.read(ctx, repository, side, "")
	for _, h := range list {
		all.Cases, all.Coverage = append(all.Cases, h.Cases...), append(all.Coverage, h.Coverage...)
	}
	return all, err
}

// read is what is known of a check, or of all of a repository. What is damaged is made anew.
func (s *Histories) read(ctx context.Context, repository string, side Side, name string) ([]testreport.History, error) {
	rows, err := s.DB.Query(ctx, `SELECT body FROM check_histories WHERE repository = ? AND side = ? AND (? = '' OR name = ?) ORDER BY name`, repository, string(side), name, name)
	read := 0
	list, err := db.List(rows, err, func(scan func(...any) error, h *testreport.History) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		if read += len(body); read > mostRead {
			return nil
		}
		if json.Unmarshal([]byte(body), h) != nil {
			*h = testreport.History{}
		}
		return nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what is known of the tests of %s: %w", repository, err)
	}
	return list, nil
}

// ForgetHistories removes what is known of checks that were not performed for long.
func (s *Histories) ForgetHistories(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	var n int64
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(`DELETE FROM check_histories WHERE changed < ?`, db.Micros(sweep.Before))
		return err
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove what is known of tests: %w", err)
	}
	return db.Swept{Removed: int(n), Over: true}, nil
}

// StockOfHistories is of how many checks something is known.
func (s *Histories) StockOfHistories(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "check_histories", "changed", "changed")
}

// agreedOf is what the branch of a repository agrees on.
func (k *Desk) agreedOf(ctx context.Context, r team.Repository) (check.Agreed, error) {
	free, err := k.enter(ctx)
	if err != nil {
		return check.Agreed{}, err
	}
	defer free()
	l, err := k.lookAt(ctx, r, "")
	if err != nil {
		return check.Agreed{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	return l.agreed, l.wrong
}
