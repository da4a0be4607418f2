package boot

import (
	"context"

	"prentice/internal/kit/metric"
)

// measure is what a monitoring system takes, of all but the services.
func (s *System) measure(ctx context.Context) ([]metric.Family, error) {
	stopped, _ := s.stopped(ctx)
	paused, _ := s.paused(ctx)
	all := []metric.Family{
		metric.One("prentice_stopped", "1 while everything is stopped.", metric.Yes(stopped)),
		metric.One("prentice_paused", "1 while runs that no person requested wait after an unclean shutdown.", metric.Yes(paused)),
	}
	if s.replicas != nil {
		all = append(all, metric.One("prentice_replica_leads", "1 for the replica that makes the probes and keeps the schedules.", metric.Yes(s.replicas.Leads())))
	}
	for _, measure := range []func(context.Context) ([]metric.Family, error){s.runner.Measure, s.desk.Measure, s.inbox.Measure, s.outbox.Measure, s.outgoing.Measure, s.ledger.Measure, s.measureRetention} {
		families, err := measure(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, families...)
	}
	return all, nil
}
