package calendar_test

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/label"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

var labelled = &team.Catalog{
	Services: []team.Service{
		{Ref: "service/checkout", System: "system/shop", Hosts: []team.Host{{Ref: "host/web-1"}, {Ref: "host/web-2"}}},
		{Ref: "service/db.main", System: "system/store", Hosts: []team.Host{{Ref: "host/db"}}},
	},
	Hosts: []team.Host{{Ref: "host/db", Address: "10.0.0.9:22"}, {Ref: "host/web-1"}, {Ref: "host/web-2"}},
}

// told says whether one of what is told matches an alert, as an Alertmanager compares.
func told(t *testing.T, c *calendar.Calendar, at string, labels map[string]string) bool {
	t.Helper()
	return slices.ContainsFunc(c.Labelled(labelled, utc(at)), func(l calendar.Labelled) bool {
		var all []label.Matcher
		for _, text := range l.Matchers {
			m, err := label.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		return label.Fit(all, labels)
	})
}

func TestMaintenanceByLabelsMatchesWhatIsMuted(t *testing.T) {
	for _, c := range []struct {
		name, mutes string
		labels      map[string]string
		told        bool
	}{
		{"its service", "services: [db.main]", map[string]string{"service": "db.main"}, true},
		{"a name that only resembles it", "services: [db.main]", map[string]string{"service": "db-main"}, false},
		{"a service of its system", "systems: [shop]", map[string]string{"service": "checkout"}, true},
		{"a service all of whose hosts are named", "hosts: [web-1, web-2]", map[string]string{"service": "checkout"}, true},
		{"a service that runs on another host as well", "hosts: [web-1]", map[string]string{"service": "checkout", "host": "web-1"}, false},
		{"its host", "hosts: [web-1]", map[string]string{"host": "web-1"}, true},
		{"its host as it is scraped", "hosts: [db]", map[string]string{"instance": "10.0.0.9:9100"}, true},
		{"another host through the same exporter", "hosts: [db]", map[string]string{"host": "web-1", "instance": "10.0.0.9:9100"}, false},
		{"everything", "all: true", map[string]string{"alertname": "x"}, true},
		{"what its matchers match", "matchers: ['alertname=~High.*']", map[string]string{"alertname": "HighLoad"}, true},
		{"of its service, what matchers leave out", "services: [db.main], matchers: ['alertname!=Disk']", map[string]string{"service": "db.main", "alertname": "Disk"}, false},
		{"of its service, what matchers match", "services: [db.main], matchers: ['alertname!=Disk']", map[string]string{"service": "db.main", "alertname": "Load"}, true},
		{"a service that the catalog does not have", "services: [ghost]", map[string]string{"service": "ghost"}, false},
		{"a resource", "resources: [orders]", map[string]string{"resource": "orders"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := told(t, mutes(t, c.mutes), "2026-03-01 11:00", c.labels); got != c.told {
				t.Errorf("told %v: %v", got, mutes(t, c.mutes).Labelled(labelled, utc("2026-03-01 11:00")))
			}
		})
	}
}

func TestMaintenanceIsToldADayAheadAndNotAfterIt(t *testing.T) {
	c := mutes(t, "services: [db.main]")
	for at, many := range map[string]int{"2026-02-28 09:59": 0, "2026-02-28 10:01": 1, "2026-03-01 11:59:59": 1, "2026-03-01 12:00": 0} {
		if list := c.Labelled(labelled, utc(at)); len(list) != many {
			t.Errorf("at %s: %+v", at, list)
		} else if many > 0 && (!list[0].From.Equal(utc("2026-03-01 10:00")) || !list[0].To.Equal(utc("2026-03-01 12:00"))) {
			t.Errorf("at %s: %+v", at, list)
		}
	}
	if list := mutes(t, "resources: [orders]").Labelled(labelled, utc("2026-03-01 11:00")); len(list) != 1 || list[0].Matchers != nil {
		t.Errorf("what no label tells is listed without one: %+v", list)
	}
}

// The end of what goes on for weeks is the same whenever someone asks on one day.
func TestTheEndOfMaintenanceThatComesAgainDoesNotMoveDuringADay(t *testing.T) {
	c := load(t, "time_intervals: [{name: march, time_intervals: [{months: [march]}]}]\nmaintenance: [{name: m, reason: R., during: [march], mutes: {services: [db.main]}}]\n")
	ends := map[string]bool{}
	for _, at := range []string{"2026-03-05 00:00", "2026-03-05 11:13:14", "2026-03-05 23:59:59"} {
		list := c.Labelled(labelled, utc(at))
		if len(list) != 1 || !list[0].From.Equal(utc(at)) {
			t.Fatalf("at %s: %+v", at, list)
		}
		ends[list[0].To.String()] = true
	}
	if len(ends) != 1 || !ends[utc("2026-03-08 00:00").String()] {
		t.Errorf("ends %v", ends)
	}
}

func TestManyThingsAreToldInPatternsThatAMatcherMayHold(t *testing.T) {
	many := &team.Catalog{}
	for i := range 300 {
		many.Services = append(many.Services, team.Service{Ref: prentice.Ref("service/a-rather-long-name-" + strings.Repeat("x", i%20)), System: "system/shop"})
	}
	list := mutes(t, "systems: [shop]").Labelled(many, utc("2026-03-01 11:00"))
	for _, l := range list {
		if _, err := label.Parse(l.Matchers[0]); err != nil {
			t.Fatal(err)
		}
	}
	if len(list) < 2 {
		t.Errorf("%d lists", len(list))
	}
}
