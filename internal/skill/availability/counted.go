package availability

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/series"
)

// Counted is what was seen of a probe in a span of time.
type Counted struct {
	From                   time.Time
	Each                   time.Duration
	Passed, Failed, Unseen int64
}

// Counted is what was seen of a probe from a time on, in order: by the hour, and of the last day by
// five minutes.
func (l *Lookout) Counted(ctx context.Context, service prentice.Ref, probe string, from time.Time) (list []Counted, err error) {
	if l.DB == nil {
		return nil, nil
	}
	fine := series.Hour.Start(series.Hour.Slot(l.Clock().Add(-series.KeepFine)) + 2) // surely whole
	for _, p := range []struct {
		step     series.Step
		from, to time.Time
	}{{series.Hour, from, fine}, {series.Fine, fine, l.Clock().Add(time.Hour)}} {
		all, err := l.kept.slots(ctx, service, p.step, p.step.Slot(p.from))
		if err != nil {
			return nil, err
		}
		for _, s := range all[key{service, probe}] {
			if at := p.step.Start(s.Slot); at.Before(p.to) {
				list = append(list, Counted{at, time.Duration(p.step), s.Passed, s.Failed, s.Unseen})
			}
		}
	}
	return list, nil
}
