package availability

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice/internal/kit/metric"
	"prentice/internal/op"
)

// Metrics is what a monitoring system takes from here.
type Metrics struct {
	Families []metric.Family `json:"families"`
}

// Measured implements op.Measured.
func (m Metrics) Measured() []metric.Family { return m.Families }

// metrics is everything that is measured, of services and of all else.
func (l *Lookout) metrics(ctx context.Context, _ op.Call, _ struct{}) (Metrics, error) {
	services, err := l.list(ctx, op.Call{}, ListIn{})
	if err != nil {
		return Metrics{}, err
	}
	states := metric.Family{Name: "prentice_service_state", Help: "1 for the state that a service is in.", Labels: []string{"service", "state"}}
	latency := metric.Family{Name: "prentice_service_latency_seconds", Help: "Mean time that the probes of a service took, over the last 24 hours.", Labels: []string{"service"}}
	share := metric.Family{Name: "prentice_service_availability_ratio", Help: "Share of passed probes over the last 24 hours, of the probe with the lowest.", Labels: []string{"service"}}
	for _, s := range services.Services {
		for _, state := range []Word{Well, Down, Flapping, Unknown} {
			states.Samples = append(states.Samples, metric.Sample{Labels: []string{s.Ref.Name(), string(state)}, Value: metric.Yes(s.State == state)})
		}
		if s.Availability.Of > 0 {
			latency.Samples = append(latency.Samples, metric.Sample{Labels: []string{s.Ref.Name()}, Value: s.Mean.Seconds()})
			share.Samples = append(share.Samples, metric.Sample{Labels: []string{s.Ref.Name()}, Value: float64(s.Availability.Passed) / float64(s.Availability.Of)})
		}
	}
	l.mu.Lock()
	work := l.work
	l.mu.Unlock()
	m := Metrics{Families: []metric.Family{states, share, latency,
		{Name: "prentice_probes_total", Help: "Probes that were made since the start.", Counter: true, Samples: []metric.Sample{{Value: float64(work.Looks)}}},
		{Name: "prentice_probes_late_total", Help: "Probes that were made later than they were due, since the start.", Counter: true, Samples: []metric.Sample{{Value: float64(work.Late)}}},
		{Name: "prentice_probes_degraded_total", Help: "Probes that passed at the second try, or with a warning, since the start.", Counter: true, Samples: []metric.Sample{{Value: float64(work.Degraded)}}},
	}}
	m.Families = append(m.Families, l.ownMeasures()...)
	if l.Others == nil {
		return m, nil
	}
	others, err := l.Others(ctx)
	m.Families = append(m.Families, others...)
	return m, err
}

// ownMeasures is how well prentice itself looks.
func (l *Lookout) ownMeasures() []metric.Family {
	l.mu.Lock()
	work, pings := l.work, l.pings
	worst, late := l.overdue(time.Now())
	l.mu.Unlock()
	all := []metric.Family{
		{Name: "prentice_probes_due_total", Help: "Probes that were due since the start: made, left out, or late now.", Counter: true, Samples: []metric.Sample{{Value: float64(work.Looks + work.Left + int64(late))}}},
		metric.One("prentice_probes_behind", "Probes that should have begun more than a second ago.", float64(late)),
		metric.One("prentice_probes_behind_seconds", "How late the latest of them is.", worst.Seconds()),
	}
	if l.Alive != nil {
		all = append(all, metric.Family{Name: "prentice_deadman_pings_total", Help: "Pings to the monitor outside since the start, and those that were not sent or not heard.", Counter: true, Labels: []string{"result"},
			Samples: []metric.Sample{{Labels: []string{"heard"}, Value: float64(pings.told)}, {Labels: []string{"not"}, Value: float64(pings.untold)}}})
	}
	return all
}

// Text implements op.Texter.
func (m Metrics) Text() string {
	var b strings.Builder
	for _, f := range m.Families {
		for _, s := range f.Samples {
			var labels []string
			for i, name := range f.Labels {
				labels = append(labels, fmt.Sprintf("%s=%q", name, s.Labels[i]))
			}
			where := ""
			if len(labels) > 0 {
				where = "{" + strings.Join(labels, ",") + "}"
			}
			fmt.Fprintf(&b, "%s%s %s\n", f.Name, where, strconv.FormatFloat(s.Value, 'g', -1, 64))
		}
	}
	return b.String()
}

var (
	_ op.Measured = Metrics{}
	_ op.Texter   = Metrics{}
)
