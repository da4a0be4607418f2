package supervision

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
)

func TestEachWordOfACommandReachesTheProgramAsItWasTyped(t *testing.T) {
	words := []string{"", "a b", "$HOME", "`id`", "it's", "*", ";", "\"", "\\", "new\nline", "-n", "--", "x=1", "~", "!", "ünï", "{a,b}", "#c", "'"}
	out, err := exec.Command("sh", "-c", quoted(append([]string{"printf", "%s\x01"}, words...))).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x01"), "\x01"); strings.Join(got, "|") != strings.Join(words, "|") {
		t.Errorf("%q came as %q", words, got)
	}
}

func TestAWordOfTheShellIsTheNameOfAProgram(t *testing.T) {
	for words, want := range map[string]string{"if true": "'if' true", "A=1 b": "'A=1' b", "~root x": "'~root' x", "df -h /": "df -h /"} {
		if got := quoted(strings.Fields(words)); got != want {
			t.Errorf("%s became %s", words, got)
		}
	}
}

func TestACommandIsSaidOnce(t *testing.T) {
	for _, in := range []adhocIn{{}, {Command: []string{"a"}, Script: "b"}} {
		if _, err := in.request(prentice.Actor{}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

func TestAHostThatEndedIsALineWithTheSum(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	m := run.Moment{Run: 7, Time: at, State: prentice.Running, Step: "command", Says: "command: failed. exit code 1", Target: "host/w1", Stands: run.NotDone,
		Tally: &run.TargetTally{Done: 41, Failed: 3, Of: 500}}
	if got := (Moment{m}).Text(); got != "12:00:00Z run/7 ■ w1 command: failed. exit code 1 (41 done, 3 failed of 500)" {
		t.Error(got)
	}
	m.Stands = run.Intended
	if got := (Moment{m}).Text(); got != "" {
		t.Errorf("that one of 500 begins is told: %s", got)
	}
	m.Tally.Of = 3
	if got := (Moment{m}).Text(); !strings.Contains(got, "◐ w1") {
		t.Errorf("that one of 3 begins is not told: %s", got)
	}
}

func TestALineOfALogNamesItsHost(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	line := log.Line{Time: at, Step: "command", Target: "host/w1", Text: "91 % used\n"}
	if got := (Log{Page: log.Page{Lines: []log.Line{line}, End: true}}).Text(); got != "12:00:00Z w1 command │ 91 % used\n" {
		t.Error(got)
	}
	if got := (Moment{run.Moment{Run: 7, Time: at, Log: &line}}).Text(); got != "12:00:00Z run/7 w1 command │ 91 % used" {
		t.Error(got)
	}
	line.Target = ""
	if got := printed(line); got != "12:00:00Z command │ 91 % used" {
		t.Error(got)
	}
}

func TestAnEmptyLogSaysWhyItIs(t *testing.T) {
	for want, l := range map[string]Log{
		"Nothing was printed.":         {},
		`No line here holds "disk".`:   {Find: "disk"},
		"None of its 3 lines is here.": {Page: log.Page{Total: 3}},
	} {
		l.End = true
		if got := l.Empty(); got != want || l.Text() != "" {
			t.Errorf("%q, %q, wanted %q", got, l.Text(), want)
		}
	}
}

func TestAStepIsNamedOnceAsItEnds(t *testing.T) {
	m := run.Moment{Run: 7, State: prentice.Running, Step: "start", Says: "start: done. exit code 0", Stands: run.Done}
	if got := (Moment{m}).Text(); got != "00:00:00Z run/7 ● start: done. exit code 0" {
		t.Error(got)
	}
	m.Target = "host/w1" // one of those that are verified or put back, say
	if got := (Moment{m}).Text(); got != "00:00:00Z run/7 ● w1 start: done. exit code 0" {
		t.Error(got)
	}
}

func TestALogIsAskedForByTheNameOfAHost(t *testing.T) {
	hosts := []prentice.Ref{"host/w1", "host/w2"}
	for name, want := range map[string]prentice.Ref{"": "", "w2": "host/w2", "host/w1": "host/w1"} {
		if got, err := targetOf(hosts, name); err != nil || got != want {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	_, err := targetOf(hosts, "host/w3")
	if e, ok := errors.AsType[*prentice.Error](err); !ok || e.Kind != prentice.NotFound || e.Hint != "did you mean host/w1?" {
		t.Errorf("a host that the run does not have: %v", err)
	}
}
