package heartbeat

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		t, err = time.Parse("2006-01-02 15:04", text)
	}
	if err != nil {
		panic(err)
	}
	return t
}

// told performs a script of lines such as "03:00 success" and "04:00 look" and says what
// became of the job after each that changed something.
func told(t *testing.T, j Job, aways []Away, script ...string) []string {
	t.Helper()
	j, err := j.Checked()
	if err != nil {
		t.Fatal(err)
	}
	s, open := Standing{State: New}, []Open{}
	var out []string
	for _, line := range script {
		when, what := at(line[:16]), line[17:]
		var turned Turned
		if what == "look" {
			turned = Judge(j, s, open, aways, when)
		} else {
			kind, run, _ := strings.Cut(what, " ")
			turned = Hear(j, s, Ping{At: when, Kind: Kind(kind), Run: run})
			open = after(open, Kind(kind), run, when)
		}
		s = turned.Standing
		for _, o := range turned.Overdue {
			open = after(open, Success, o.Run, when)
		}
		var slots []string
		for _, slot := range turned.Slots {
			slots = append(slots, string(slot.State))
		}
		text := strings.Join(append([]string{string(Now(s, len(open), when))}, slots...), " ")
		if turned.Tell != nil {
			text += " tells " + turned.Tell.Says
		}
		out = append(out, text)
	}
	return out
}

func after(open []Open, kind Kind, run string, when time.Time) (left []Open) {
	for _, o := range open {
		if o.Run != run || kind == Log {
			left = append(left, o)
		}
	}
	if kind == Start {
		left = append(left, Open{run, when})
	}
	return left
}

var (
	nightly = Job{Name: "backup", Schedule: "0 3 * * *", Zone: "Europe/Berlin", Grace: 30 * time.Minute}
	hourly  = Job{Name: "sync", Every: time.Hour, Grace: 10 * time.Minute}
)

func TestWhatBecomesOfAJob(t *testing.T) {
	long := nightly
	long.Longest = 2 * time.Hour
	held := hourly
	held.Resume = true
	for name, c := range map[string]struct {
		job    Job
		aways  []Away
		script []string
		want   []string
	}{
		"one that was never heard is new": {hourly, nil, []string{"2026-03-02 12:00 look"}, []string{"new"}},
		"a period is kept, late, missed once, and back": {hourly, nil,
			[]string{"2026-03-02 12:00 success", "2026-03-02 12:58 success", "2026-03-02 14:00 look", "2026-03-02 14:07 look", "2026-03-02 14:08 look", "2026-03-02 15:08 look", "2026-03-02 15:30 success"},
			[]string{"up", "up kept", "late", "late", "down missed tells it was due at 2026-03-02 13:58 UTC and not heard within 10m", "down missed", "up tells it was heard again"}},
		"pings without number are one slot": {hourly, nil,
			[]string{"2026-03-02 12:00 success", "2026-03-02 12:10 success", "2026-03-02 12:20 success", "2026-03-02 13:00 success"}, []string{"up", "up", "up", "up kept"}},
		"a fail is down at once, resets the deadline, and is told once": {hourly, nil,
			[]string{"2026-03-02 12:00 success", "2026-03-02 12:50 fail", "2026-03-02 12:55 fail", "2026-03-02 13:15 look", "2026-03-02 13:20 success"},
			[]string{"up", "down missed tells it says that it failed", "down", "down", "up tells it was heard again"}},
		"a log changes nothing": {hourly, nil, []string{"2026-03-02 12:00 success", "2026-03-02 13:00 log", "2026-03-02 13:10 look"},
			[]string{"up", "up", "down missed tells it was due at 2026-03-02 13:00 UTC and not heard within 10m"}},
		"what is early keeps no later slot": {nightly, nil,
			[]string{"2026-01-10 02:01 success", "2026-01-11 01:00 success", "2026-01-11 02:29 look", "2026-01-11 02:30 look"},
			[]string{"up", "up", "late", "down missed tells it was due at 2026-01-11 03:00 CET and not heard within 30m"}},
		"clocks may differ by seconds": {nightly, nil, []string{"2026-01-10 02:01 success", "2026-01-11 01:59 log", "2026-01-11 02:00 success", "2026-01-12 02:00 success"},
			[]string{"up", "up", "up kept", "up kept"}},
		"a start without an end is down": {hourly, nil,
			[]string{"2026-03-02 12:00 success", "2026-03-02 12:30 start a", "2026-03-02 12:39 look", "2026-03-02 12:40 look"},
			[]string{"up", "running", "running", "down tells a run began at 2026-03-02 12:30 UTC and did not end within 10m"}},
		"a first start without an end too": {hourly, nil, []string{"2026-03-02 12:00 start", "2026-03-02 12:10 look"},
			[]string{"running", "down tells a run began at 2026-03-02 12:00 UTC and did not end within 10m"}},
		"a run holds its slot open": {long, nil,
			[]string{"2026-01-10 02:01 success", "2026-01-11 02:00 start x", "2026-01-11 02:31 look", "2026-01-11 03:59 success x"},
			[]string{"up", "running", "running", "up kept"}},
		"runs beside each other have each their time": {hourly, nil,
			[]string{"2026-03-02 12:00 start a", "2026-03-02 12:05 start b", "2026-03-02 12:07 success b", "2026-03-02 12:10 look"},
			[]string{"running", "running", "running", "down tells a run began at 2026-03-02 12:00 UTC and did not end within 10m"}},
		"a short absence is added to the deadline": {hourly, []Away{{at("2026-03-02 13:05"), at("2026-03-02 13:06")}},
			[]string{"2026-03-02 12:00 success", "2026-03-02 13:10 look", "2026-03-02 13:11 look"},
			[]string{"up", "late", "down missed tells it was due at 2026-03-02 13:00 UTC and not heard within 10m"}},
		"what was due in a long one is unknown": {nightly, []Away{{at("2026-01-11 01:00"), at("2026-01-11 02:20")}},
			[]string{"2026-01-10 02:01 success", "2026-01-11 03:00 look", "2026-01-12 02:30 look"},
			[]string{"up", "up unknown", "down missed tells it was due at 2026-01-12 03:00 CET and not heard within 30m"}},
		"and a period is waited for anew": {hourly, []Away{{at("2026-03-02 12:30"), at("2026-03-02 17:30")}},
			[]string{"2026-03-02 12:00 success", "2026-03-02 17:30 look", "2026-03-02 18:39 look", "2026-03-02 18:40 look"},
			[]string{"up", "up unknown", "late", "down missed tells it was due at 2026-03-02 18:30 UTC and not heard within 10m"}},
		"a year is not counted slot by slot": {Job{Name: "m", Schedule: "* * * * *", Grace: time.Minute}, nil,
			[]string{"2026-03-02 12:00 success", "2027-03-02 12:00 look", "2027-03-02 12:00 look"},
			[]string{"up", "down" + strings.Repeat(" missed", mostSlots) + " tells it was due at 2026-03-02 12:01 UTC and not heard within 1m", "down"}},
		"leap day": {Job{Name: "leap", Schedule: "0 12 29 2 *", Grace: time.Hour}, nil,
			[]string{"2024-02-29 12:10 success", "2028-02-29 12:59 look", "2028-02-29 13:00 look"},
			[]string{"up", "late", "down missed tells it was due at 2028-02-29 12:00 UTC and not heard within 1h"}},
	} {
		got := told(t, c.job, c.aways, c.script...)
		if a, b := strings.Join(got, "\n"), strings.Join(c.want, "\n"); a != b {
			t.Errorf("%s:\n%s\nwant\n%s", name, a, b)
		}
	}
}

func TestASlotIsOfTheJobsClock(t *testing.T) {
	for name, c := range map[string]struct{ schedule, zone, from, want string }{
		"winter":                          {"0 3 * * *", "Europe/Berlin", "2026-01-10 02:01", "2026-01-11 02:00"},
		"summer":                          {"0 3 * * *", "Europe/Berlin", "2026-07-10 02:01", "2026-07-11 01:00"},
		"a gap: due behind it":            {"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:00"},
		"a fold: due the first time":      {"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"},
		"and not a second time":           {"30 2 * * *", "Europe/Berlin", "2026-10-25 00:31", "2026-10-26 01:30"},
		"half an hour of Lord Howe":       {"15 2 * * *", "Australia/Lord_Howe", "2026-04-04 00:00", "2026-04-04 15:45"},
		"an old name of a zone is a zone": {"0 3 * * *", "US/Eastern", "2026-01-10 09:00", "2026-01-11 08:00"},
	} {
		j := Job{Name: "x", Schedule: c.schedule, Zone: c.zone, Grace: time.Minute}
		if got := j.after(at(c.from)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAWrongZoneIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		job   Job
		times []string
		want  string
	}{
		"an hour early": {nightly, []string{"2026-01-10 01:00", "2026-01-11 01:02", "2026-01-12 00:58"}, "the last 3 pings came 1 h early: is the zone Europe/Berlin right?"},
		"on time":       {nightly, []string{"2026-01-10 02:00", "2026-01-11 02:02", "2026-01-12 02:00"}, ""},
		"once early":    {nightly, []string{"2026-01-10 01:00", "2026-01-11 02:02", "2026-01-12 02:00"}, ""},
		"no whole hour": {nightly, []string{"2026-01-10 01:30", "2026-01-11 01:30", "2026-01-12 01:30"}, ""},
		"late, as by the zone of India in no whole hours": {nightly, []string{"2026-01-10 07:30", "2026-01-11 07:30", "2026-01-12 07:30"}, ""},
		"later than the grace":                            {nightly, []string{"2026-01-10 04:00", "2026-01-11 04:00", "2026-01-12 04:01"}, "the last 3 pings came 2 h late: is the zone Europe/Berlin right?"},
		"of what is due each hour no one knows":           {Job{Name: "h", Schedule: "0 * * * *", Grace: time.Minute}, []string{"2026-01-10 01:00", "2026-01-11 01:00", "2026-01-12 01:00"}, ""},
	} {
		var had []int64
		for _, text := range c.times {
			had = offsets(c.job, had, at(text))
		}
		if got := Hint(c.job, had); got != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, had)
		}
	}
}

func TestAManuallyResumedJobStaysPaused(t *testing.T) {
	held := hourly
	held.Resume = true
	s := Standing{State: Paused}
	if got := Hear(held, s, Ping{At: at("2026-03-02 12:00"), Kind: Success}); !got.Ignored || got.State != Paused {
		t.Errorf("%+v", got)
	}
	if got := Hear(hourly, s, Ping{At: at("2026-03-02 12:00"), Kind: Success}); got.State != Up || !got.Due.Equal(at("2026-03-02 13:00")) {
		t.Errorf("%+v", got)
	}
}

func TestTheFileSaysWhatIsWrongInIt(t *testing.T) {
	rules, wrong := Load("heartbeats.yaml", []byte("owner: ops\njobs:\n  - {name: backup, schedule: '0 3 * * *', zone: Europe/Berlin, grace: 30m, longest: 2h, service: shop}\n  - {name: sync, every: 1h, severity: warning, manual_resume: true, tags: [a, b]}\n"))
	if len(wrong) > 0 || len(rules.Jobs) != 2 || rules.Jobs[0].Owner != "group/ops" || rules.Jobs[0].Service != "service/shop" || rules.Jobs[0].Severity != "critical" || rules.Jobs[1].Grace != time.Hour || !rules.Jobs[1].Resume {
		t.Fatalf("%+v %v", rules, wrong)
	}
	for text, want := range map[string]string{
		"jobs: [{every: 1h}]":                                          "the job has no name",
		"jobs: [{name: a/b, every: 1h}]":                               `"a/b" is not a name of a job`,
		"jobs: [{name: a}]":                                            "a has a schedule and a period, or neither",
		"jobs: [{name: a, every: 1h, schedule: '0 3 * * *'}]":          "a has a schedule and a period, or neither",
		"jobs: [{name: a, schedule: '0 3 * *'}]":                       "is not five fields of cron",
		"jobs: [{name: a, schedule: '0 3 31 2 *'}]":                    "never comes",
		"jobs: [{name: a, schedule: '0 3 * * *', zone: Mars/Olympus}]": `zone "Mars/Olympus" is not an IANA time zone`,
		"jobs: [{name: a, every: 1s}]":                                 "the period is 1s",
		"jobs: [{name: a, every: soon}]":                               `every is "soon"`,
		"jobs: [{name: a, every: 1h}, {name: a, every: 2h}]":           "another job",
		"jobs: [{name: a, every: 1h, graze: 5m}]":                      `no key "graze"`,
		"jobs: [{name: a, every: 1h, severity: bad}]":                  "is not a severity",
	} {
		if _, wrong := Load("heartbeats.yaml", []byte(text)); len(wrong) == 0 || !strings.Contains(fmt.Sprint(wrong), want) {
			t.Errorf("%s: %v, want %s", text, wrong, want)
		}
	}
}

func FuzzTheFileNeverBreaksItsReader(f *testing.F) {
	f.Add("jobs: [{name: a, every: 1h}]")
	f.Add("jobs: [{name: a, schedule: '0 3 * * *', zone: Europe/Berlin}]")
	f.Fuzz(func(t *testing.T, text string) {
		rules, wrong := Load("heartbeats.yaml", []byte(text))
		if (rules == nil) != (len(wrong) > 0) {
			t.Errorf("%v %v", rules, wrong)
		}
	})
}
