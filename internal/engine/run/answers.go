package run

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// answerKey is what an answer to a question is known by: a person answers a run once.
type answerKey struct {
	run   int64
	actor prentice.Ref
}

// said is what of an answer both the table and the ledger hold.
type said struct {
	yes                bool
	plan, reason, door string
}

const answersQuery = `SELECT run, actor, yes, plan, reason, door FROM run_approvals`

func (r *Store) answers(ctx context.Context) (map[answerKey]said, error) {
	rows, err := r.DB.Query(ctx, answersQuery)
	if err != nil {
		return nil, fmt.Errorf("read who answered: %w", err)
	}
	defer rows.Close()
	kept := map[answerKey]said{}
	for rows.Next() {
		var key answerKey
		var is said
		var yes int64
		if err := rows.Scan(&key.run, &key.actor, &yes, &is.plan, &is.reason, &is.door); err != nil {
			return nil, fmt.Errorf("read who answered: %w", err)
		}
		is.yes = yes != 0
		kept[key] = is
	}
	return kept, rows.Err()
}

func (r *Store) answerOf(ctx context.Context, key answerKey) (is said, there bool, err error) {
	var n, yes int64
	err = r.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MAX(yes), 0), COALESCE(MAX(plan), ''), COALESCE(MAX(reason), ''), COALESCE(MAX(door), '') FROM run_approvals WHERE run = ? AND actor = ?`,
		[]any{key.run, string(key.actor)}, &n, &yes, &is.plan, &is.reason, &is.door)
	if err != nil {
		return is, false, fmt.Errorf("read what %s answered to run/%d: %w", key.actor, key.run, err)
	}
	is.yes = yes != 0
	return is, n > 0, nil
}

// WriteAnswer keeps an answer, for whom and by whom it counts, and its evidence, with
// the owners who still have to agree.
func (r *Store) WriteAnswer(tx *db.Tx, d *Detail, a Reply, given Approval, lacking []prentice.Ref, now time.Time) error {
	kind := "approval.refused"
	if a.Yes {
		kind = "approval.given"
	}
	if _, err := tx.Exec(`INSERT INTO run_approvals (run, actor, plan, door, yes, reason, time, stand_for, token, people) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.Number, string(a.Actor.Ref()), d.Plan, a.Actor.Door, flag(a.Yes), a.Reason, db.Micros(now), string(given.For), a.Actor.Token, prentice.JoinRefs(given.People)); err != nil {
		return err
	}
	data := map[string]any{"plan": d.Plan, "reason": a.Reason, "door": a.Actor.Door, "role": a.Actor.Role, "requester": d.Requester, "token": a.Actor.Token, "people": given.People}
	if given.For != "" {
		data["for"] = given.For
	}
	if len(d.Decision.Owners) > 0 {
		data["owners"], data["lacking"] = d.Decision.Owners, lacking
	}
	if a.Window {
		data["when"] = "window"
	}
	return r.Ledger.Append(tx, now, prentice.Note{Kind: kind, Actor: a.Actor.Ref(), Refs: Refs(d.Run), Data: data})
}

// flag is a truth as the database keeps it.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
