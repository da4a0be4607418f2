package availability

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestAHistoryIsHonestAboutWhatNobodySaw(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 30, 0, 0, time.UTC)
	hour := series.Hour.Slot(now)
	probes := []prentice.Probe{{Name: "http"}, {Name: "tcp"}}
	hours := map[string][]Slot{
		"http": {{Slot: hour - 26, Passed: 120}, {Slot: hour - 2, Passed: 100, Failed: 20}, {Slot: hour, Passed: 60}},
		"tcp":  {{Slot: hour - 26, Passed: 120}, {Slot: hour - 2, Failed: 120}, {Slot: hour, Unseen: 60}},
		"gone": {{Slot: hour, Failed: 120}}, // a probe that the catalog has no more
	}
	week := History{Days: 7, Each: time.Hour}
	week.draw(now, probes, hours)
	at := func(h History, i int) Word { return h.Bars[len(h.Bars)-1-i].State }
	if n := len(week.Bars); n != 7*24 || at(week, 0) != Well || at(week, 1) != Unknown || at(week, 2) != Down || at(week, 26) != Well || at(week, 100) != Unknown {
		t.Errorf("%d bars: %s %s %s %s %s", n, at(week, 0), at(week, 1), at(week, 2), at(week, 26), at(week, 100))
	}
	if got := week.Availability.Counts(); got != "120 of 240" {
		t.Errorf("the worst probe has %s", got)
	}
	if got := week.Gap(); got != "What was seen is kept since 3 March 10:00 UTC; before that it is unknown." {
		t.Errorf("the gap says %q", got)
	}
	if n := len(week.Rows()); n != 3 {
		t.Errorf("%d hours have something to say", n)
	}
	months := History{Days: 90, Each: 24 * time.Hour}
	months.draw(now, probes, hours)
	if n := len(months.Bars); n != 90 || at(months, 0) != Down || at(months, 1) != Well || at(months, 2) != Unknown {
		t.Errorf("%d bars: %s %s %s", n, at(months, 0), at(months, 1), at(months, 2))
	}
	stretches, width := months.Stretches(), 0
	for _, s := range stretches {
		width += s.Width
	}
	if width != 90 || len(stretches) != 3 || stretches[0].Says != "5 Dec to 2 Mar: not checked" || stretches[2].Says != "4 Mar: 160 of 300 checks passed" {
		t.Errorf("%d of 90 in %+v", width, stretches)
	}
	empty := History{Days: 7, Each: time.Hour}
	empty.draw(now, nil, nil)
	if empty.Availability.Percent() != "unknown" || !strings.HasPrefix(empty.Gap(), "Nothing was seen") {
		t.Errorf("of nothing: %s, %s", empty.Availability, empty.Gap())
	}
}

func TestHoursOutliveTheirDayAndARestartAndEndAfterNinetyDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		s, now := store{db: d}, time.Date(2026, 3, 4, 12, 30, 0, 0, time.UTC)
		k := key{"service/web", "http"}
		write := func(at time.Time, passed, failed int64) {
			t.Helper()
			slots := day{{Slot: slotAt(at), Passed: passed, Failed: failed, Latency: time.Second}}
			if err := s.write(t.Context(), at, []unsaved{{key: k, target: "http x", state: "{}", slots: slots}}); err != nil {
				t.Fatal(err)
			}
		}
		write(now.Add(-91*24*time.Hour), 1, 0)
		write(now.Add(-89*24*time.Hour), 2, 0)
		write(now.Add(-20*time.Minute), 3, 1) // two slots of one hour
		write(now, 4, 0)
		for step, keep := range map[series.Step]time.Duration{series.Fine: series.KeepFine, series.Hour: series.KeepHour} {
			if _, err := s.series().Forget(step)(t.Context(), db.Sweep{Before: now.Add(-keep), Most: 100}); err != nil {
				t.Fatal(err)
			}
		}
		hours, err := store{db: d}.hours(t.Context(), k.service, now.Add(-200*24*time.Hour))
		if err != nil || len(hours) != 1 || len(hours["http"]) != 2 {
			t.Fatalf("%v (%v)", hours, err)
		}
		if last := hours["http"][1]; last.Passed != 7 || last.Failed != 1 || last.Latency != 2*time.Second {
			t.Errorf("the last hour is %+v", last)
		}
		days, err := s.days(t.Context(), 0)
		if err != nil || len(days[k]) != 2 {
			t.Errorf("the day has %v (%v)", days, err)
		}
	})
}
