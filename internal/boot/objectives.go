package boot

import (
	"context"
	"slices"
	"time"

	"prentice"
	"prentice/internal/adapter/tsdb"
	"prentice/internal/engine/objective"
	"prentice/internal/skill/objectives"
	"prentice/internal/team"
)

// objectives is what the chapter of that name needs.
func (s *System) objectives() objectives.Deps {
	return objectives.Deps{
		DB: s.db, Clock: time.Now, Log: s.log, Send: s.inbox.Send, World: owing{s},
		Files: func() ([]objective.Objective, []prentice.Finding, error) { return objective.InFolder(s.Team.dir()) },
		Maintained: func(service prentice.Ref, now time.Time) bool {
			in := s.Team.now.Load()
			return in.calendar().Mute(in.catalog, service, nil, now) != nil
		},
		Before: func(ctx context.Context, service prentice.Ref, probe string, from time.Time) (list []objectives.Span, err error) {
			counted, err := s.lookout.Counted(ctx, service, probe, from)
			for _, c := range counted {
				list = append(list, objectives.Span{From: c.From, Each: c.Each, Counts: objective.Counts{Good: c.Passed, Bad: c.Failed, Unknown: c.Unseen}})
			}
			return list, err
		},
		Counted: func(ctx context.Context, source, query string, from, to time.Time) (float64, bool, error) {
			asked, err := s.measured.Asked(source)
			if err != nil {
				return 0, false, err
			}
			return tsdb.Counted(ctx, asked, query, from, to)
		},
		Counters: func(source, query string) error {
			if s.measured == nil { // they are still being made
				return nil
			}
			if _, err := s.measured.Asked(source); err != nil {
				return err
			}
			return tsdb.Counters(query)
		},
		Incidents: func(ctx context.Context, service prentice.Ref) (list []objectives.Incident, err error) {
			about, err := s.desk.AboutSince(ctx, service, time.Now().Add(-objective.LongestPeriod))
			for _, i := range about {
				list = append(list, objectives.Incident{Ref: i.Ref, Opened: i.Opened, Closed: i.Closed})
			}
			return list, err
		},
	}
}

// budgetOf is how much is left of what a service may fail. Runs are decided after all skills are made.
func (s *System) budgetOf(ctx context.Context, service prentice.Ref) (*prentice.Budget, error) {
	return s.owed.Of(ctx, time.Now(), service)
}

// owing is the catalog, as objectives ask it.
type owing struct{ s *System }

func (w owing) Probe(service prentice.Ref, name string) (every time.Duration, there bool, probes []string) {
	for _, one := range w.s.Team.Catalog().Services {
		if one.Ref != service {
			continue
		}
		for _, p := range one.Probes {
			if probes = append(probes, p.Name); p.Name == name {
				every, there = p.Interval, true
			}
		}
	}
	return every, there, probes
}

func (w owing) Needs(service prentice.Ref) []prentice.Ref {
	services := w.s.Team.Catalog().Services
	i := slices.IndexFunc(services, func(one team.Service) bool { return one.Ref == service })
	if i < 0 {
		return nil
	}
	return services[i].DependsOn
}

// seen counts a look for objectives. Those who look begin after all skills are made.
func (s *System) seen(service prentice.Ref, rule prentice.Probe, at time.Time, seen prentice.Observation) {
	s.owed.Seen(service, rule, at, seen)
}
