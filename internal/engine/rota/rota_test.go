package rota

import (
	"strings"
	"testing"
	"time"

	"prentice"
)

const file = `
working_hours: {zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00"}
rotas:
  - name: primary
    zone: Europe/Berlin
    layers:
      - {people: [ann, ben, cem], start: "2026-03-02 09:00", every: 7d}
      - {people: [dan], start: "2026-03-02 09:00", every: 7d, hours: {days: [sat, sun], from: "08:00", until: "20:00"}}
  - name: night
    zone: Europe/Berlin
    layers:
      - {people: [ann, ben], start: "2026-03-02 22:00", every: 1d, hours: {days: [mon, tue, wed, thu, fri, sat, sun], from: "22:00", until: "06:00"}}
policies:
  - name: default
    repeat: 1
    lapse: 1h
    steps:
      - {call: [rota/primary], wait: 5m, again: 2m}
      - {call: [person/zoe, channel/ops], wait: 10m, when: outside}
severities:
  - {name: P1, of: [critical], respond: 15m, update: 1h}
  - {name: P3, of: [warning], respond: 4h, working_hours: true}
`

func settings(t *testing.T) *Settings {
	t.Helper()
	s, findings := Load("oncall.yaml", []byte(file))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return s
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestWhoIsOnCallAtAnyInstant(t *testing.T) {
	s := settings(t)
	r, _ := s.Rota("primary")
	cover := []Override{
		{Number: 1, Rota: "primary", Person: "person/eve", From: at("2026-03-03T00:00:00Z"), Until: at("2026-03-04T00:00:00Z")},
		{Number: 2, Rota: "primary", Person: "person/fay", For: "person/ben", From: at("2026-03-08T00:00:00Z"), Until: at("2026-03-11T00:00:00Z")},
		{Number: 3, Rota: "primary", Person: "person/gus", From: at("2026-03-12T00:00:00Z"), Until: at("2026-03-13T00:00:00Z"), Ended: at("2026-03-01T00:00:00Z")},
	}
	for when, want := range map[string]prentice.Ref{
		"2026-03-02T07:59:59Z": "",           // before the first turn
		"2026-03-02T08:00:00Z": "person/ann", // 09:00 on the wall
		"2026-03-03T12:00:00Z": "person/eve", // an override
		"2026-03-07T12:00:00Z": "person/dan", // the layer of the weekend
		"2026-03-09T07:59:59Z": "person/ann", // fay is there for ben alone
		"2026-03-09T08:00:00Z": "person/fay",
		"2026-03-11T00:00:00Z": "person/ben",
		"2026-03-12T12:00:00Z": "person/ben", // that override was taken back
		"2026-03-30T06:59:59Z": "person/ann", // the clocks went forward: 09:00 is 07:00 now
		"2026-03-30T07:00:00Z": "person/ben",
		"2040-02-29T12:00:00Z": "person/ben",
	} {
		if who, _ := r.At(at(when), cover); who.Person != want {
			t.Errorf("%s: %s, not %s", when, who.Person, want)
		}
	}
}

// The whole year of a zone with changes of the clock, also such of half an hour.
func TestEdgesNeverGoBack(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, year := range []int{2011, 2024, 2026} { // Apia had no 30 December 2011; 2024 has a leap day
			last := time.Time{}
			for wall := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); wall.Year() == year; wall = wall.Add(15 * time.Minute) {
				now := edge(wall, zone)
				if now.Before(last) {
					t.Fatalf("%s: %s is at %s, before %s", name, wall, now, last)
				}
				last = now
			}
		}
	}
}

func TestShiftsFillTheTimeWithoutOverlap(t *testing.T) {
	s := settings(t)
	for _, r := range s.Rotas {
		from, until := at("2026-03-20T00:00:00Z"), at("2026-11-20T00:00:00Z")
		shifts, gaps := r.Shifts(from, until, nil)
		total := time.Duration(0)
		for n, one := range shifts {
			total += one.Until.Sub(one.From)
			if !one.Until.After(one.From) || n > 0 && one.From.Before(shifts[n-1].Until) {
				t.Errorf("%s: %v after %v", r.Name, one, shifts[max(n-1, 0)])
			}
			if who, _ := r.At(one.From, nil); who.Person != one.Person {
				t.Errorf("%s: %v, and at its begin is %s", r.Name, one, who.Person)
			}
		}
		for _, g := range gaps {
			total += g.Until.Sub(g.From)
		}
		if total != until.Sub(from) {
			t.Errorf("%s: shifts and gaps are %s of %s", r.Name, total, until.Sub(from))
		}
	}
	night, _ := s.Rota("night")
	if gaps := night.GapsAhead(at("2026-03-03T08:00:00Z"), 1, nil); len(gaps) != 2 || !gaps[0].From.Equal(at("2026-03-03T08:00:00Z")) {
		t.Errorf("gaps ahead: %v", gaps)
	}
}

// The night in which the clocks go back is an hour longer, and the turn goes on by the wall.
func TestAHandOverAtAChangeOfTheClocks(t *testing.T) {
	s := settings(t)
	night, _ := s.Rota("night")
	for from, length := range map[string]time.Duration{"2026-10-24T20:00:00Z": 9 * time.Hour, "2026-03-28T21:00:00Z": 7 * time.Hour, "2026-03-27T21:00:00Z": 8 * time.Hour} {
		shifts := night.Whole(at(from), at(from).Add(time.Hour), nil)
		if len(shifts) != 1 || shifts[0].Until.Sub(shifts[0].From) != length {
			t.Errorf("%s: %v", from, shifts)
		}
	}
}

func TestATypedTimeThatDoesNotExistIsRefused(t *testing.T) {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for text, want := range map[string]string{
		"2026-03-29 02:30":          "does not exist",
		"2026-10-25 02:30":          "comes twice",
		"2026-10-25T02:30:00+01:00": "2026-10-25T01:30:00Z",
		"2026-10-25 03:00":          "2026-10-25T02:00:00Z",
		"2026-07-01 09:00":          "2026-07-01T07:00:00Z",
		"2028-02-29":                "2028-02-28T23:00:00Z",
		"2027-02-29":                "is not a time",
		"noon":                      "is not a time",
	} {
		got, err := Typed(text, berlin)
		if says := got.Format(time.RFC3339); err != nil && !strings.Contains(err.Error(), want) || err == nil && says != want {
			t.Errorf("%s: %s, %v", text, says, err)
		}
	}
}

func TestTheClockOfASeverityGoesInWorkingHours(t *testing.T) {
	s := settings(t)
	p3, _ := s.SeverityOf("warning")
	friday := at("2026-03-06T15:00:00Z") // 16:00, an hour before the end
	if due := s.Due(p3, friday, p3.Respond); !due.Equal(at("2026-03-09T11:00:00Z")) {
		t.Errorf("four working hours from friday 16:00 end at %s", due)
	}
	p1, _ := s.SeverityOf("critical")
	if due := s.Due(p1, friday, p1.Respond); !due.Equal(friday.Add(15 * time.Minute)) {
		t.Errorf("fifteen minutes end at %s", due)
	}
}

func TestStepsCountByTheTimeOfDay(t *testing.T) {
	s := settings(t)
	p, why, _ := s.PolicyOf("group/any")
	if why != "policy default is for all that no other policy is for" {
		t.Error(why)
	}
	walk := func(now time.Time) (list []Place) {
		for at, more := p.Next(s, Place{}, now); more; at, more = p.Next(s, Place{at.Round, at.Step + 1}, now) {
			list = append(list, at)
		}
		return list
	}
	if got := walk(at("2026-03-06T12:00:00Z")); len(got) != 2 || got[1] != (Place{1, 0}) {
		t.Errorf("in working hours: %v", got)
	}
	if got := walk(at("2026-03-06T22:00:00Z")); len(got) != 4 || got[1] != (Place{0, 1}) {
		t.Errorf("outside of them: %v", got)
	}
}

func TestMistakesInTheFileAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"rotas: [{name: a, zone: Local, layers: [{people: [ann], start: \"2026-03-02 09:00\", every: 7d}]}]":              "is not a zone",
		"rotas: [{name: a, zone: Mars/Base, layers: [{people: [ann], start: \"2026-03-02 09:00\", every: 7d}]}]":          "is not a zone",
		"rotas: [{name: a, zone: Europe/Berlin, layers: [{people: [ann], start: \"2026-03-29 02:30\", every: 7d}]}]":      "does not exist",
		"rotas: [{name: a, zone: UTC, layers: [{people: [], start: \"2026-03-02 09:00\", every: 7d}]}]":                   "has 0 people",
		"rotas: [{name: a, zone: UTC, layers: [{people: [ann], start: \"2026-03-02 09:00\", every: 1s}]}]":                `every is "1s"`,
		"rotas: [{name: a, zone: UTC, layers: [{people: [ann], start: \"2026-03-02\", handover: noon}]}]":                 `handover is "noon"`,
		"rotas: [{name: a, zone: UTC, layers: [{people: [ann], start: \"2026-03-02\", handover: mon 09:00, every: 1d}]}]": "either every or handover",
		"rotas: [{name: a, zone: UTC}]":                                          "has no layers",
		"policies: [{name: a}]":                                                  "has no steps",
		"policies: [{name: a, steps: [{call: [rota/x], wait: 5m}]}]":             `there is no rota "x"`,
		"policies: [{name: a, steps: [{call: [host/x], wait: 5m}]}]":             "cannot be called",
		"severities: [{name: P5, respond: 5m}]":                                  "P5",
		"working_hours: {zone: UTC, days: [mon], from: \"9\", until: \"25:00\"}": `from is "9"`,
	} {
		s, findings := Load("oncall.yaml", []byte(text))
		says := ""
		for _, f := range findings {
			says += f.Text + "\n"
		}
		if s != nil || !strings.Contains(says, want) {
			t.Errorf("%s: %s", text, says)
		}
	}
	s, findings := Load("oncall.yaml", []byte("rotas: [{name: a, zone: UTC, layers: [{people: [ann, ben], start: \"2026-03-04\", handover: mon 09:00}]}]"))
	if len(findings) > 0 || !s.Rotas[0].Layers[0].Start.Equal(at("2026-03-09T09:00:00Z")) {
		t.Errorf("a hand-over on Mondays: %v %v", s, findings)
	}
}
