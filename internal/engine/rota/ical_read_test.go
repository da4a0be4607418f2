package rota

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// cal is a calendar with events, each of which is written in lines.
func cal(events ...string) string {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	for n, one := range events {
		text += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%d\r\nSUMMARY:ann\r\n%s\r\nEND:VEVENT\r\n", n, strings.ReplaceAll(one, "\n", "\r\n"))
	}
	return text + "END:VCALENDAR\r\n"
}

func TestACalendarOfAnotherProgramIsRead(t *testing.T) {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for name, c := range map[string]struct {
		text string
		want string // beginnings, and how long
	}{
		"one in UTC":                       {"DTSTART:20260302T090000Z\nDTEND:20260302T170000Z", "03-02T09:00Z 8h"},
		"of a zone, over the change":       {"DTSTART;TZID=Europe/Berlin:20260328T220000\nDTEND;TZID=Europe/Berlin:20260329T060000", "03-28T21:00Z 7h"},
		"as Windows names it":              {"DTSTART;TZID=\"Eastern Standard Time\":20260302T090000\nDURATION:PT8H", "03-02T14:00Z 8h"},
		"behind a prefix":                  {"DTSTART;TZID=/softwarestudio.org/Olson_20011030_5/America/New_York:20260302T090000\nDURATION:PT8H", "03-02T14:00Z 8h"},
		"a day without a zone":             {"DTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330", "03-28T23:00Z 23h"},
		"weekly by the wall":               {"DTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260323T170000\nRRULE:FREQ=WEEKLY;COUNT=2", "03-23T08:00Z 8h, 03-30T07:00Z 8h"},
		"until is there as well":           {"DTSTART;TZID=Europe/Berlin:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20260330T070000Z", "03-23T08:00Z 1h, 03-30T07:00Z 1h"},
		"until a second before":            {"DTSTART;TZID=Europe/Berlin:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20260330T065959Z", "03-23T08:00Z 1h"},
		"until a day means all of it":      {"DTSTART;TZID=Europe/Berlin:20260323T230000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260324", "03-23T22:00Z 1h, 03-24T22:00Z 1h"},
		"until without a zone is local":    {"DTSTART;TZID=Europe/Berlin:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20260330T090000", "03-23T08:00Z 1h, 03-30T07:00Z 1h"},
		"hourly is by instants":            {"DTSTART;TZID=Europe/Berlin:20260329T000000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=4", "03-28T23:00Z 1h, 03-29T00:00Z 1h, 03-29T01:00Z 1h, 03-29T02:00Z 1h"},
		"a time in the leap is at its end": {"DTSTART;TZID=Europe/Berlin:20260328T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "03-28T01:30Z 1h, 03-29T01:00Z 1h"},
		"what is left out":                 {"DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260303T090000Z", "03-02T09:00Z 1h, 03-04T09:00Z 1h"},
		"a line that is folded":            {"DTSTART:20260302T\n 090000Z\nDURATION:PT1H", "03-02T09:00Z 1h"},
		"cancelled":                        {"DTSTART:20260302T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED", ""},
		"an alarm in it":                   {"BEGIN:VALARM\nDURATION:PT5M\nDTSTART:19990101T000000Z\nEND:VALARM\nDTSTART:20260302T090000Z\nDURATION:PT1H", "03-02T09:00Z 1h"},
		"a leap day of each year":          {"DTSTART:20240229T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY", ""},
	} {
		list, wrong, err := Import(cal(c.text), berlin, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"))
		var got []string
		for _, one := range list {
			got = append(got, fmt.Sprintf("%s %s", one.From.UTC().Format("01-02T15:04Z"), strings.TrimSuffix(strings.TrimSuffix(one.Until.Sub(one.From).String(), "0s"), "0m")))
		}
		if strings.Join(got, ", ") != c.want || err != nil || len(wrong) > 0 {
			t.Errorf("%s: %s; %v %v", name, strings.Join(got, ", "), wrong, err)
		}
	}
}

func TestAnOccurrenceThatWasMovedIsThereOnce(t *testing.T) {
	text := cal("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nATTENDEE;CN=\"Ann Able; x:y\":mailto:ann@example.com", "DTSTART:20260303T120000Z\nDURATION:PT1H\nRECURRENCE-ID:20260303T090000Z")
	text = strings.Replace(text, "UID:1", "UID:0", 1)
	list, _, err := Import(text, time.UTC, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"))
	if err != nil || len(list) != 2 || !list[1].From.Equal(at("2026-03-03T12:00:00Z")) || list[0].People[len(list[0].People)-1] != "ann" {
		t.Errorf("%+v %v", list, err)
	}
}

func TestWhatCannotBeReadIsNamedAndLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"DTSTART;TZID=Mars/Base:20260302T090000\nDURATION:PT1H":                     "is not known",
		"DTSTART:noon\nDURATION:PT1H":                                               "is not a time",
		"DTSTART:20260302T090000Z":                                                  "when it ends",
		"DURATION:PT1H":                                                             "when it begins",
		"DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY":              "more often than each hour",
		"DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYMONTHDAY=31":  "names hours or days",
		"DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES":             "cannot be read",
		"DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=999999999": "counts too far",
		"DTSTART:20260302T090000Z\nDURATION:PT1H\nRDATE:20260303T090000Z":           "RDATE",
		"DTSTART:20260302T090000Z\nDURATION:P99999W":                                "is not a length",
		"DTSTART:00010302T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY":                 "too far away",
	} {
		list, wrong, err := Import(cal(text, "DTSTART:20260302T090000Z\nDURATION:PT1H"), time.UTC, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"))
		if err != nil || len(list) != 1 || len(wrong) != 1 || !strings.Contains(wrong[0], want) {
			t.Errorf("%s: %v %v %v", text, list, wrong, err)
		}
	}
	if _, _, err := Import("<html>", time.UTC, at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z")); err == nil {
		t.Error("a page is read as a calendar")
	}
}

// What is exported is read as what it was.
func TestACalendarComesBackAsItWas(t *testing.T) {
	s := settings(t)
	for _, r := range s.Rotas {
		from, until := at("2026-03-20T00:00:00Z"), at("2026-11-20T00:00:00Z")
		shifts := r.Whole(from, until, nil)
		list, wrong, err := Import(Calendar(r.Name, Part{r.Name, shifts, from}), time.UTC, from, until)
		if err != nil || len(wrong) > 0 || len(list) != len(shifts) {
			t.Fatalf("%d of %d: %v %v", len(list), len(shifts), wrong, err)
		}
		for n := range list {
			if !list[n].From.Equal(shifts[n].From) || !list[n].Until.Equal(shifts[n].Until) {
				t.Errorf("%v, not %v", list[n], shifts[n])
			}
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add(cal("DTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260323T170000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260401T000000Z\nEXDATE:20260324T090000Z"))
	f.Add(cal("DTSTART:20260302T090000Z\nDURATION:P1DT2H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1\nRECURRENCE-ID:20260302T090000Z"))
	from, until := at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z")
	f.Fuzz(func(t *testing.T, text string) {
		list, _, err := Import(text, time.UTC, from, until)
		for _, one := range list {
			if err != nil || !one.Until.After(one.From) || !one.Until.After(from) || !one.From.Before(until) {
				t.Errorf("%+v", one)
			}
		}
	})
}
