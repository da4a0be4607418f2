package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/run"
	"prentice/internal/skill/automation"
)

// runsLooked is how many of a procedure's runs are looked through for the one that
// answered a tick.
const runsLooked = 50

// scheduled is every schedule that the team's procedures have, the one that is due
// next first, and those that are never due last.
func (s *System) scheduled(ctx context.Context, now time.Time) ([]automation.Scheduled, error) {
	library, next := s.Team.Library(), map[inbox.Schedule]time.Time{}
	for _, coming := range s.schedules.Next(now) {
		next[coming.Schedule] = coming.Due
	}
	var list []automation.Scheduled
	for _, p := range library.Known() {
		_, broken := library.Find(p.Name)
		for _, on := range p.On {
			if on.Schedule == "" {
				continue
			}
			one := automation.Scheduled{Procedure: p.Name, Cron: on.Schedule, Zone: on.Zone, Summary: p.Summary,
				Next: next[inbox.Schedule{Procedure: p.Name, Cron: on.Schedule, Zone: on.Zone}]}
			if broken != nil {
				one.Broken = broken.Error()
			}
			if err := s.lastTick(ctx, &one); err != nil {
				return nil, err
			}
			list = append(list, one)
		}
	}
	slices.SortStableFunc(list, func(a, b automation.Scheduled) int {
		if never := a.Next.IsZero(); never != b.Next.IsZero() {
			if never {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.Procedure, b.Procedure))
	})
	return list, nil
}

// lastTick finds what came of the last time at which a procedure was due. Its
// schedules share their ticks.
func (s *System) lastTick(ctx context.Context, one *automation.Scheduled) error {
	about := prentice.NewRef("procedure", one.Procedure)
	ticks, err := s.inbox.List(ctx, inbox.Filter{Subject: about, Type: "schedule.tick", Limit: 1})
	if err != nil {
		return err
	}
	missed, err := s.inbox.List(ctx, inbox.Filter{Subject: about, Type: "schedule.missed", Limit: 1})
	if err != nil {
		return err
	}
	if len(missed) > 0 {
		one.Missed, one.Times = missed[0].Received, 1
		if whole, err := s.inbox.Show(ctx, missed[0].Number); err == nil {
			var data struct{ Count int }
			if json.Unmarshal(whole.Data, &data) == nil && data.Count > 0 {
				one.Times = data.Count
			}
		}
	}
	if len(ticks) == 0 {
		return nil
	}
	one.Fired, one.Says = ticks[0].Time, ticks[0].Says
	runs, err := s.runner.List(ctx, run.Filter{Procedure: one.Procedure, Limit: runsLooked})
	for _, run := range runs {
		if run.Event == string(ticks[0].Ref()) || run.State == prentice.RunHeld { // what is held is what later ticks want
			one.Run, one.State, one.Says = run.Ref(), run.State, run.Says
			break
		}
	}
	return err
}
