package ledger

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
	"prentice/internal/kit/metric"
)

// Measure tells a monitoring system how long the chain is, and up to where it is
// signed.
func (l *Ledger) Measure(ctx context.Context) ([]metric.Family, error) {
	h, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	return []metric.Family{
		{Name: "prentice_evidence_entries_total", Help: "Entries of evidence.", Counter: true, Samples: []metric.Sample{{Value: float64(h.Seq)}}},
		metric.One("prentice_evidence_signed_entries", "The last entry that a checkpoint has signed.", float64(h.SignedSeq)),
	}, nil
}

// Stock is how many lines there are, and when the first was written.
func (l *Ledger) Stock(ctx context.Context) (db.Stock, error) {
	s, err := l.db.Stock(ctx, "ledger_line", "seq", "time")
	if err != nil {
		return s, fmt.Errorf("count the lines of the ledger: %w", err)
	}
	return s, nil
}
