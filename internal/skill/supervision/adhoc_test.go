package supervision

import (
	"os/exec"
	"strings"
	"testing"

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
