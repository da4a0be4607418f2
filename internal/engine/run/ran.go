package run

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Ran is a run with the version of its procedure that it carries out.
type Ran struct {
	Number int64
	State  prentice.State
	Asked  time.Time
	Digest string // as Plan.Digest; "" when its plan cannot be read
}

// Ran is the newest runs of a procedure, newest first. Many runs share a plan, which is
// read once.
func (r *Store) Ran(ctx context.Context, procedure string, most int) ([]Ran, error) {
	rows, err := r.DB.Query(ctx, `SELECT number, state, created, plan FROM runs WHERE procedure = ? ORDER BY number DESC LIMIT ?`, procedure, min(most, MostListed))
	if err != nil {
		return nil, fmt.Errorf("list the runs of %s: %w", procedure, err)
	}
	defer rows.Close()
	var list []Ran
	var plans []string
	for rows.Next() {
		var one Ran
		var created int64
		var plan string
		if err := rows.Scan(&one.Number, &one.State, &created, &plan); err != nil {
			return nil, fmt.Errorf("list the runs of %s: %w", procedure, err)
		}
		one.Asked = db.Time(created)
		list, plans = append(list, one), append(plans, plan)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the runs of %s: %w", procedure, err)
	}
	digests := map[string]string{}
	for i, plan := range plans {
		if _, read := digests[plan]; !read {
			digests[plan] = r.versionOf(ctx, plan)
		}
		list[i].Digest = digests[plan]
	}
	return list, nil
}

// versionOf is the digest of the files that a plan was made from.
func (r *Store) versionOf(ctx context.Context, plan string) string {
	var canonical string
	var p struct {
		Digest string `json:"digest"`
	}
	if r.DB.QueryRow(ctx, `SELECT canonical FROM run_plans WHERE plan = ?`, []any{plan}, &canonical) != nil || json.Unmarshal([]byte(canonical), &p) != nil {
		return ""
	}
	return p.Digest
}
