package inbox

import (
	"context"
	"fmt"

	"prentice/internal/kit/metric"
)

// Measure tells a monitoring system how many events came and how many stand still.
func (in *Inbox) Measure(ctx context.Context) ([]metric.Family, error) {
	var received, waiting, failed int64
	err := in.db.QueryRow(ctx, `SELECT COALESCE((SELECT last FROM series WHERE name = 'event'), 0), (SELECT COUNT(*) FROM inbox_marks WHERE state = 'waiting'), (SELECT COUNT(*) FROM inbox_marks WHERE state = 'failed')`,
		nil, &received, &waiting, &failed)
	if err != nil {
		return nil, fmt.Errorf("measure events: %w", err)
	}
	return []metric.Family{
		{Name: "prentice_events_received_total", Help: "Events that were received and are not repetitions.", Counter: true, Samples: []metric.Sample{{Value: float64(received)}}},
		metric.One("prentice_events_waiting", "Events that have not been handled yet.", float64(waiting)),
		metric.One("prentice_events_failed", "Events that could not be handled, though tried again.", float64(failed)),
	}, nil
}
