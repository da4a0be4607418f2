package calendar_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

const calendarText = `zone: Europe/London
time_intervals:
  - name: night
    time_intervals:
      - weekdays: [monday:friday]
        times: [{start_time: "01:00", end_time: "04:00"}]
        location: Europe/London
  - name: sunday
    time_intervals: [{weekdays: [sunday], location: Europe/London}]
freezes:
  - name: christmas
    from: 2026-12-18
    to: 2027-01-03
    reason: No one is there to help.
    applies: {all: true}
  - name: sale
    from: 2026-11-27T08:00:00Z
    to: 2026-11-27T20:30:15Z
    reason: It is the day of the year.
    applies: {systems: [shop]}
windows:
  - name: databases
    during: [night, sunday]
    reason: Customers sleep.
    applies: {services: [db], risk: [danger]}
  - name: backups
    during: [night]
    reason: They are slow.
    applies: {procedures: [backup]}
`

func load(t testing.TB, text string) *calendar.Calendar {
	t.Helper()
	c, findings := calendar.Load("calendar.yaml", []byte(text))
	if c == nil {
		t.Fatalf("findings %+v", findings)
	}
	return c
}

func utc(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text+":00"[:max(0, 19-len(text))])
	if err != nil {
		panic(err)
	}
	return t
}

var services = &team.Catalog{Services: []team.Service{
	{Ref: "service/checkout", System: "system/shop", Hosts: []team.Host{{Ref: "host/web"}}},
	{Ref: "service/db", System: "system/store", Hosts: []team.Host{{Ref: "host/db"}}},
}}

func plan(procedure, subject string, risk prentice.Risk, hosts ...prentice.Ref) prentice.Plan {
	p := prentice.Plan{Procedure: procedure, Subject: prentice.Ref(subject), Risk: risk}
	for _, h := range hosts {
		p.Targets = append(p.Targets, prentice.Target{Ref: h})
	}
	return p
}

func TestWhatACalendarHoldsBack(t *testing.T) {
	c := load(t, calendarText)
	const quiet = "2026-11-25 12:00" // a Wednesday
	for _, c2 := range []struct {
		name  string
		plan  prentice.Plan
		at    string
		says  string
		until string
	}{
		{"nothing applies", plan("restart", "service/checkout", prentice.Change), quiet, "", ""},
		{"a freeze of everything", plan("restart", "service/checkout", prentice.Change), "2026-12-18 00:00", "frozen by christmas until 2027-01-04 00:00 GMT (2027-01-04 00:00 UTC): No one is there to help.", "2027-01-04 00:00"},
		{"the last moment of its last day", plan("restart", "service/checkout", prentice.Change), "2027-01-03 23:59", "christmas", "2027-01-04 00:00"},
		{"the moment after it", plan("restart", "service/checkout", prentice.Change), "2027-01-04 00:00", "", ""},
		{"looking is never frozen", plan("look", "service/checkout", prentice.Look), "2026-12-20 00:00", "", ""},
		{"a freeze of the system of its service", plan("restart", "service/checkout", prentice.Change), "2026-11-27 08:00", "frozen by sale", "2026-11-27 20:30:15"},
		{"a host on which a service of the frozen system runs", plan("reboot", "host/web", prentice.Change, "host/web"), "2026-11-27 08:00", "frozen by sale", "2026-11-27 20:30:15"},
		{"a host of another system", plan("reboot", "host/db", prentice.Change, "host/db"), "2026-11-27 08:00", "", ""},
		{"outside a window", plan("drop", "service/db", prentice.Danger), quiet, "outside the window databases, which opens 2026-11-26 01:00 GMT (2026-11-26 01:00 UTC): Customers sleep.", "2026-11-26 01:00"},
		{"inside it", plan("drop", "service/db", prentice.Danger), "2026-11-26 01:00", "", ""},
		{"inside its other interval", plan("drop", "service/db", prentice.Danger), "2026-11-29 15:00", "", ""},
		{"a lesser risk than it speaks of", plan("restart", "service/db", prentice.Change), quiet, "", ""},
		{"of two windows both must be open", plan("backup", "service/db", prentice.Danger), "2026-11-29 15:00", "outside the window backups", "2026-11-30 01:00"},
		{"a freeze beats an open window", plan("backup", "service/db", prentice.Change), "2026-12-21 02:00", "frozen by christmas", "2027-01-04 00:00"},
	} {
		t.Run(c2.name, func(t *testing.T) {
			says, until := c.Hold(services, c2.plan, utc(c2.at))
			if (says == "") != (c2.says == "") || !strings.HasPrefix(says, c2.says) && !strings.Contains(says, c2.says) {
				t.Errorf("says %q, want %q", says, c2.says)
			}
			if want := c2.until; want != "" && !until.Equal(utc(want)) || want == "" && !until.IsZero() {
				t.Errorf("until %s, want %q", until, want)
			}
		})
	}
}

func TestNoCalendarHoldsNothing(t *testing.T) {
	var none *calendar.Calendar
	if says, _ := none.Hold(nil, plan("x", "", prentice.Danger), time.Now()); says != "" || none.Zone() != time.UTC || len(none.Days(utc("2026-01-01 00:00"), 14).Entries) != 0 {
		t.Errorf("says %q", says)
	}
}

func TestAWindowThatNeverOpensSaysSo(t *testing.T) {
	c := load(t, "time_intervals: [{name: past, time_intervals: [{years: ['2020']}]}]\nwindows: [{name: w, during: [past], reason: R., applies: {all: true}}]\n")
	if says, until := c.Hold(nil, plan("x", "", prentice.Change), utc("2026-01-01 00:00")); !strings.Contains(says, "later than in 400 days") || !until.IsZero() {
		t.Errorf("%q, %s", says, until)
	}
}

// The zone of the machine must not matter, or anyone who sets it moves the freeze.
func TestTheZoneOfTheMachineIsNotAsked(t *testing.T) {
	here := time.Local
	t.Cleanup(func() { time.Local = here })
	for _, zone := range []string{"UTC", "Pacific/Kiritimati", "America/New_York"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = where
		c := load(t, calendarText)
		if says, until := c.Hold(services, plan("x", "", prentice.Change), utc("2026-12-18 00:00").In(where)); says == "" || !until.Equal(utc("2027-01-04 00:00")) {
			t.Errorf("in %s: %q until %s", zone, says, until)
		}
		if says, _ := c.Hold(services, plan("x", "", prentice.Change), utc("2026-12-17 23:59").In(where)); says != "" {
			t.Errorf("in %s: %q", zone, says)
		}
	}
}

// daily is a window every day in a zone, between two times.
func daily(t *testing.T, zone, from, to string) *calendar.Calendar {
	return load(t, "zone: "+zone+"\ntime_intervals: [{name: i, time_intervals: [{location: "+zone+", times: [{start_time: '"+from+"', end_time: '"+to+"'}]}]}]\n"+
		"windows: [{name: w, during: [i], reason: R., applies: {all: true}}]\n")
}

// Alertmanager asks what the clock on the wall says. So a part of a day that
// does not exist is not there, and one that exists twice is there twice.
func TestWhenClocksChangeTheClockOnTheWallCounts(t *testing.T) {
	for _, c := range []struct {
		name, zone, from, to string
		day                  string
		want                 []string // spans in UTC
	}{
		{"London, an ordinary night", "Europe/London", "01:00", "02:30", "2026-03-28", []string{"2026-03-28 01:00/2026-03-28 02:30"}},
		{"London goes forward: 01:00 to 02:00 is not there", "Europe/London", "01:00", "02:30", "2026-03-29", []string{"2026-03-29 01:00/2026-03-29 01:30"}},
		{"London goes forward: nothing is left", "Europe/London", "01:15", "01:45", "2026-03-29", nil},
		{"London goes back: the hour is there twice", "Europe/London", "01:00", "02:00", "2026-10-25", []string{"2026-10-25 00:00/2026-10-25 02:00"}},
		{"London goes back: a part of it is there twice", "Europe/London", "01:15", "01:45", "2026-10-25", []string{"2026-10-25 00:15/2026-10-25 00:45", "2026-10-25 01:15/2026-10-25 01:45"}},
		{"London goes back: a whole day has 25 hours", "Europe/London", "00:00", "24:00", "2026-10-25", []string{"2026-10-24 23:00/2026-10-26 00:00"}},
		{"New York goes forward", "America/New_York", "01:30", "03:30", "2026-03-08", []string{"2026-03-08 06:30/2026-03-08 07:30"}},
		{"New York goes forward: nothing is left", "America/New_York", "02:00", "03:00", "2026-03-08", nil},
		{"New York goes back: twice", "America/New_York", "01:15", "01:45", "2026-11-01", []string{"2026-11-01 05:15/2026-11-01 05:45", "2026-11-01 06:15/2026-11-01 06:45"}},
		{"New York goes back: a whole day has 25 hours", "America/New_York", "00:00", "24:00", "2026-11-01", []string{"2026-11-01 04:00/2026-11-02 05:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cal := daily(t, c.zone, c.from, c.to)
			spans := cal.Days(utc(c.day+" 12:00"), 1).Entries[0].Spans
			var got []string
			for _, s := range spans {
				got = append(got, s.From.UTC().Format("2006-01-02 15:04")+"/"+s.To.UTC().Format("2006-01-02 15:04"))
			}
			if strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Every minute of the days around each change is asked, so that the ranges which
// are shown are those that hold runs back.
func TestWhatIsShownIsWhatIsHeld(t *testing.T) {
	for _, c := range []struct{ zone, day string }{{"Europe/London", "2026-03-28"}, {"Europe/London", "2026-10-24"}, {"America/New_York", "2026-03-07"}, {"America/New_York", "2026-10-31"}, {"America/Havana", "2026-03-07"}, {"Asia/Beirut", "2026-03-28"}} {
		cal := load(t, "zone: "+c.zone+"\ntime_intervals:\n  - {name: i, time_intervals: [{location: "+c.zone+", weekdays: [sunday], times: [{start_time: '00:20', end_time: '01:40'}, {start_time: '02:10', end_time: '03:00'}]}, {weekdays: [monday], location: "+c.zone+"}]}\n"+
			"windows: [{name: w, during: [i], reason: R., applies: {all: true}}]\n")
		days := cal.Days(utc(c.day+" 12:00"), 4)
		if len(days.Entries[0].Spans) < 2 {
			t.Fatalf("%s: spans %v", c.zone, days.Entries[0].Spans)
		}
		for at := days.From; at.Before(days.To); at = at.Add(time.Minute) {
			shown := false
			for _, s := range days.Entries[0].Spans {
				shown = shown || !at.Before(s.From) && at.Before(s.To)
			}
			if held, _ := cal.Hold(nil, plan("x", "", prentice.Change), at); (held == "") != shown {
				t.Fatalf("%s at %s: shown %v, held %q", c.zone, at, shown, held)
			}
		}
	}
}

func TestDaysBeginAtMidnightOfTheTeam(t *testing.T) {
	d := load(t, calendarText).Days(utc("2026-07-01 23:30"), 14) // it is 00:30 of the 2nd in London
	if d.Zone != "Europe/London" || !d.From.Equal(utc("2026-07-01 23:00")) || !d.To.Equal(utc("2026-07-15 23:00")) || len(d.Entries) != 4 {
		t.Errorf("days %+v", d)
	}
	if n := len(d.Entries[3].Spans); n != 10 {
		t.Errorf("a window of every working night has %d spans in 14 days", n)
	}
	if n := len(d.Entries[0].Spans); n != 0 {
		t.Errorf("christmas has %d spans in July", n)
	}
}

func TestAMistakeInACalendarIsFoundWithItsPlace(t *testing.T) {
	freeze := func(rest string) string { return "freezes:\n  - name: f\n    reason: R.\n" + rest }
	const when, all = "    from: 2026-01-01\n    to: 2026-01-02\n", "    applies: {all: true}\n"
	interval := func(text string) string {
		return "time_intervals:\n  - name: i\n    time_intervals: [" + text + "]\n"
	}
	for _, c := range []struct {
		name, text string
		line       int
		says, hint string
	}{
		{"a misspelt key", "freeezes: []\n", 1, `no key "freeezes"`, `"freezes"`},
		{"a misspelt key of a freeze", freeze(when + all + "    reson: x\n"), 7, `no key "reson"`, `"reason"`},
		{"a freeze without a reason", "freezes:\n  - name: f\n" + when + all, 2, "no reason", "say why"},
		{"a freeze that applies to nothing said", freeze(when), 2, "does not say what it applies to", "all: true"},
		{"an empty scope", freeze(when + "    applies: {}\n"), 6, "empty is never all", "all: true"},
		{"an empty list in a scope", freeze(when + "    applies: {services: []}\n"), 6, "not a list with something in it", ""},
		{"all and something", freeze(when + "    applies: {all: true, services: [a]}\n"), 6, "with 1 other keys", "nothing beside it"},
		{"all that is not", freeze(when + "    applies: {all: false}\n"), 6, `all is "false"`, "leave it out"},
		{"looking can not be frozen", freeze(when + "    applies: {risk: [look]}\n"), 6, `no "look"`, "change, danger"},
		{"a freeze without a time", freeze(all), 2, "does not say when", "during"},
		{"a freeze with half a time", freeze("    from: 2026-01-01\n" + all), 2, "does not say when", "from and to"},
		{"a freeze with two times", interval("{weekdays: [monday]}") + freeze(when+all+"    during: [i]\n"), 10, "either during or from and to", "one of"},
		{"a freeze that ends first", freeze("    from: 2026-02-01\n    to: 2026-01-01\n" + all), 5, "ends before it begins", "swap"},
		{"a day that is none", freeze("    from: 2026-02-30\n    to: 2026-03-01\n" + all), 4, "2026-02-30", "2026-12-18"},
		{"an unknown interval", interval("{weekdays: [monday]}") + "windows: [{name: w, reason: R., during: [j], applies: {all: true}}]\n", 4, `no "j"`, `use i`},
		{"two of one name", freeze(when+all) + "windows:\n  - {name: f, reason: R., from: 2026-01-01, to: 2026-01-02, applies: {all: true}}\n", 8, `another entry "f"`, "line 2"},
		{"a zone that is none", "zone: Europe/Lundun\n", 1, "not an IANA time zone", "Europe/London"},
		{"the zone of the machine", "zone: Local\n", 1, "not an IANA time zone", "Europe/London"},
		{"the zone of the machine in an interval", interval("{weekdays: [monday], location: Local}"), 3, "not an IANA time zone", ""},
		{"a zone that is a file", "zone: ../../../etc/passwd\n", 1, "not an IANA time zone", ""},
		{"an interval of nothing", interval("{}"), 3, "would be always", "weekdays"},
		{"a misspelt key of an interval", interval("{weekday: [monday]}"), 3, `no key "weekday"`, `"weekdays"`},
		{"a weekday that is none", interval("{weekdays: [mnday]}"), 3, "mnday", "calendar.md"},
		{"a time that is none", interval("{times: [{start_time: '9:00', end_time: '17:00'}]}"), 3, "9:00", "calendar.md"},
		{"a time that ends first", interval("{times: [{start_time: '17:00', end_time: '09:00'}]}"), 3, "start time cannot be", ""},
		{"a misspelt time", interval("{times: [{start: '09:00', end_time: '17:00'}]}"), 3, `no key "start"`, "start_time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cal, findings := calendar.Load("calendar.yaml", []byte(c.text))
			if cal != nil || len(findings) == 0 {
				t.Fatalf("was read: %+v", findings)
			}
			f := findings[0]
			if !f.Error || f.At.File != "calendar.yaml" || f.At.Line != c.line || !strings.Contains(f.Text, c.says) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("got %+v, want line %d, %q, hint %q", f, c.line, c.says, c.hint)
			}
		})
	}
}

func TestTheExampleOfTheReferenceIsRight(t *testing.T) {
	text, err := os.ReadFile("../../../book/reference/calendar.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```yaml\n")
	example, _, found := strings.Cut(after, "```")
	if c, findings := calendar.Load("calendar.yaml", []byte(example)); !found || c == nil || len(c.Entries()) < 3 {
		t.Errorf("findings %+v", findings)
	}
}

func BenchmarkHold(b *testing.B) {
	c := load(b, calendarText)
	p, at := plan("drop", "service/db", prentice.Danger), utc("2026-11-25 12:00")
	for b.Loop() {
		c.Hold(services, p, at)
	}
}

// Anyone who restarts a batch is surprised by the window of a cache, unless it is said
// that both run on one host.
func TestAHoldForAnotherServiceOfTheHostSaysSo(t *testing.T) {
	c := load(t, "windows: [{name: caches, reason: Customers sleep., applies: {services: [redis]}, from: 2098-01-01, to: 2098-01-02}]")
	shared := &team.Catalog{Services: []team.Service{
		{Ref: "service/batch", Hosts: []team.Host{{Ref: "host/cache-01"}}},
		{Ref: "service/redis", Hosts: []team.Host{{Ref: "host/cache-01"}, {Ref: "host/cache-02"}}},
	}}
	says, _ := c.Hold(shared, plan("restart", "service/batch", prentice.Change, "host/cache-01"), utc("2026-11-25 12:00"))
	if !strings.Contains(says, "outside the window caches") || !strings.Contains(says, "(it is for service/redis, which runs on host/cache-01, and so does what this touches)") {
		t.Errorf("says %q", says)
	}
	if says, _ := c.Hold(shared, plan("restart", "service/redis", prentice.Change, "host/cache-01"), utc("2026-11-25 12:00")); strings.Contains(says, "it is for") {
		t.Errorf("of the service itself: %q", says)
	}
}
