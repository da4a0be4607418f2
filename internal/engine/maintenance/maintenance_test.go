package maintenance

import (
	"strings"
	"testing"
	"time"
)

const file = `zone: Europe/London
tasks:
  - name: restore-orders
    summary: Restore the newest backup of orders, and count its rows
    about: service/orders
    owner: group/payments
    every: 1mo
    grace: 5d
    procedure: test-restore
    with: {service: orders}
  - name: rotate-mail-key
    summary: Rotate the key of the mail gateway
    every: 90d
    first: 2026-12-01
`

func read(t *testing.T, text string) *Set {
	t.Helper()
	s, findings := Load(TeamFile, []byte(text))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return s
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAFileSaysWhatIsDone(t *testing.T) {
	s := read(t, file)
	restore, rotate := s.Tasks[0], s.Tasks[1]
	if restore.Every != (Interval{Months: 1}) || restore.Grace != 5 || restore.Procedure != "test-restore" || restore.With["service"] != "orders" || restore.Owner != "group/payments" {
		t.Errorf("%+v", restore)
	}
	if rotate.Every != (Interval{Days: 90}) || rotate.Grace != 9 || rotate.First.Format(time.RFC3339) != "2026-12-01T00:00:00Z" {
		t.Errorf("%+v", rotate)
	}
	if s := read(t, ""); len(s.Tasks) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsWrongInAFileIsSaidWithItsLine(t *testing.T) {
	task := func(lines string) string {
		return "tasks:\n  - name: a\n    summary: b\n    every: 7d\n" + lines
	}
	for text, want := range map[string]string{
		"zone: Local\ntasks:\n  - {name: a, summary: b, every: 7d}": `1: "Local" is not an IANA time zone`,
		task("    evry: 1d\n"):                              `5: a task has no key "evry"`,
		task("  - name: a\n    summary: c\n    every: 1d"):  `5: there is another task "a"`,
		task("    grace: 7d\n"):                             "5: grace is 7d, and every is 1w",
		task("    grace: 1mo\n"):                            `5: grace is "1mo"`,
		task("    first: 2026-02-30\n"):                     `5: first is "2026-02-30"`,
		task("    with: {a: b}\n"):                          "5: the task has inputs, and no procedure",
		task("    procedure: p\n    with: [a]\n"):           "6: with is no mapping",
		task("    procedure: p\n    with: {a: b, a: c}\n"):  `6: key "a" is there twice`,
		task("    procedure: ../p\n"):                       `5: "../p" is not a name`,
		task("    about: orders\n"):                         "5: ",
		"tasks:\n  - name: a\n    summary: b\n":             "2: the task has no every",
		"tasks:\n  - {name: a, summary: b, every: 0d}":      `2: every is "0d"`,
		"tasks:\n  - {name: a, summary: b, every: 11y}":     `2: every is "11y"`,
		"tasks:\n  - {name: a, summary: b, every: 30}":      `2: every is "30"`,
		"tasks:\n  - {name: 'a b', summary: b, every: 30d}": `2: "a b" is not a name`,
		"tasks: []": "1: tasks is not a list",
	} {
		s, findings := Load(TeamFile, []byte(text))
		said := ""
		for _, f := range findings {
			said += strings.TrimPrefix(f.At.String(), TeamFile+":") + ": " + f.Text + "\n"
		}
		line, rest, _ := strings.Cut(want, ": ")
		if s != nil || !strings.Contains(said, line+":") || !strings.Contains(said, rest) {
			t.Errorf("%s\nsaid %swant %s", text, said, want)
		}
	}
}

func TestATaskIsDueAnIntervalAfterItWasDone(t *testing.T) {
	s := read(t, file)
	restore := s.Tasks[0]
	seen := at(t, "2026-01-10 12:00")
	for _, c := range []struct {
		last, now string
		want      Word
		due       string
		missed    int
	}{
		{"", "2026-01-10 12:00", Due, "2026-01-10", 0}, // never done: since it is known
		{"", "2026-01-16 00:01", Overdue, "2026-01-10", 0},
		{"2026-01-31 12:00", "2026-02-27 23:59", Done, "2026-02-28", 0}, // the last day of a shorter month
		{"2026-01-31 12:00", "2026-02-28 00:00", Due, "2026-02-28", 0},
		{"2026-01-31 12:00", "2026-03-05 23:59", Due, "2026-02-28", 0}, // five whole days of grace
		{"2026-01-31 12:00", "2026-03-06 00:00", Overdue, "2026-02-28", 0},
		{"2024-01-31 12:00", "2024-02-29 00:00", Due, "2024-02-29", 0},  // a leap day
		{"2026-03-28 12:00", "2026-04-27 22:59", Done, "2026-04-28", 0}, // in summer a day begins an hour earlier
		{"2026-03-28 12:00", "2026-04-27 23:00", Due, "2026-04-28", 0},
		{"2026-03-31 23:30", "2026-04-30 23:00", Due, "2026-05-01", 0}, // it was the next day there
		{"2026-01-31 12:00", "2026-05-01 00:00", Overdue, "2026-02-28", 2},
		{"2027-01-01 12:00", "2026-01-01 00:00", Done, "2027-02-01", 0}, // the clock was moved back
	} {
		var last time.Time
		if c.last != "" {
			last = at(t, c.last)
		}
		got := s.Stands(restore, last, seen, at(t, c.now))
		if got.State != c.want || got.Due.Format(time.DateOnly) != c.due || got.Missed != c.missed {
			t.Errorf("done %q, at %s: %s, due %s, %d missed; want %s, %s, %d", c.last, c.now, got.State, got.Due, got.Missed, c.want, c.due, c.missed)
		}
	}
	rotate := s.Tasks[1]
	if got := s.Stands(rotate, time.Time{}, seen, at(t, "2026-11-30 23:59")); got.State != Planned || got.Says(at(t, "2026-11-30 23:59")) != "due first on 2026-12-01" {
		t.Errorf("%+v", got)
	}
	if got := s.Stands(rotate, time.Time{}, seen, at(t, "2027-04-01 00:00")); got.State != Overdue || got.Says(at(t, "2027-04-01 00:00")) != "overdue: its day was 2026-12-01, 121 days ago, and never done; 1 interval missed" {
		t.Error(got.Says(at(t, "2027-04-01 00:00")))
	}
}

func TestWhatWasDoneIsInTimeUntilItsGraceIsOver(t *testing.T) {
	s := read(t, file)
	due := time.Date(2026, 2, 28, 0, 0, 0, 0, s.Zone)
	for text, want := range map[string]bool{"2026-02-01 00:00": true, "2026-03-05 23:59": true, "2026-03-06 00:00": false} {
		if got := s.InTime(s.Tasks[0], due, at(t, text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestARunWithOtherInputsDidAnotherTask(t *testing.T) {
	task := read(t, file).Tasks[0]
	if !task.Did(map[string]string{"service": "service/orders", "more": "x"}) || !task.Did(map[string]string{"service": "orders"}) || task.Did(map[string]string{"service": "bell"}) || task.Did(nil) {
		t.Error(task.With)
	}
}

func TestAnIntervalIsReadAsItIsWritten(t *testing.T) {
	for text, words := range map[string]string{"1d": "every day", "3d": "every 3 days", "2w": "every 2 weeks", "1mo": "every month", "18mo": "every 18 months", "1y": "every year"} {
		var i Interval
		if err := i.UnmarshalText([]byte(text)); err != nil || i.String() != text || i.Words() != words {
			t.Errorf("%s: %v %s %v", text, i, i.Words(), err)
		}
	}
}

func FuzzAFileNeverHalfHolds(f *testing.F) {
	f.Add(file)
	f.Add("tasks:\n - {name: a, summary: b, every: 1mo, with: {a: {}}}")
	f.Fuzz(func(t *testing.T, text string) {
		s, findings := Load(TeamFile, []byte(text))
		if (s == nil) != (len(findings) > 0) {
			t.Fatalf("%+v, %v", s, findings)
		}
		if s == nil {
			return
		}
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		for _, task := range s.Tasks {
			if got := s.Stands(task, now.AddDate(-20, 0, 0), now, now); got.Due.IsZero() || got.State == "" || task.Every == (Interval{}) {
				t.Fatalf("%+v %+v", task, got)
			}
		}
	})
}
