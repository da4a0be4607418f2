package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"prentice"
)

// Lines lists evidence.
type Lines func(context.Context, prentice.EvidenceFilter) ([]prentice.Evidence, error)

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

// Borne compares the answers that runs go by with the evidence of them, in both
// directions: an approval in the table that no line bears out was given by no one, and
// a line whose approval is gone tells of one that was taken away. An answer and its
// line are one write, so neither is ever there alone.
func (r *Runner) Borne(ctx context.Context, lines Lines) ([]prentice.EvidenceFault, error) {
	// The table is read first: what is written meanwhile has a line, and is asked for
	// by itself when the line is met.
	kept, err := r.answers(ctx)
	if err != nil {
		return nil, err
	}
	b := borne{runner: r, kept: kept, seen: map[answerKey]bool{}}
	if err := b.each(ctx, RunsRemoved, lines, b.removed); err != nil {
		return nil, err
	}
	for _, kind := range []string{"approval.given", "approval.refused"} {
		if err := b.each(ctx, kind, lines, b.line); err != nil {
			return nil, err
		}
	}
	for key, is := range kept {
		if !b.seen[key] {
			b.fault(0, "the answer of %s to run/%d (%s) is borne out by no line of evidence: it was written to the database by another person", key.actor, key.run, yesNo(is.yes))
		}
	}
	return b.faults, nil
}

// borne is a comparison under way.
type borne struct {
	runner *Runner
	kept   map[answerKey]said
	seen   map[answerKey]bool
	gone   []stretch // runs that are no longer kept, by the evidence
	faults []prentice.EvidenceFault
}

func (b *borne) fault(seq int64, says string, args ...any) {
	b.faults = append(b.faults, prentice.EvidenceFault{Seq: seq, Says: fmt.Sprintf(says, args...),
		Try: "find out who could write to the database, and do not rely on what the run did by it; compare with a backup"})
}

// each goes along the evidence of one kind.
func (b *borne) each(ctx context.Context, kind string, list Lines, do func(context.Context, prentice.Evidence) error) error {
	for f := (prentice.EvidenceFilter{Kind: kind, After: 1, Limit: 500}); ; {
		page, err := list(ctx, f)
		if err != nil {
			return fmt.Errorf("read the evidence of answers: %w", err)
		}
		for _, e := range page {
			f.After = e.Seq
			if err := do(ctx, e); err != nil {
				return err
			}
		}
		if len(page) < f.Limit {
			return nil
		}
	}
}

// removed notes which runs a line says are no longer kept.
func (b *borne) removed(_ context.Context, e prentice.Evidence) error {
	var data struct{ Of, Numbers string }
	if e.Actor == prentice.Prentice("").Ref() && json.Unmarshal(e.Data, &data) == nil && data.Of == "runs" {
		b.gone = append(b.gone, spansIn(data.Numbers)...)
	}
	return nil
}

// isGone says whether a run is one of them.
func (b *borne) isGone(run int64) bool {
	return slices.ContainsFunc(b.gone, func(s stretch) bool { return s.from <= run && run <= s.to })
}

// line compares one line with the answer that it tells of.
func (b *borne) line(ctx context.Context, e prentice.Evidence) (err error) {
	key, says := answerIn(e)
	b.seen[key] = true
	is, there := b.kept[key]
	if !there {
		if is, there, err = b.runner.answerOf(ctx, key); err != nil {
			return err
		}
	}
	switch {
	case !there && b.isGone(key.run):
	case !there:
		b.fault(e.Seq, "line %d says that %s answered run/%d, and the run does not have that answer any more", e.Seq, key.actor, key.run)
	case is != says:
		b.fault(e.Seq, "what %s answered to run/%d is not what line %d says: it was changed in the database", key.actor, key.run, e.Seq)
	}
	return nil
}

func yesNo(yes bool) string {
	if yes {
		return "approved"
	}
	return "refused"
}

// answerIn is the answer that a line tells of.
func answerIn(e prentice.Evidence) (answerKey, said) {
	key := answerKey{actor: e.Actor}
	for _, ref := range e.Refs {
		if ref.Kind() == "run" && key.run == 0 {
			key.run, _ = strconv.ParseInt(ref.Name(), 10, 64) //nolint:errcheck // 0 is no run, and no one answered it
		}
	}
	var data struct{ Plan, Reason, Door string }
	_ = json.Unmarshal(e.Data, &data) // what does not fit is equal to nothing
	return key, said{yes: e.Kind == "approval.given", plan: data.Plan, reason: data.Reason, door: data.Door}
}

const answersQuery = `SELECT run, actor, yes, plan, reason, door FROM run_approvals`

func (r *Runner) answers(ctx context.Context) (map[answerKey]said, error) {
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

func (r *Runner) answerOf(ctx context.Context, key answerKey) (is said, there bool, err error) {
	var n, yes int64
	err = r.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MAX(yes), 0), COALESCE(MAX(plan), ''), COALESCE(MAX(reason), ''), COALESCE(MAX(door), '') FROM run_approvals WHERE run = ? AND actor = ?`,
		[]any{key.run, string(key.actor)}, &n, &yes, &is.plan, &is.reason, &is.door)
	if err != nil {
		return is, false, fmt.Errorf("read what %s answered to run/%d: %w", key.actor, key.run, err)
	}
	is.yes = yes != 0
	return is, n > 0, nil
}
