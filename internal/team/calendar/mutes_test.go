package calendar_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

var things = &team.Catalog{
	Services: []team.Service{
		{Ref: "service/checkout", System: "system/shop", Hosts: []team.Host{{Ref: "host/web-1"}, {Ref: "host/web-2"}}},
		{Ref: "service/db", System: "system/store", Hosts: []team.Host{{Ref: "host/db"}}},
		{Ref: "service/idle"},
	},
	Entities: []team.Entity{{Ref: "resource/orders", System: "system/shop"}, {Ref: "system/shop"}},
}

func mutes(t *testing.T, mutes string) *calendar.Calendar {
	return load(t, "maintenance: [{name: m, reason: R., from: '2026-03-01T10:00:00Z', to: '2026-03-01T12:00:00Z', mutes: {"+mutes+"}}]\n")
}

func TestWhatMaintenanceMutes(t *testing.T) {
	for _, c := range []struct {
		name, mutes, about string
		labels             map[string]string
		muted              bool
	}{
		{"its service", "services: [db]", "service/db", nil, true},
		{"another service", "services: [db]", "service/checkout", nil, false},
		{"a service of its system", "systems: [shop]", "service/checkout", nil, true},
		{"a resource of its system", "systems: [shop]", "resource/orders", nil, true},
		{"the system itself", "systems: [shop]", "system/shop", nil, true},
		{"its host", "hosts: [web-1]", "host/web-1", nil, true},
		{"a service that runs on another host as well", "hosts: [web-1]", "service/checkout", nil, false},
		{"a service all of whose hosts are named", "hosts: [web-1, web-2]", "service/checkout", nil, true},
		{"a service without a host", "hosts: [web-1]", "service/idle", nil, false},
		{"its resource", "resources: [orders]", "resource/orders", nil, true},
		{"a service of a resource's name", "resources: [db]", "service/db", nil, false},
		{"one of several things", "services: [db], hosts: [web-1]", "host/web-1", nil, true},
		{"everything", "all: true", "alert/x-1", nil, true},
		{"what its matchers match", "matchers: ['alertname=~High.*']", "alert/x-1", map[string]string{"alertname": "HighLoad"}, true},
		{"what they do not match", "matchers: ['alertname=~High.*']", "alert/x-1", map[string]string{"alertname": "Low"}, false},
		{"of its service, what matchers match", "services: [db], matchers: ['alertname!=Disk']", "service/db", map[string]string{"alertname": "Load"}, true},
		{"of its service, what they leave out", "services: [db], matchers: ['alertname!=Disk']", "service/db", map[string]string{"alertname": "Disk"}, false},
		{"of another service, what matchers match", "services: [db], matchers: ['alertname!=Disk']", "service/checkout", map[string]string{"alertname": "Load"}, false},
		{"what a label claims to be about", "services: [db]", "service/checkout", map[string]string{"service": "db"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cal := mutes(t, c.mutes)
			for at, in := range map[string]bool{"2026-03-01 09:59:59": false, "2026-03-01 10:00": true, "2026-03-01 11:59:59": true, "2026-03-01 12:00": false} {
				m := cal.Mute(things, prentice.Ref(c.about), c.labels, utc(at))
				if want := in && c.muted; (m != nil) != want {
					t.Errorf("at %s: %+v", at, m)
				} else if want && (m.Of != "calendar/m" || m.Why != "R." || !m.Until.Equal(utc("2026-03-01 12:00"))) {
					t.Errorf("at %s: %+v", at, m)
				}
			}
		})
	}
}

func TestOfSeveralMaintenancesTheLongestCounts(t *testing.T) {
	c := load(t, `maintenance:
  - {name: short, reason: R., from: 2026-03-01, to: 2026-03-01, mutes: {services: [db]}}
  - {name: long, reason: R., from: 2026-03-01, to: 2026-03-02, mutes: {systems: [store]}}
`)
	if m := c.Mute(things, "service/db", nil, utc("2026-03-01 12:00")); m == nil || m.Of != "calendar/long" {
		t.Errorf("%+v", m)
	}
	mark, next := c.Turn(utc("2026-03-01 12:00"))
	if mark != "short long" || !next.Equal(utc("2026-03-02 00:00")) {
		t.Errorf("%q until %s", mark, next)
	}
	if mark, next := c.Turn(utc("2026-03-03 00:00")); mark != "" || !next.IsZero() {
		t.Errorf("%q until %s", mark, next)
	}
	if says, _ := c.Hold(things, plan("x", "service/db", prentice.Danger), utc("2026-03-01 12:00")); says != "" {
		t.Errorf("maintenance holds a run back: %s", says)
	}
	if list := c.Maintained(things, "service/db", utc("2026-02-28 12:00"), 1); len(list) != 2 || list[0].InForce {
		t.Errorf("soon: %+v", list)
	}
	if list := c.Maintained(things, "service/checkout", utc("2026-03-01 12:00"), 1); len(list) != 0 {
		t.Errorf("of another: %+v", list)
	}
}

func TestMaintenanceThatWouldMuteTooMuchIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"mutes: {}":                               "empty is never all",
		"x: 1":                                    "does not say what it mutes",
		"mutes: {all: true, services: [db]}":      "with 1 other keys",
		"mutes: {all: yes please}":                "all is",
		"mutes: {matchers: ['a=~.*']}":            "would mute everything",
		"mutes: {matchers: ['a!=b']}":             "would mute everything",
		"mutes: {matchers: ['a=~(']}":             "not a pattern",
		"mutes: {service: [db]}":                  `no key "service"`,
		"applies: {services: [db]}":               `no key "applies"`,
		"mutes: {services: []}":                   "is not a list",
		"mutes: {services: [db], risk: [change]}": `no key "risk"`,
	} {
		c, findings := calendar.Load("calendar.yaml", []byte("maintenance: [{name: m, reason: R., from: 2026-03-01, to: 2026-03-02, "+text+"}]\n"))
		if c != nil || !strings.Contains(fmt.Sprint(findings), says) {
			t.Errorf("%s: %v", text, findings)
		}
	}
	c := load(t, "maintenance: [{name: m, reason: R., from: 2026-03-01, to: 2026-03-02, mutes: {services: [dbb], resources: [order]}}]\n")
	if text := fmt.Sprint(c.Unknown(things, nil)); !strings.Contains(text, "maintenance m mutes service \"dbb\", which there is not") || !strings.Contains(text, `did you mean "db"`) || !strings.Contains(text, `resource "order"`) {
		t.Errorf("unknown: %s", text)
	}
}

func TestAFreezeCanNameResourcesAndHosts(t *testing.T) {
	c := load(t, `freezes:
  - {name: r, reason: R., from: 2026-03-01, to: 2026-03-01, applies: {resources: [orders]}}
  - {name: h, reason: R., from: 2026-03-01, to: 2026-03-01, applies: {hosts: [db]}}
`)
	through := plan("x", "service/idle", prentice.Change)
	through.Targets = []prentice.Target{{Ref: "resource/other", Via: prentice.Via{Ref: "host/db"}}}
	for _, one := range []struct {
		name string
		plan prentice.Plan
		by   string
	}{
		{"what acts on it", plan("x", "service/idle", prentice.Change, "resource/orders"), "frozen by r"},
		{"what is about it", plan("x", "resource/orders", prentice.Change), "frozen by r"},
		{"what acts on another", plan("x", "service/idle", prentice.Change, "resource/other"), ""},
		{"what acts on the host", plan("x", "service/idle", prentice.Change, "host/db"), "frozen by h"},
		{"what goes through the host", through, "frozen by h"},
	} {
		if says, _ := c.Hold(things, one.plan, utc("2026-03-01 12:00")); !strings.HasPrefix(says, one.by) || one.by == "" && says != "" {
			t.Errorf("%s: %q", one.name, says)
		}
	}
}
