package availability

import (
	"context"
	"time"

	"prentice"
)

// Ending is something that a probe saw which ends by itself: a certificate, or the
// registration of a domain.
type Ending struct {
	Service prentice.Ref
	Owner   prentice.Ref
	Probe   string
	Kind    string
	Ends    time.Time
	Says    string
	Seen    time.Time
	Pressed bool // the probe itself tells people by now
}

// Endings are those that the probes of the catalog saw last. What was not seen yet is not
// among them.
func (l *Lookout) Endings(ctx context.Context) (list []Ending, err error) {
	services := l.catalog().Services
	all, _, err := l.view(ctx, services)
	if err != nil {
		return nil, err
	}
	for i, s := range services {
		for _, p := range all[i] {
			for n := len(p.State.Last) - 1; n >= 0; n-- {
				if seen := p.State.Last[n]; !seen.Ends.IsZero() {
					list = append(list, Ending{s.Ref, s.Owner, p.Probe.Name, p.Probe.Kind, seen.Ends, seen.Says, seen.Time, seen.Degraded || seen.Truth == prentice.Fail})
					break
				}
			}
		}
	}
	return list, nil
}
