package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
)

// findable checks that every line is in the index by which threads are found: a
// line that no one finds is as good as removed. It asks once for many refs.
func (w *walk) findable(ctx context.Context, lines []prentice.Evidence) error {
	if len(lines) == 0 {
		return nil
	}
	wanted := map[prentice.Ref]bool{}
	for _, e := range lines {
		for _, ref := range e.Refs {
			wanted[ref] = true
		}
	}
	found := map[place]bool{}
	for refs := range slices.Chunk(slices.Sorted(maps.Keys(wanted)), 200) {
		if err := w.ledger.indexed(ctx, refs, lines[0].Seq, lines[len(lines)-1].Seq, found); err != nil {
			return err
		}
	}
	for _, e := range lines {
		for _, ref := range e.Refs {
			if !found[place{ref, e.Seq}] {
				w.report.Fault(e.Seq, fmt.Sprintf("line %d is about %s, but the index of threads does not say so: it was hidden", e.Seq, ref), restore)
			}
			delete(found, place{ref, e.Seq})
		}
	}
	return nil
}

// place is one entry of the index.
type place struct {
	ref prentice.Ref
	seq int64
}

func (l *Ledger) indexed(ctx context.Context, refs []prentice.Ref, from, to int64, found map[place]bool) (err error) {
	args := make([]any, 0, len(refs)+2)
	for _, ref := range refs {
		args = append(args, string(ref))
	}
	rows, err := l.db.Query(ctx, `SELECT ref, seq FROM ledger_ref WHERE ref IN (?`+strings.Repeat(",?", len(refs)-1)+`) AND seq BETWEEN ? AND ?`, append(args, from, to)...)
	if err != nil {
		return fmt.Errorf("read the index of threads: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.ref, &p.seq); err != nil {
			return fmt.Errorf("read the index of threads: %w", err)
		}
		found[p] = true
	}
	return rows.Err()
}
