package notice

import (
	"context"

	"prentice/internal/kit/metric"
)

// Measure tells a monitoring system what became of messages to people.
func (o *Outbox) Measure(ctx context.Context) ([]metric.Family, error) {
	f := metric.Family{Name: "prentice_notices", Help: "Messages to people that are kept, by channel and state.", Labels: []string{"channel", "state"}}
	err := f.Fill(o.DB.Query(ctx, `SELECT channel, state, COUNT(*) FROM notices GROUP BY channel, state ORDER BY channel, state`))
	return []metric.Family{f}, err
}
