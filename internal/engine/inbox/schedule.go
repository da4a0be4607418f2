package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/cron"
)

const (
	late     = time.Minute      // a tick that is noticed later than this was missed
	lookUp   = 20 * time.Second // how often the clock is looked at, because it may jump
	ticksOwn = "prentice/schedule"
)

// Schedule is a procedure's wish to be proposed at certain times: cron's five
// fields in an IANA zone. With is the inputs that its runs are given; schedules
// of one procedure that differ in them know nothing of each other.
type Schedule struct {
	Procedure string
	Cron      string
	Zone      string
	With      map[string]string
}

// key tells schedules of one procedure apart by what their runs are given.
func (s Schedule) key() string { return prentice.GivenKey(s.With) }

// same says whether another is the same wish.
func (s Schedule) same(o Schedule) bool {
	return s.Procedure == o.Procedure && s.Cron == o.Cron && s.Zone == o.Zone && maps.Equal(s.With, o.With)
}

// given stands in the id of what is told of a schedule before the key of what it gives.
const given = " with "

// tick names a due time of the schedule.
func (s Schedule) tick(due time.Time) string {
	id := s.Procedure + "@" + due.Format(time.RFC3339)
	if key := s.key(); key != "" {
		id += given + key
	}
	return id
}

// Told says whether an event of its procedure's schedules, which has that id, tells of
// one that gives the same.
func (s Schedule) Told(id string) bool {
	if key := s.key(); key != "" {
		return strings.Contains(id, given+key)
	}
	return !strings.Contains(id, given)
}

// Coming is when a schedule is due next.
type Coming struct {
	Schedule
	Due time.Time
}

// Schedules sends a schedule.tick event when a schedule is due. The event's id
// is made of the procedure, what it is given and the due time, so that none fires
// twice: not after a restart, not beside a twin, not when the clock jumps back. What was
// due while no one looked is told as one schedule.missed event and is not run:
// five nightly backups at nine in the morning help no one.
type Schedules struct {
	inbox *Inbox
	clock func() time.Time
	log   *slog.Logger
	reset chan struct{}

	mu      sync.Mutex // guards list and changed
	list    []*watched
	changed bool // since the last Tick

	turn sync.Mutex // held by the one Tick
}

// watched is a schedule with what is known of it.
type watched struct {
	Schedule
	rule *cron.Schedule
	seen time.Time // zero until it has been read or first noted
}

// NewSchedules sends its events to an inbox and keeps its place beside them.
func NewSchedules(in *Inbox, clock func() time.Time, log *slog.Logger) *Schedules {
	return &Schedules{inbox: in, clock: clock, log: log, reset: make(chan struct{}, 1)}
}

// Set says which schedules there are from now on. One that cannot be read is
// left out and named in the error; the others count.
func (s *Schedules) Set(schedules []Schedule) error {
	var wrong []error
	var list []*watched
	for _, one := range schedules {
		rule, err := parseSchedule(one.Cron, one.Zone)
		switch {
		case !prentice.ValidName(one.Procedure):
			err = prentice.Errorf(prentice.Invalid, "%q is not a procedure's name", clip.Text(one.Procedure))
		case err != nil:
			err = fmt.Errorf("procedure %s: %w", one.Procedure, err)
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if !slices.ContainsFunc(list, func(w *watched) bool { return w.same(one) }) {
			list = append(list, &watched{Schedule: one, rule: rule})
		}
	}
	s.mu.Lock()
	s.list, s.changed = list, true
	s.mu.Unlock()
	select {
	case s.reset <- struct{}{}:
	default:
	}
	return errors.Join(wrong...)
}

// Anew forgets how far this process has seen each schedule: another that shares
// the database may have gone on since.
func (s *Schedules) Anew() {
	s.turn.Lock()
	defer s.turn.Unlock()
	for _, w := range s.all() {
		w.seen = time.Time{}
	}
}

// Next is when each schedule is due after now, soonest first.
func (s *Schedules) Next(now time.Time) []Coming {
	coming := []Coming{}
	for _, w := range s.all() {
		if due := w.rule.Next(now); !due.IsZero() {
			coming = append(coming, Coming{w.Schedule, due.UTC()})
		}
	}
	slices.SortStableFunc(coming, func(a, b Coming) int { return a.Due.Compare(b.Due) })
	return coming
}

func (s *Schedules) all() []*watched {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list
}

// Run fires what is due until ctx ends.
func (s *Schedules) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("schedules", "err", err)
		}
		t := time.NewTimer(s.wait())
		select {
		case <-ctx.Done():
		case <-s.reset:
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// wait is how long until the next due time; never so long that a jump of the
// clock goes unnoticed.
func (s *Schedules) wait() time.Duration {
	now := s.clock()
	if coming := s.Next(now); len(coming) > 0 {
		return min(coming[0].Due.Sub(now), lookUp)
	}
	return lookUp
}

// Tick fires what is due at this moment and tells what was missed.
func (s *Schedules) Tick(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	now := s.clock().UTC()
	if err := s.forget(ctx); err != nil {
		return err
	}
	var wrong []error
	for _, w := range s.all() {
		if err := s.tick(ctx, w, now); err != nil {
			wrong = append(wrong, fmt.Errorf("schedule %q of %s: %w", w.Cron, w.Procedure, err))
		}
	}
	return errors.Join(wrong...)
}

func (s *Schedules) tick(ctx context.Context, w *watched, now time.Time) error {
	if err := s.recall(ctx, w, now); err != nil {
		return err
	}
	if w.seen.Sub(now) > late {
		// The clock was ahead and has been put right. What fired in that time is
		// known by its id; what did not will come in its own time.
		s.log.Warn("the clock has jumped back", "procedure", w.Procedure, "seen", w.seen, "now", now)
		return s.note(ctx, w, now)
	}
	all := dueOf(w.rule, w.seen, now)
	if len(all) == 0 {
		return nil
	}
	missed, due := split(all, now)
	if len(missed) > 0 {
		if err := s.inbox.Send(ctx, missedEvent(w, missed, len(all) == MaxDue, now)); err != nil {
			return err
		}
	}
	for _, at := range due {
		if err := s.inbox.Send(ctx, tickEvent(w.Schedule, at)); err != nil {
			return err
		}
	}
	return s.note(ctx, w, all[len(all)-1])
}

// split tells those that were missed from those that are due.
func split(all []time.Time, now time.Time) (missed, due []time.Time) {
	for _, at := range all {
		if now.Sub(at) > late {
			missed = append(missed, at)
		} else {
			due = append(due, at)
		}
	}
	return missed, due
}

func tickEvent(s Schedule, due time.Time) prentice.Event {
	said := map[string]any{"procedure": s.Procedure, "due": due.Format(time.RFC3339)}
	if len(s.With) > 0 {
		said["with"] = s.With
	}
	data, _ := json.Marshal(said) // strings have a JSON form
	return prentice.Event{
		ID: s.tick(due), Source: ticksOwn, Type: "schedule.tick",
		Subject: prentice.NewRef("procedure", s.Procedure), Time: due, Data: data,
	}
}

// missedEvent tells which due times have passed. more says that there may have
// been others before those that were counted.
func missedEvent(w *watched, missed []time.Time, more bool, now time.Time) prentice.Event {
	last := missed[len(missed)-1]
	times := make([]string, len(missed))
	for i, at := range missed {
		times[i] = at.Format(time.RFC3339)
	}
	data, _ := json.Marshal(struct { // strings and whole numbers have a JSON form
		Procedure string            `json:"procedure"`
		Cron      string            `json:"cron"`
		Zone      string            `json:"zone"`
		With      map[string]string `json:"with,omitempty"`
		Count     int               `json:"count"`
		AtLeast   bool              `json:"at_least"`
		Missed    []string          `json:"missed"`
		Since     string            `json:"since"`
	}{w.Procedure, w.Cron, w.Zone, w.With, len(missed), more, times, w.seen.Format(time.RFC3339)})
	return prentice.Event{
		ID: w.tick(last) + " missed " + w.Cron, Source: ticksOwn, Type: "schedule.missed",
		Subject: prentice.NewRef("procedure", w.Procedure), Time: now, Data: data,
	}
}
