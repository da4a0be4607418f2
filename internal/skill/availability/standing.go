package availability

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/team"
)

// Standing is how a service stands, and why it is thought so.
type Standing struct {
	Ref   prentice.Ref `json:"ref"`
	State Word         `json:"state"`
	Since time.Time    `json:"since,omitzero"`
	Says  string       `json:"says"`
}

// standing is a service as its probes see it together: the worst counts. A
// service is well only if every probe says so.
func standing(service prentice.Ref, probes []probeState) Standing {
	s := Standing{Ref: service, State: Unknown, Says: "it has no probes; add the annotation prentice.dev/probes to it in the catalog"}
	worst := -1
	for _, p := range probes {
		switch rank := rankOf(p.State.Word); {
		case rank > worst:
			worst = rank
			s.State, s.Since, s.Says = orUnknown(p.State.Word), p.State.Since, p.says(len(probes))
		case rank == worst && s.State == Well && p.State.Since.After(s.Since), rank == worst && s.State != Well && p.State.Since.Before(s.Since):
			s.Since, s.Says = p.State.Since, p.says(len(probes))
		}
	}
	return s
}

// rankOf orders words from what is best to what is worst. What is known to be
// down is worse than what is not known.
func rankOf(w Word) int {
	switch w {
	case Well:
		return 0
	case Flapping, Degraded:
		return 2
	case Down:
		return 3
	default:
		return 1
	}
}

// probeState is a probe as it is believed at the moment.
type probeState struct {
	Probe prentice.Probe
	State State
	day   day
}

func (p probeState) says(of int) string {
	if of == 1 {
		return p.State.Reason
	}
	return fmt.Sprintf("%s: %s", p.Probe.Name, p.State.Reason)
}

// seen is all that is known of a service's probes now. Probes that no one has
// looked at are among them.
func (l *Lookout) seen(now time.Time, s team.Service) []probeState {
	var list []probeState
	for _, p := range s.Probes {
		known := probeState{Probe: p}
		if w := l.all[key{s.Ref, p.Name}]; w != nil {
			known.State, known.day = w.state, append(day(nil), w.day...)
		}
		known.State = known.State.At(now, l.believed(rulesOf(p)))
		list = append(list, known)
	}
	return list
}

// view is what is known of some services at one moment.
func (l *Lookout) view(ctx context.Context, services []team.Service) ([][]probeState, time.Time, error) {
	if err := l.load(ctx); err != nil {
		return nil, time.Time{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.follow()
	now := l.Clock()
	all := make([][]probeState, len(services))
	for i, s := range services {
		all[i] = l.seen(now, s)
	}
	return all, now, nil
}

// Services is how every service of the catalog stands.
func (l *Lookout) Services(ctx context.Context) ([]Standing, error) {
	services := l.catalog().Services
	all, _, err := l.view(ctx, services)
	if err != nil {
		return nil, err
	}
	list := make([]Standing, len(services))
	for i, s := range services {
		list[i] = standing(s.Ref, all[i])
	}
	return list, nil
}

// Health counts the services that are down or flapping, and those of which
// anything is known at all.
func (l *Lookout) Health(ctx context.Context) (unhealthy, known int, err error) {
	return l.Unhealthy(ctx, nil)
}

// Unhealthy counts like Health, leaving out the services named and whatever
// depends on them: that those are not well is why someone asks.
func (l *Lookout) Unhealthy(ctx context.Context, except []prentice.Ref) (unhealthy, known int, err error) {
	return l.UnhealthyIn(ctx, "", except)
}

// UnhealthyIn counts like Unhealthy among the services of one system; of all
// with "".
func (l *Lookout) UnhealthyIn(ctx context.Context, system prentice.Ref, except []prentice.Ref) (unhealthy, known int, err error) {
	out := map[prentice.Ref]bool{}
	for _, ref := range except {
		out[ref] = true
		for _, d := range l.catalog().Dependants(ref) {
			out[d] = true
		}
	}
	for _, s := range l.catalog().Services {
		out[s.Ref] = out[s.Ref] || system != "" && s.System != system
	}
	list, err := l.Services(ctx)
	for _, s := range list {
		if out[s.Ref] || s.State == Unknown {
			continue
		}
		known++
		if s.State != Well {
			unhealthy++
		}
	}
	return unhealthy, known, err
}
