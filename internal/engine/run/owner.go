package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// KeepOwned fails a write with ErrMoved unless a run is still its owner's to perform,
// and keeps it so until the transaction ends.
func KeepOwned(tx *db.Tx, d *Detail) {
	tx.Late(owners, owned{d.Number, d.Owner}, stillOwned)
}

// owned is a run and whose it must be.
type owned struct {
	number int64
	owner  string
}

// owners is the key under which writes bring the runs that must be theirs.
const owners journal = "owners"

// stillOwned looks once for all writes of a transaction whether their runs are still
// with their owners. Processes write one after the other (kit/db), so that what
// is seen holds until the commit.
func stillOwned(tx *db.Tx, items []any) error {
	var values []any
	lost := map[owned]bool{}
	for _, item := range items {
		o := item.(owned)
		if !lost[o] {
			lost[o], values = true, append(values, o.number, o.owner)
		}
	}
	err := tx.Each(`SELECT number, owner FROM runs WHERE number = ? AND owner = ?`, 2, values, func(rows *sql.Rows) error {
		var o owned
		err := rows.Scan(&o.number, &o.owner)
		delete(lost, o)
		return err
	})
	if err == nil && len(lost) > 0 {
		err = ErrMoved
	}
	return err
}

// Orphan is a run that nothing may perform: its process does not live, or has lost it.
type Orphan struct {
	Idle
	Owner            string
	Paused, Stopping bool
}

// Unattended lists the moving runs of a process and of those that do not live. Without
// any that live there is but one process, whose all of them are.
func (r *Store) Unattended(ctx context.Context, me string, living []string) ([]Orphan, error) {
	query, args := `SELECT number, owner, hold, cancel, revision FROM runs WHERE `+Movable, []any{}
	if len(living) > 0 {
		query += ` AND (owner = ? OR owner NOT IN (?` + strings.Repeat(", ?", len(living)-1) + `))`
		args = append(args, me)
		for _, id := range living {
			args = append(args, id)
		}
	}
	rows, err := r.DB.Query(ctx, query+` ORDER BY number`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for runs that nothing executes: %w", err)
	}
	defer rows.Close()
	var list []Orphan
	for rows.Next() {
		var o Orphan
		var hold, cancel string
		if err := rows.Scan(&o.Number, &o.Owner, &hold, &cancel, &o.Revision); err != nil {
			return nil, err
		}
		h := decodeHold(hold)
		o.Paused, o.Stopping = h != nil && h.Code == prentice.HoldPaused, cancel != ""
		list = append(list, o)
	}
	return list, rows.Err()
}

// TakeOver makes a run another process's, unless it is no longer the one's that had
// it: then it is ErrMoved. It says how often the run was taken over from the dead.
func TakeOver(tx *db.Tx, o Orphan, by string, died bool) (taken int, err error) {
	rows, err := tx.Query(`UPDATE runs SET revision = revision + 1, owner = ?, attempt = attempt + 1, taken = taken + ?
		WHERE number = ? AND owner = ? AND ended = 0 AND state <> 'waiting' RETURNING taken`, by, flag(died), o.Number, o.Owner)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, errors.Join(rows.Err(), ErrMoved)
	}
	return taken, errors.Join(rows.Scan(&taken), rows.Close())
}

// Attended counts the runs that each process performs.
func (r *Store) Attended(ctx context.Context) (map[string]int, error) {
	rows, err := r.DB.Query(ctx, `SELECT owner, COUNT(*) FROM runs WHERE `+Movable+` GROUP BY owner`)
	if err != nil {
		return nil, fmt.Errorf("count who executes what: %w", err)
	}
	defer rows.Close()
	by := map[string]int{}
	for rows.Next() {
		var owner string
		var n int
		if err := rows.Scan(&owner, &n); err != nil {
			return nil, err
		}
		by[owner] = n
	}
	return by, rows.Err()
}
