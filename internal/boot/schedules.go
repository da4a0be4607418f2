package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/run"
	"prentice/internal/skill/automation"
)

// runsLooked is how many of a procedure's ticks are looked through for those of one
// schedule, and how many of its runs for the one that answered a tick.
const runsLooked = 50

// scheduled is every schedule that the team's procedures have, the one that is due
// next first, and those that are never due last.
func (s *System) scheduled(ctx context.Context, now time.Time) ([]automation.Scheduled, error) {
	library, coming := s.Team.Library(), s.schedules.Next(now)
	var list []automation.Scheduled
	for _, p := range library.Known() {
		_, broken := library.Find(p.Name)
		for _, on := range p.On {
			if on.Schedule == "" {
				continue
			}
			one := automation.Scheduled{Procedure: p.Name, Cron: on.Schedule, Zone: on.Zone, With: on.With, Summary: p.Summary}
			if i := slices.IndexFunc(coming, func(c inbox.Coming) bool {
				return c.Procedure == p.Name && c.Cron == on.Schedule && c.Zone == on.Zone && maps.Equal(c.With, on.With)
			}); i >= 0 {
				one.Next = coming[i].Due
			}
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

// lastTick finds what came of the last time at which a schedule was due. Schedules of one
// procedure that give it the same share their ticks.
func (s *System) lastTick(ctx context.Context, one *automation.Scheduled) error {
	ticks, err := s.told(ctx, one, "schedule.tick")
	if err != nil {
		return err
	}
	missed, err := s.told(ctx, one, "schedule.missed")
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
	for _, r := range runs {
		last := r.Event == string(ticks[0].Ref())
		held := r.State == prentice.RunHeld && slices.ContainsFunc(ticks, func(e prentice.EventRecord) bool { return r.Event == string(e.Ref()) })
		if last || held { // what is held is what later ticks want
			one.Run, one.State, one.Says = r.Ref(), r.State, r.Says
			break
		}
	}
	return err
}

// told is what was told lately of a schedule, the newest first.
func (s *System) told(ctx context.Context, one *automation.Scheduled, kind string) ([]prentice.EventRecord, error) {
	list, err := s.inbox.List(ctx, inbox.Filter{Subject: prentice.NewRef("procedure", one.Procedure), Type: kind, Limit: runsLooked})
	of := inbox.Schedule{Procedure: one.Procedure, With: one.With}
	return slices.DeleteFunc(list, func(e prentice.EventRecord) bool { return !of.Told(e.ID) }), err
}
