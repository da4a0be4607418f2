package ledger

import (
	"context"

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
