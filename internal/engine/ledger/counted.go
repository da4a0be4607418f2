package ledger

import (
	"context"
	"fmt"
)

// counted looks for what no walk along the chain comes past: lines numbered below
// 1, a number that two lines have, and entries of the index of threads that no line
// bears out. It looks no further than the walk did.
func (w *walk) counted(ctx context.Context) error {
	var below, first, lines int64
	err := w.ledger.db.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN seq < 1 THEN 1 ELSE 0 END), 0), COALESCE(MIN(seq), 1), COUNT(*)
		FROM ledger_line WHERE seq <= ?`, []any{w.last}, &below, &first, &lines)
	if err != nil {
		return fmt.Errorf("count the lines of the ledger: %w", err)
	}
	if below > 0 {
		w.report.Fault(first, fmt.Sprintf("%d line(s) are numbered below 1, from %d on: lines are numbered from 1, so no one wrote them in their turn", below, first), restore)
	}
	if lines != below+w.report.Lines {
		w.report.Fault(0, fmt.Sprintf("the ledger has %d lines up to line %d, but only %d of them stand in the chain: a number was given twice", lines, w.last, w.report.Lines), restore)
	}
	var refs int64
	if err := w.ledger.db.QueryRow(ctx, `SELECT COUNT(*) FROM ledger_ref WHERE seq BETWEEN 1 AND ?`, []any{w.last}, &refs); err != nil {
		return fmt.Errorf("count the index of threads: %w", err)
	}
	var stray, where int64
	err = w.ledger.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(r.seq), 0) FROM ledger_ref r WHERE r.seq <= ? AND NOT EXISTS (SELECT 1 FROM ledger_line l WHERE l.seq = r.seq)`,
		[]any{w.last}, &stray, &where)
	if err != nil {
		return fmt.Errorf("look through the index of threads: %w", err)
	}
	switch {
	case stray > 0:
		w.report.Fault(where, fmt.Sprintf("%d entries of the index of threads are of lines that are not there, such as line %d", stray, where), restore)
	case refs > w.refs:
		w.report.Fault(0, fmt.Sprintf("the index of threads has %d entries more than the lines bear out: a line shows in a thread that it does not belong to", refs-w.refs), restore)
	}
	return nil
}
