package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// ask reads rows, within a write or beside it.
type ask func(query string, args ...any) (*sql.Rows, error)

// layersOf are the names under which a plan's runs are counted by the hour.
func layersOf(plan prentice.Plan) []prentice.LimitUse {
	list := []prentice.LimitUse{{Layer: installation}, {Layer: procedure, Name: plan.Procedure}}
	if plan.Subject != "" {
		list = append(list, prentice.LimitUse{Layer: service, Name: string(plan.Subject)})
	}
	for _, t := range plan.Targets {
		list = append(list, prentice.LimitUse{Layer: target, Name: string(t.Ref)})
	}
	return list
}

func minute(t time.Time) int64 { return t.Unix() / 60 }

// hour counts what was begun within the last hour, in each layer of a plan, and
// says when the first that is full has room again. It is counted by the minute,
// and a minute that is partly over counts whole.
func hour(rows ask, l Limits, plan prentice.Plan, now time.Time) ([]prentice.LimitUse, time.Time, error) {
	uses := layersOf(plan)
	at := make(map[prentice.LimitUse]int, len(uses)) // by layer and name
	for i, u := range uses {
		at[u] = i
	}
	firsts := make([]int64, len(uses))
	for some := range slices.Chunk(uses, atATime) {
		if err := countSome(rows, some, minute(now.Add(-time.Hour)), func(u prentice.LimitUse, used int, first int64) {
			if i, found := at[u]; found {
				uses[i].Used, firsts[i] = used, first
			}
		}); err != nil {
			return nil, time.Time{}, fmt.Errorf("count the runs of the last hour: %w", err)
		}
	}
	var relief time.Time
	for i := range uses {
		u := &uses[i]
		u.Per, u.Most = "hour", l.PerHour[u.Layer]
		if u.Used >= u.Most && relief.IsZero() {
			relief = time.Unix((firsts[i]+1)*60, 0).Add(time.Hour)
		}
	}
	return uses, relief, nil
}

// atATime is how many layers or targets are asked for in one statement.
const atATime = 64

// countSome hands over what was begun since a minute, of some layers.
func countSome(rows ask, some []prentice.LimitUse, since int64, found func(u prentice.LimitUse, used int, first int64)) error {
	args := []any{since}
	for _, u := range some {
		args = append(args, u.Layer, u.Name)
	}
	r, err := rows(`SELECT layer, name, SUM(n), MIN(minute) FROM run_counts WHERE minute >= ? AND (layer = ? AND name = ?`+strings.Repeat(" OR layer = ? AND name = ?", len(some)-1)+`) GROUP BY layer, name`, args...)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		var u prentice.LimitUse
		var used int
		var first int64
		if err := r.Scan(&u.Layer, &u.Name, &used, &first); err != nil {
			return err
		}
		found(u, used, first)
	}
	return errors.Join(r.Err(), r.Close())
}

// countIn counts a run in each layer.
func countIn(tx *db.Tx, uses []prentice.LimitUse, now time.Time) error {
	var rows []any
	for _, u := range uses {
		rows = append(rows, u.Layer, u.Name, minute(now), 1)
	}
	return tx.Insert(`INSERT INTO run_counts (layer, name, minute, n)`, 4, rows, ` ON CONFLICT (layer, name, minute) DO UPDATE SET n = run_counts.n + 1`)
}

// forgetCounts lets go of what no longer counts.
func (r *Runner) forgetCounts(ctx context.Context) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM run_counts WHERE minute < ?`, minute(r.Clock().Add(-2*time.Hour)))
		return err
	})
}

// heldBack is a hold as an error, to be found within a write.
type heldBack struct{ prentice.HoldBack }

func (h heldBack) Error() string { return h.Says }

// place gives a run a place among those that act, or says what keeps it from it.
// It must be called in the write that takes the locks: what is counted there
// cannot change until it is committed.
func place(tx *db.Tx, l Limits, d *detail, in prentice.Ref) error {
	if h, err := crowded(tx, l, d, in); err != nil || h.Holds() {
		return errors.Join(err, asError(h))
	}
	_, err := tx.Exec(`INSERT INTO run_acting (run, subject, system) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING`, d.Number, string(d.Subject), string(in))
	return err
}

// admit counts a run among those of the hour, or says that the hour is full. It
// must be called in the write that lets the run act.
func admit(tx *db.Tx, l Limits, d *detail, now time.Time) error {
	uses, relief, err := hour(tx.Query, l, d.ThePlan, now)
	if err != nil {
		return err
	}
	if h := rate(situation{uses: uses, relief: relief}); h.Holds() {
		return heldBack{h}
	}
	return countIn(tx, uses, now)
}

func asError(h prentice.HoldBack) error {
	if !h.Holds() {
		return nil
	}
	return heldBack{h}
}

// crowded says which layer has as many runs at work as it may.
func crowded(tx *db.Tx, l Limits, d *detail, in prentice.Ref) (prentice.HoldBack, error) {
	var all, inSystem, onSubject int
	err := tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN system = ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN subject = ? THEN 1 ELSE 0 END), 0)
		FROM run_acting WHERE run <> ?`, []any{string(in), string(d.Subject), d.Number}, &all, &inSystem, &onSubject)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return prentice.HoldBack{}, err
	}
	for _, u := range []prentice.LimitUse{{Layer: installation, Used: all}, {Layer: system, Name: string(in), Used: inSystem}, {Layer: service, Name: string(d.Subject), Used: onSubject}} {
		if most := l.AtOnce[u.Layer]; u.Used >= most && (u.Layer == installation || u.Name != "") {
			return hold(prentice.HoldOverLimit, fmt.Sprintf("it goes on by itself when one of them ends; raise at_once: {%s: …} in limits.yaml if more may act together", u.Layer),
				"%d of %d runs act at this moment for the %s%s", u.Used, most, u.Layer, named(u.Name)), nil
		}
	}
	return prentice.HoldBack{}, nil
}
