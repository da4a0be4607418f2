package availability

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/team"
)

// counting is a service of the catalog with the probes of these names alone; none is all.
func (l *Lookout) counting(ref prentice.Ref, names []string) (team.Service, error) {
	s, err := l.catalog().Service(string(ref))
	if err == nil && len(names) > 0 {
		s.Probes = slices.DeleteFunc(slices.Clone(s.Probes), func(p prentice.Probe) bool { return !slices.Contains(names, p.Name) })
	}
	return s, err
}

// Stands is how a service stands by some of its probes.
func (l *Lookout) Stands(ctx context.Context, ref prentice.Ref, names []string) (Standing, error) {
	s, err := l.counting(ref, names)
	if err != nil {
		return Standing{}, err
	}
	all, _, err := l.view(ctx, []team.Service{s})
	if err != nil {
		return Standing{}, err
	}
	return standing(s.Ref, all[0]), nil
}

// Days is a bar for each of the last days, oldest first, by some probes of a service.
func (l *Lookout) Days(ctx context.Context, ref prentice.Ref, names []string, now time.Time, days int) ([]Bar, error) {
	s, err := l.counting(ref, names)
	if err != nil {
		return nil, err
	}
	out := History{Ref: s.Ref, Days: days, Each: 24 * time.Hour}
	hours, err := l.kept.hours(ctx, s.Ref, out.begins(now))
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", s.Ref, err)
	}
	out.draw(now, s.Probes, hours)
	return out.Bars, nil
}
