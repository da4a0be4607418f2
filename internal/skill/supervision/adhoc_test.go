package supervision

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"prentice"
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
	m := prentice.RunMoment{Run: 7, Time: at, State: prentice.Running, Step: "command", Says: "command: failed. exit code 1", Target: "host/w1", Stands: prentice.NotDone,
		Tally: &prentice.TargetTally{Done: 41, Failed: 3, Of: 500}}
	if got := (Moment{m}).Text(); got != "12:00:00 run/7 ■ w1 command: failed. exit code 1 (41 done, 3 failed of 500)" {
		t.Error(got)
	}
	m.Stands = prentice.Intended
	if got := (Moment{m}).Text(); got != "" {
		t.Errorf("that one of 500 begins is told: %s", got)
	}
	m.Tally.Of = 3
	if got := (Moment{m}).Text(); !strings.Contains(got, "◐ w1") {
		t.Errorf("that one of 3 begins is not told: %s", got)
	}
}
