package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"prentice"
	"prentice/internal/engine/ledger"
)

// Lines lists evidence.
type Lines func(context.Context, ledger.Filter) ([]prentice.Evidence, error)

// Borne compares the answers that runs go by with the evidence of them, in both
// directions: an approval in the table that no line bears out was given by no one, and
// a line whose approval is gone tells of one that was taken away. An answer and its
// line are one write, so neither is ever there alone.
func (r *Store) Borne(ctx context.Context, lines Lines) ([]ledger.Fault, error) {
	// The table is read first: what is written meanwhile has a line, and is asked for
	// by itself when the line is met.
	kept, err := r.answers(ctx)
	if err != nil {
		return nil, err
	}
	b := borne{runs: r, kept: kept, seen: map[answerKey]bool{}}
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
	runs   *Store
	kept   map[answerKey]said
	seen   map[answerKey]bool
	gone   []stretch // runs that are no longer kept, by the evidence
	faults []ledger.Fault
}

func (b *borne) fault(seq int64, says string, args ...any) {
	b.faults = append(b.faults, ledger.Fault{Seq: seq, Says: fmt.Sprintf(says, args...),
		Try: "find out who could write to the database, and do not rely on what the run did by it; compare with a backup"})
}

// each goes along the evidence of one kind.
func (b *borne) each(ctx context.Context, kind string, list Lines, do func(context.Context, prentice.Evidence) error) error {
	for f := (ledger.Filter{Kind: kind, After: 1, Limit: 500}); ; {
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
		if is, there, err = b.runs.answerOf(ctx, key); err != nil {
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
