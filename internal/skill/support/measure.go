package support

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
	"prentice/internal/kit/metric"
)

// Measure tells a monitoring system how many incidents there were and are.
func (s *Support) Measure(ctx context.Context) ([]metric.Family, error) {
	var all, open, called, oldest, acked int64
	err := s.DB.QueryRow(ctx, `SELECT COALESCE((SELECT MAX(number) FROM incidents), 0), COUNT(*), COALESCE(SUM(CASE WHEN called > 0 THEN 1 ELSE 0 END), 0), COALESCE(MIN(opened), 0), COALESCE(SUM(CASE WHEN acked > 0 THEN 1 ELSE 0 END), 0) FROM incidents WHERE closed = 0`,
		nil, &all, &open, &called, &oldest, &acked)
	if err != nil {
		return nil, fmt.Errorf("measure incidents: %w", err)
	}
	var age float64
	if open > 0 {
		age = max(0, s.Clock().Sub(db.Time(oldest)).Seconds())
	}
	var muted int64
	if err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM support_muted`, nil, &muted); err != nil {
		return nil, fmt.Errorf("measure what is silenced: %w", err)
	}
	return []metric.Family{
		metric.One("prentice_symptoms_silenced", "Symptoms that are silenced and have no incident.", float64(muted)),
		{Name: "prentice_incidents_total", Help: "Incidents that were opened.", Counter: true, Samples: []metric.Sample{{Value: float64(all)}}},
		metric.One("prentice_incidents_open", "Incidents that are open.", float64(open)),
		metric.One("prentice_incidents_escalated", "Open incidents for which a person was called.", float64(called)),
		metric.One("prentice_incidents_acknowledged", "Open incidents that someone has acknowledged.", float64(acked)),
		metric.One("prentice_incidents_oldest_seconds", "How long the oldest open incident has been open.", age),
	}, nil
}
