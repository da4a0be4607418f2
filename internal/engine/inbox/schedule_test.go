package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		t, err = time.Parse("2006-01-02 15:04", s)
	}
	if err != nil {
		panic(err)
	}
	return t
}

func TestWhenAScheduleIsDue(t *testing.T) {
	const london = "Europe/London"
	cases := []struct {
		name, spec, zone, after, now string
		due                          []string // UTC
	}{
		{"every day at two", "0 2 * * *", "", "2026-03-01 02:00", "2026-03-03 02:00", []string{"2026-03-02 02:00", "2026-03-03 02:00"}},
		{"not before its time", "0 2 * * *", "", "2026-03-01 02:00", "2026-03-02 01:59:59", nil},
		{"what was due at the first moment is not due again", "0 2 * * *", "", "2026-03-01 02:00", "2026-03-01 02:00", nil},
		{"a clock that went back finds nothing", "0 2 * * *", "", "2026-03-03 02:00", "2026-03-01 02:00", nil},
		{"the zone's winter", "0 9 * * 1", london, "2026-03-01 00:00", "2026-03-03 00:00", []string{"2026-03-02 09:00"}},
		{"the zone's summer", "0 9 * * 1", london, "2026-07-05 00:00", "2026-07-07 00:00", []string{"2026-07-06 08:00"}},
		{"clocks go forward: the time that is skipped is due at the first moment after", "30 1 * * *", london, "2026-03-28 00:00", "2026-03-31 00:00", []string{"2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"}},
		{"clocks go forward: the hour after is due once", "30 2 * * *", london, "2026-03-29 00:00", "2026-03-30 00:00", []string{"2026-03-29 01:30"}},
		{"clocks go forward: every hour stays every hour", "0 * * * *", london, "2026-03-28 23:30", "2026-03-29 03:00", []string{"2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00", "2026-03-29 03:00"}},
		{"clocks go back: the time that comes twice is due once", "30 1 * * *", london, "2026-10-24 12:00", "2026-10-26 12:00", []string{"2026-10-25 00:30", "2026-10-26 01:30"}},
		{"clocks go back: the hour after is due once", "30 2 * * *", london, "2026-10-25 00:00", "2026-10-26 00:00", []string{"2026-10-25 02:30"}},
		{"clocks go back: every hour stays every hour", "0 * * * *", london, "2026-10-24 23:30", "2026-10-25 02:00", []string{"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"}},
		{"a leap day", "0 0 29 2 *", "", "2026-01-01 00:00", "2028-12-31 00:00", []string{"2028-02-29 00:00"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			due, err := Due(c.spec, c.zone, at(c.after), at(c.now))
			if err != nil {
				t.Fatal(err)
			}
			var want []time.Time
			for _, s := range c.due {
				want = append(want, at(s))
			}
			if !slices.Equal(due, want) {
				t.Errorf("due %v, want %v", due, want)
			}
		})
	}
}

func TestOfManyDueTimesTheLastAreTold(t *testing.T) {
	due, err := Due("* * * * *", "", at("1996-01-01 00:00"), at("2026-01-01 00:00"))
	if err != nil || len(due) != MaxDue || due[MaxDue-1] != at("2026-01-01 00:00") || due[0] != at("2025-12-31 22:21") {
		t.Errorf("%d due, %v", len(due), err)
	}
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ spec, zone string }{
		{"", ""}, {"* * * *", ""}, {"* * * * * *", ""}, {"60 * * * *", ""}, {"@daily", ""}, {"TZ=UTC * * * * *", ""}, {"CRON_TZ=", ""},
		{"0 0 30 2 *", ""}, {"* * * * *", "Europe/Londn"}, {"* * * * *", "Local"}, {"* * * * *", "../etc/passwd"}, {"*/0 * * * *", ""},
	} {
		if _, err := Due(c.spec, c.zone, noon, noon.Add(time.Hour)); err == nil {
			t.Errorf("%q in %q is taken", c.spec, c.zone)
		}
	}
}

// schedules is a clockwork for the world, as it is after a start.
func (w *world) schedules(list ...Schedule) *Schedules {
	w.t.Helper()
	s := NewSchedules(w.inbox, w.clock, slog.New(slog.DiscardHandler))
	if err := s.Set(list); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) tick(s *Schedules) {
	w.t.Helper()
	if err := s.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.deliver()
}

func TestAScheduleFiresOnceWhateverHappens(t *testing.T) {
	backup := Schedule{"backup", "0 13 * * *", "", nil}
	each(t, func(w *world) {
		s := w.schedules(backup)
		w.tick(s)
		w.pass(59 * time.Minute)
		w.tick(s)
		if got := w.toldIDs(); len(got) != 0 {
			t.Fatalf("fired before its time: %v", got)
		}
		w.pass(time.Minute + time.Second)
		w.tick(s)
		w.tick(s)
		w.tick(w.schedules(backup)) // a restart, or a twin
		w.pass(-90 * time.Minute)   // the clock jumps back
		w.tick(s)
		w.pass(90 * time.Minute)
		w.tick(s)
		w.tick(w.schedules(backup))
		if got := w.toldIDs(); !slices.Equal(got, []string{"backup@2026-03-02T13:00:00Z"}) {
			t.Fatalf("fired %v", got)
		}
		e := w.told[0]
		if e.Source != "prentice/schedule" || e.Type != "schedule.tick" || e.Subject != "procedure/backup" || string(e.Data) != `{"due":"2026-03-02T13:00:00Z","procedure":"backup"}` {
			t.Errorf("event %+v %s", e, e.Data)
		}
	})
}

func TestSchedulesThatGiveOtherInputsKnowNothingOfEachOther(t *testing.T) {
	orders, items := Schedule{"backup", "0 13 * * *", "", map[string]string{"table": "orders"}}, Schedule{"backup", "0 13 * * *", "", map[string]string{"table": "items"}}
	plain := Schedule{"backup", "0 13 * * *", "", nil}
	each(t, func(w *world) {
		s := w.schedules(orders, plain)
		w.tick(s)
		w.pass(time.Hour + time.Second)
		w.tick(s)
		w.tick(w.schedules(plain, orders, items)) // a restart, with one more: it has missed nothing
		w.pass(-90 * time.Minute)                 // the clock jumps back
		w.tick(s)
		w.pass(90 * time.Minute)
		w.tick(w.schedules(orders, items, plain))
		if got, want := w.toldIDs(), []string{orders.tick(noon.Add(time.Hour)), "backup@2026-03-02T13:00:00Z"}; !slices.Equal(got, want) {
			t.Fatalf("fired %q, want %q", got, want)
		}
		if says := string(w.told[0].Data); !strings.Contains(says, `"with":{"table":"orders"}`) {
			t.Errorf("data %s", says)
		}
		w.tick(w.schedules(orders, items, plain))
		w.pass(25 * time.Hour) // asleep
		w.tick(w.schedules(orders, items, plain))
		missed := w.toldIDs()[2:]
		if len(missed) != 3 || !orders.Told(missed[0]) || !items.Told(missed[1]) || !plain.Told(missed[2]) || orders.Told(missed[1]) || plain.Told(missed[0]) {
			t.Errorf("missed %q", missed)
		}
	})
}

func TestAProcessThatLeadsAgainHasMissedNothingThatAnotherFired(t *testing.T) {
	sweep := Schedule{"sweep", "* * * * *", "", nil}
	each(t, func(w *world) {
		a, b := w.schedules(sweep), w.schedules(sweep)
		w.tick(a)
		for range 5 { // b leads
			w.pass(time.Minute)
			w.tick(b)
		}
		a.Anew()
		w.tick(a)
		w.pass(time.Minute)
		w.tick(a)
		b.Anew()
		w.tick(b)
		got := w.toldIDs()
		if len(got) != 6 || slices.ContainsFunc(got, func(id string) bool { return strings.Contains(id, "missed") }) {
			t.Errorf("told %q", got)
		}
	})
}

func TestACrashBetweenTheEventAndItsNoteFiresOnce(t *testing.T) {
	backup := Schedule{"backup", "0 13 * * *", "", nil}
	each(t, func(w *world) {
		w.tick(w.schedules(backup))
		w.pass(time.Hour)
		w.receive(tickEvent(backup, noon.Add(time.Hour)))
		w.tick(w.schedules(backup))
		if got := w.toldIDs(); len(got) != 1 {
			t.Errorf("fired %v", got)
		}
	})
}

func TestMissedTicksAreToldAndNotRun(t *testing.T) {
	backup, sweep := Schedule{"backup", "0 13 * * *", "", nil}, Schedule{"sweep", "* * * * *", "", nil}
	each(t, func(w *world) {
		w.tick(w.schedules(backup, sweep))
		w.pass(3*24*time.Hour + 90*time.Minute) // asleep until half past one
		s := w.schedules(backup, sweep)
		w.tick(s)
		w.tick(s)
		if got, want := w.toldIDs(), []string{
			"backup@2026-03-05T13:00:00Z missed 0 13 * * *",
			"sweep@2026-03-05T13:28:00Z missed * * * * *",
			"sweep@2026-03-05T13:29:00Z", "sweep@2026-03-05T13:30:00Z", // noticed in time
		}; !slices.Equal(got, want) {
			t.Fatalf("told %q", got)
		}
		var nightly, minutely struct {
			Count   int
			Missed  []string
			AtLeast bool `json:"at_least"`
		}
		if err := json.Unmarshal(w.told[0].Data, &nightly); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.told[1].Data, &minutely); err != nil {
			t.Fatal(err)
		}
		if nightly.Count != 4 || nightly.AtLeast || nightly.Missed[0] != "2026-03-02T13:00:00Z" {
			t.Errorf("nightly %+v", nightly)
		}
		if minutely.Count != 98 || !minutely.AtLeast {
			t.Errorf("minutely %+v", minutely)
		}
	})
}

func TestAScheduleThatIsNewOrCameBackHasMissedNothing(t *testing.T) {
	backup := Schedule{"backup", "0 13 * * *", "", nil}
	each(t, func(w *world) {
		w.tick(w.schedules(backup))
		w.tick(w.schedules()) // taken away
		w.pass(72 * time.Hour)
		w.tick(w.schedules(backup))
		if got := w.toldIDs(); len(got) != 0 {
			t.Errorf("told %v", got)
		}
	})
}

func TestAClockThatWasAYearAheadDoesNotSilenceASchedule(t *testing.T) {
	backup := Schedule{"backup", "0 13 * * *", "", nil}
	each(t, func(w *world) {
		s := w.schedules(backup)
		w.tick(s)
		w.pass(365 * 24 * time.Hour)
		w.tick(s)
		w.pass(-365 * 24 * time.Hour)
		w.tick(s)
		w.pass(time.Hour)
		w.tick(s)
		got := w.toldIDs()
		if len(got) != 2 || !strings.Contains(got[0], "missed") || got[1] != "backup@2026-03-02T13:00:00Z" {
			t.Errorf("told %q", got)
		}
	})
}

func TestOneBadScheduleDoesNotStopTheOthers(t *testing.T) {
	each(t, func(w *world) {
		s := NewSchedules(w.inbox, w.clock, slog.New(slog.DiscardHandler))
		err := s.Set([]Schedule{{"backup", "0 13 * * *", "", nil}, {"broken", "0 13 * *", "", nil}, {"a/b", "* * * * *", "", nil}, {"report", "30 12 * * *", "Europe/London", nil}})
		if err == nil || !strings.Contains(err.Error(), "procedure broken") || !strings.Contains(err.Error(), `"a/b"`) {
			t.Errorf("error %v", err)
		}
		var names []string
		for _, c := range s.Next(noon) {
			names = append(names, fmt.Sprintf("%s %s", c.Procedure, c.Due.Format("15:04")))
		}
		if !slices.Equal(names, []string{"report 12:30", "backup 13:00"}) {
			t.Errorf("coming %v", names)
		}
	})
}

func TestRunFiresWithoutBeingAsked(t *testing.T) {
	each(t, func(w *world) {
		s := w.schedules(Schedule{"sweep", "* * * * *", "", nil})
		w.tick(s) // it is known at noon, and Run begins a minute later
		w.pass(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { s.Run(ctx) })       //nolint:errcheck // it has none
		running.Go(func() { w.inbox.Run(ctx) }) //nolint:errcheck // it has none
		w.await("the tick", func() bool { return len(w.toldIDs()) == 1 })
		cancel()
		running.Wait()
		if w.told[0].Subject != prentice.Ref("procedure/sweep") {
			t.Errorf("told %+v", w.told[0])
		}
	})
}
