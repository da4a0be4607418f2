package capacity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/loadtest"
	"prentice/internal/kit/db"
)

// Test is a load test.
type Test struct {
	Number  int64            `json:"number"`
	State   Word             `json:"state"`
	Env     prentice.Ref     `json:"env"`
	Service string           `json:"service"`
	Path    string           `json:"path"`
	Promise loadtest.Promise `json:"promise"`
	Bounds  loadtest.Bounds  `json:"bounds"`
	Hold    time.Duration    `json:"hold"`
	Traffic float64          `json:"traffic,omitempty"` // of today, requests a second
	By      prentice.Ref     `json:"by"`
	Asked   time.Time        `json:"asked"`
	Began   time.Time        `json:"began,omitzero"`
	Ended   time.Time        `json:"ended,omitzero"`
	Says    string           `json:"says"`
	Safe    float64          `json:"safe,omitempty"`  // the greatest rate up to which the promise was kept
	Broke   float64          `json:"broke,omitempty"` // the least at which it was not
	Fit     *loadtest.Fit    `json:"fit,omitempty"`
	FitSays string           `json:"fit_says,omitempty"`
	Steps   []loadtest.Step  `json:"steps"`
}

// Ref names it.
func (t Test) Ref() prentice.Ref { return prentice.NewRef("loadtest", fmt.Sprint(t.Number)) }

func (t Test) refs() []prentice.Ref { return []prentice.Ref{t.Ref(), t.Env} }

// mostTests is how many are kept, and mostWaiting how many may wait.
const (
	mostTests   = 500
	mostWaiting = 5
)

// addTest keeps a new test, with its evidence.
func (s store) addTest(ctx context.Context, t Test, record func(*db.Tx, Test) error) (Test, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		var open int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM capacity_tests WHERE ended = 0`, nil, &open); err != nil {
			return err
		}
		if open >= mostWaiting {
			return prentice.Errorf(prentice.Limited, "%d load tests wait or run already", open).Try("wait, or end one: prentice loadtest list")
		}
		if t.Number, err = tx.Next("capacity_test"); err != nil {
			return err
		}
		raw, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO capacity_tests (number, state, asked, ended, test) VALUES (?, ?, ?, 0, ?)`, t.Number, string(t.State), db.Micros(t.Asked), string(raw)); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM capacity_tests WHERE number <= ?`, t.Number-mostTests); err != nil {
			return err
		}
		return record(tx, t)
	})
	return t, err
}

// saveTest keeps how a test is, if it is still in a state.
func (s store) saveTest(ctx context.Context, t Test, was Word, also func(*db.Tx) error) (ok bool, err error) {
	raw, err := json.Marshal(t)
	if err != nil {
		return false, err
	}
	ended := int64(0)
	if !t.Ended.IsZero() {
		ended = db.Micros(t.Ended)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE capacity_tests SET state = ?, ended = ?, test = ? WHERE number = ? AND state = ?`, string(t.State), ended, string(raw), t.Number, string(was))
		if ok = n == 1; err != nil || !ok || also == nil {
			return err
		}
		return also(tx)
	})
	return ok, err
}

// endTests says of those that run that they failed.
func (s store) endTests(ctx context.Context, now time.Time, why string) error {
	list, err := s.tests(ctx, `WHERE state = ?`, string(TestRunning))
	for _, t := range list {
		t.State, t.Says, t.Ended = TestFailed, why, now
		if _, err := s.saveTest(ctx, t, TestRunning, nil); err != nil {
			return err
		}
	}
	return err
}

func (s store) tests(ctx context.Context, rest string, args ...any) ([]Test, error) {
	rows, err := s.db.Query(ctx, `SELECT number, state, test FROM capacity_tests `+rest, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, t *Test) error {
		var number int64
		var state, raw string
		if err := scan(&number, &state, &raw); err != nil {
			return err
		}
		if json.Unmarshal([]byte(raw), t) != nil {
			*t = Test{Says: "what is kept of it cannot be read"}
		}
		t.Number, t.State = number, Word(state)
		return nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list load tests: %w", err)
	}
	return list, nil
}
