package standards

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// State is how far a check run is.
type State string

// The states.
const (
	Queued  State = "queued"
	Running State = "running"
	Done    State = "done"
)

// CheckRun is a check of one commit of a repository by the server.
type CheckRun struct {
	Number     int64          `json:"number"`
	Ref        prentice.Ref   `json:"ref"`
	Repository prentice.Ref   `json:"repository"`
	Branch     string         `json:"branch,omitempty"` // whose content it is; none is a change
	Commit     string         `json:"commit"`
	State      State          `json:"state"`
	Verdict    prentice.Truth `json:"verdict,omitempty"` // once it is done
	Says       string         `json:"says,omitempty"`    // what is done now, or why nothing could be judged
	AskedBy    prentice.Ref   `json:"asked_by"`
	Asked      time.Time      `json:"asked"`
	Began      time.Time      `json:"began,omitzero"`
	Ended      time.Time      `json:"ended,omitzero"`
	Seen       time.Time      `json:"seen,omitzero"` // when it was last found to be so still
	Passed     int            `json:"passed"`
	Failed     int            `json:"failed"`
	Unknown    int            `json:"unknown"`
	Findings   int            `json:"findings"` // that count
	Excused    int            `json:"excused"`  // in the baseline or waived

	tries  int
	again  bool   // what failed before on the same content is judged anew
	result string // digest of what was found
}

// The most check runs that wait at once, and how often one is tried that prentice does not
// survive.
const (
	mostQueued = 1000
	mostTries  = 3
	gaveUp     = "gave up" // the result of one that is not tried again by itself
)

const runColumns = `number, repository, branch, commit_id, state, asked_by, asked, began, ended, tries, seen, says, verdict, result, passed, failed, unknown, findings, excused, again`

func scanRun(scan func(...any) error, r *CheckRun) error {
	var asked, began, ended, seen, again int64
	err := scan(&r.Number, &r.Repository, &r.Branch, &r.Commit, &r.State, &r.AskedBy, &asked, &began, &ended, &r.tries, &seen, &r.Says, &r.Verdict, &r.result, &r.Passed, &r.Failed, &r.Unknown, &r.Findings, &r.Excused, &again)
	r.again = again != 0
	r.Ref = runRef(r.Number)
	r.Asked, r.Began, r.Ended, r.Seen = db.Time(asked), db.Time(began), db.Time(ended), db.Time(seen)
	return err
}

func runRef(number int64) prentice.Ref {
	return prentice.NewRef("check", strconv.FormatInt(number, 10))
}

// runs are check runs that a condition fits, in the order that it gives.
func (k *Desk) runs(ctx context.Context, where string, args ...any) ([]CheckRun, error) {
	rows, err := k.DB.Query(ctx, `SELECT `+runColumns+` FROM check_runs WHERE `+where, args...)
	list, err := db.List(rows, err, scanRun, func(r *CheckRun, why error) { r.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read check runs: %w", err)
	}
	return list, nil
}

// one is the first check run that a condition fits; nil where there is none.
func (k *Desk) one(ctx context.Context, where string, args ...any) (*CheckRun, error) {
	var r CheckRun
	err := scanRun(func(dest ...any) error {
		return k.DB.QueryRow(ctx, `SELECT `+runColumns+` FROM check_runs WHERE `+where+` LIMIT 1`, args, dest...)
	}, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a check run: %w", err)
	}
	return &r, nil
}

// standing is the last check of a repository's branch that is done.
func (k *Desk) standing(ctx context.Context, repository prentice.Ref) (*CheckRun, error) {
	return k.one(ctx, `repository = ? AND branch <> '' AND state = 'done' ORDER BY number DESC`, string(repository))
}

// body is what a check run found; it is nil where nothing was judged.
func (k *Desk) body(ctx context.Context, number int64) (*Checked, error) {
	var raw string
	if err := k.DB.QueryRow(ctx, `SELECT body FROM check_runs WHERE number = ?`, []any{number}, &raw); err != nil {
		return nil, fmt.Errorf("read check run %d: %w", number, err)
	}
	if raw == "" {
		return nil, nil
	}
	var c Checked
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "what check run %d found cannot be read: %w", number, err).Try("check the commit again")
	}
	return &c, nil
}

// ask queues a check run of a commit, or finds the one that waits already or is at work.
func (k *Desk) ask(ctx context.Context, r CheckRun) (number int64, err error) {
	open := string(r.Repository) + "@" + r.Commit
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		var waiting int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM check_runs WHERE state = 'queued'`, nil, &waiting); err != nil {
			return err
		}
		if number, err = openRun(tx, open); err != nil || number > 0 {
			return err
		}
		if waiting >= mostQueued {
			return prentice.Errorf(prentice.Limited, "%d checks of repositories wait already", waiting).Try("ask again later")
		}
		if number, err = tx.Next("check_run"); err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO check_runs (`+runColumns+`, open, body) VALUES (?, ?, ?, ?, 'queued', ?, ?, 0, 0, 0, 0, '', '', '', 0, 0, 0, 0, 0, ?, ?, '') ON CONFLICT (open) DO NOTHING`,
			number, string(r.Repository), r.Branch, r.Commit, string(r.AskedBy), db.Micros(r.Asked), flag(r.again), open)
		if err == nil && n == 0 { // another replica was quicker
			number, err = openRun(tx, open)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("queue a check of %s: %w", r.Repository, err)
	}
	k.Ring()
	return number, nil
}

func openRun(tx *db.Tx, open string) (number int64, err error) {
	err = tx.QueryRow(`SELECT COALESCE(MAX(number), 0) FROM check_runs WHERE open = ?`, []any{open}, &number)
	return number, err
}

// begin takes a check run up; it is false where that is not queued any more.
func (k *Desk) begin(ctx context.Context, r *CheckRun) (bool, error) {
	r.tries, r.Began = r.tries+1, k.now()
	var n int64
	err := k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(`UPDATE check_runs SET state = 'running', began = ?, tries = ?, says = '', output = '' WHERE number = ? AND state = 'queued'`, db.Micros(r.Began), r.tries, r.Number)
		return err
	})
	return n > 0, err
}

// tell says what is done at a check run now.
func (k *Desk) tell(ctx context.Context, r *CheckRun, says string) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE check_runs SET says = ? WHERE number = ? AND state = 'running' AND tries = ?`, says, r.Number, r.tries)
		return err
	})
}

// putBack queues what was begun and was not ended here. It was no fault of the check.
func (k *Desk) putBack(ctx context.Context, r *CheckRun) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE check_runs SET state = 'queued', tries = tries - 1, says = '' WHERE number = ? AND state = 'running' AND tries = ?`, r.Number, r.tries)
		return err
	})
}

// takeUp queues what an earlier process was at in this lane when it ended. What it did not survive
// several times is not tried again.
func (k *worker) takeUp(ctx context.Context) error {
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE check_runs SET state = 'done', open = CAST(number AS TEXT), verdict = ?, result = ?, ended = ?, seen = ?, says = ? WHERE state = 'running' AND lane = ? AND tries >= ?`,
			string(prentice.NotSeen), gaveUp, db.Micros(k.now()), db.Micros(k.now()), fmt.Sprintf("prentice ended %d times while it was judged, and does not try again by itself", mostTries), int(k.lane), mostTries); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE check_runs SET state = 'queued', says = '' WHERE state = 'running' AND lane = ?`, int(k.lane))
		return err
	})
	if err != nil {
		return fmt.Errorf("take up check runs: %w", err)
	}
	return nil
}

// putAllBack queues what this process was at in this lane when it could not write: that was no fault of
// a check either.
func (k *worker) putAllBack(ctx context.Context) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE check_runs SET state = 'queued', tries = tries - 1, says = '' WHERE state = 'running' AND lane = ?`, int(k.lane))
		return err
	})
}

// end writes how a check run ended, if it is still at that.
func (k *Desk) end(ctx context.Context, r *CheckRun, c *Checked) error {
	body := ""
	if c != nil {
		raw, err := json.Marshal(c)
		if err != nil {
			return err
		}
		body = string(raw)
	}
	r.State, r.Ended = Done, k.now()
	r.Seen = r.Ended
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE check_runs SET state = 'done', open = CAST(number AS TEXT), branch = ?, ended = ?, seen = ?, says = ?, verdict = ?, result = ?, passed = ?, failed = ?, unknown = ?, findings = ?, excused = ?, body = ?
			WHERE number = ? AND state = 'running' AND tries = ?`,
			r.Branch, db.Micros(r.Ended), db.Micros(r.Seen), r.Says, string(r.Verdict), r.result, r.Passed, r.Failed, r.Unknown, r.Findings, r.Excused, body, r.Number, r.tries)
		return err
	})
	if err != nil {
		return fmt.Errorf("write down check run %d: %w", r.Number, err)
	}
	return nil
}

// same drops a check run that found what the last one had, which is so still.
func (k *Desk) same(ctx context.Context, r, last *CheckRun) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM check_runs WHERE number = ? AND state = 'running' AND tries = ?`, r.Number, r.tries)
		if err != nil || n == 0 {
			return err
		}
		return touch(tx, k.now(), last.Number)
	})
}

func touch(tx *db.Tx, now time.Time, number int64) error {
	_, err := tx.Exec(`UPDATE check_runs SET seen = ? WHERE number = ?`, db.Micros(now), number)
	return err
}

// ForgetRuns removes check runs that are old. The last of each branch stays.
func (k *Desk) ForgetRuns(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	return k.forget(ctx, sweep, "check_runs", `SELECT r.number, r.asked, CASE WHEN r.number = (SELECT MAX(number) FROM check_runs WHERE repository = r.repository AND branch <> '' AND state = 'done') THEN 0 ELSE r.ended END, 'check/' || r.number, r.repository
		FROM check_runs r WHERE r.number > ? ORDER BY r.number LIMIT ?`)
}

// StockOfRuns is how many check runs are kept.
func (k *Desk) StockOfRuns(ctx context.Context) (db.Stock, error) {
	return k.DB.Stock(ctx, "check_runs", "number", "asked")
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
