package boot

import (
	"context"
	"time"

	"prentice/internal/adapter/checkrun"
	"prentice/internal/engine/experiment"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/prototype"
	"prentice/internal/engine/retention"
	"prentice/internal/engine/series"
	"prentice/internal/engine/webhook"
	"prentice/internal/kit/db"
	"prentice/internal/kit/metric"
	"prentice/internal/skill"
	"prentice/internal/skill/oncall"
	"prentice/internal/skill/standards"
)

// What is kept when no setting says otherwise.
const (
	defaultHistoryKeep = "400d"
	defaultEventsKeep  = "90d"
)

// keepOutcomes is how long what was judged of a content is kept after it was last asked for.
const keepOutcomes = 30 * 24 * time.Hour

// openRetention builds what removes what is old.
func (s *System) openRetention() error {
	sorts, err := s.sorts()
	if err != nil {
		return err
	}
	s.inbox.OnForget(s.desk.ForgetEvents)
	s.retention = retention.New(retention.Keeper{DB: s.db, Clock: time.Now, Recorder: s.ledger, Log: s.log, Sorts: sorts, Needed: s.needed})
	return nil
}

// needed is what must stay, whatever its age: what open incidents name, and what
// runs that have not ended go by.
func (s *System) needed(ctx context.Context) (map[string]bool, error) {
	needed, err := s.desk.Needed(ctx)
	if err != nil {
		return nil, err
	}
	open, err := s.runner.Needed(ctx)
	for ref := range open {
		needed[ref] = true
	}
	return needed, err
}

// sorts is everything that grows, in the order in which it is removed: what names
// others comes before what it names.
func (s *System) sorts() ([]retention.Sort, error) {
	history, err := days("history-keep", orElse(s.Settings.HistoryKeep, defaultHistoryKeep))
	if err != nil {
		return nil, err
	}
	events, err := days("events-keep", orElse(s.Settings.EventsKeep, defaultEventsKeep))
	if err != nil {
		return nil, err
	}
	logs, err := s.Settings.keep()
	if err != nil {
		return nil, err
	}
	of := func(by string, keep time.Duration, name, holds string, remove func(context.Context, db.Sweep) (db.Swept, error), stock func(context.Context) (db.Stock, error)) retention.Sort {
		return retention.Sort{Name: name, Holds: holds, By: by, Keep: keep, Ever: keep == 0, Remove: remove, Stock: stock}
	}
	list := []retention.Sort{
		{Name: "evidence", Holds: "what was seen and done, by whom", Ever: true, Stock: s.ledger.Stock},
		of("logs-keep", logs.Age, "logs", "what the steps of runs printed", s.sweepLogs, s.stockOfLogs),
		of("history-keep", history, "runs", "with their steps and answers", s.runner.Forget, s.runner.Stock),
		of("history-keep", history, "plans", "that no run has any more", s.runner.ForgetPlans, nil),
		of("history-keep", history, "incidents", "with their timelines", s.desk.Forget, s.desk.Stock),
		of("history-keep", history, "calls", "of people for incidents that are over", skill.At[*oncall.Desk](s.Skills).Forget, nil),
		of("history-keep", history, "covers", "of turns on call, that have ended", skill.At[*oncall.Desk](s.Skills).ForgetCovers, nil),
		of("history-keep", history, "silences", "that have expired", s.silences.Forget, s.silences.Stock),
		of("history-keep", history, "tokens", "that have expired, and sessions that have ended", s.Identity.Forget, nil),
		of("history-keep", history, "feedback", "of prototypes that are decided, with its pictures", (&prototype.Store{DB: s.db}).Forget, (&prototype.Store{DB: s.db}).Stock),
		of("history-keep", history, "users", "of experiments that have ended: digests of them", (&experiment.Store{DB: s.db}).Forget, nil),
		of("history-keep", history, "counts", "for cooldowns and absences that are over", s.runner.ForgetCounts, nil),
		of("events-keep", events, "events", "with the ids by which they are known again", s.inbox.Forget, s.inbox.Stock),
		of("events-keep", events, "deliveries", "messages to webhooks, and what they are known by", (&webhook.Store{DB: s.db}).Forget, (&webhook.Store{DB: s.db}).Stock),
		of("events-keep", events, "verdicts", "on claims, such as what probes ask", s.claimed.Forget, s.claimed.Stock),
		of("events-keep", events, "notices", "the messages to people", s.outbox.Forget, s.outbox.Stock),
	}
	list = append(list, of("events-keep", events, "webhook deliveries", "events on their way to programs outside", s.outgoing.Forget, s.outgoing.Stock))
	if s.replicas != nil {
		list = append(list, of("events-keep", events, "replicas", "processes that left or died", s.replicas.Forget, nil))
	}
	measured := &series.Store{DB: s.db}
	desk, tests := skill.At[*standards.Desk](s.Skills), &standards.Histories{DB: s.db}
	list = append(list,
		of("events-keep", events, "checks", "of repositories, but for the last of each branch", desk.ForgetRuns, desk.StockOfRuns),
		of("events-keep", events, "tests", "what cases and coverage were like, of checks that are performed no more", tests.ForgetHistories, tests.StockOfHistories),
		of("", keepOutcomes, "folders", "of checks of repositories that left the catalog: caches and logs", s.sweepChecks, nil),
		of("", keepOutcomes, "outcomes", "of rules, by the content that was looked at, since it was last asked for", desk.Forget, desk.Stock),
	)
	return append(list,
		of("", series.KeepFine, "measurements", "of the probes, for the charts of a day", measured.Forget(series.Fine), measured.Stock(series.Fine)),
		of("", series.KeepHour, "measurements by the hour", "for the charts of up to 90 days", measured.Forget(series.Hour), measured.Stock(series.Hour)),
		of("", series.KeepDay, "measurements by the day", "for forecasts of months", measured.Forget(series.Day), measured.Stock(series.Day)),
		retention.Sort{Name: "keys", Holds: "by which a repeated request is known", Keep: 24 * time.Hour},
		retention.Sort{Name: "sessions", Holds: "of people who signed in", Keep: identity.SessionLife},
	), nil
}

// sweepChecks removes the folders of repositories that the catalog has no more, on the
// machine of the process that performs checks.
func (s *System) sweepChecks(_ context.Context, sweep db.Sweep) (db.Swept, error) {
	stays := map[string]bool{}
	for _, r := range s.Team.Catalog().Repositories {
		stays[folderOf(r.Ref.Name())] = true
	}
	n, err := checkrun.Gone(s.own("checks"), stays, sweep.Before)
	return db.Swept{Removed: n, Over: true}, err
}

func (s *System) stockOfLogs(context.Context) (db.Stock, error) {
	return db.Stock{Rows: -1, Bytes: s.logs.Held()}, nil
}

// showRetention is all that is kept, with what the disk has left.
func (s *System) showRetention(ctx context.Context) (retention.Report, error) {
	r, err := s.retention.Show(ctx)
	if err != nil {
		return r, err
	}
	r.Room = int64(min(room(s.Settings.Data), 1<<62)) //nolint:gosec // it is no more than that
	r.Daily, r.Full = readTrend(s.own("")).fills(time.Now(), r.Room)
	return r, nil
}

// measureRetention tells a monitoring system whether old things are removed.
func (s *System) measureRetention(ctx context.Context) ([]metric.Family, error) {
	says, _, err := s.retention.Held(ctx)
	size, _, err2 := s.db.Size(ctx)
	if err == nil {
		err = err2
	}
	return []metric.Family{
		metric.One("prentice_retention_held", "1 while nothing old is removed, because the clock is not believed.", metric.Yes(says != "")),
		metric.One("prentice_database_bytes", "What the database takes.", float64(size)),
	}, err
}
