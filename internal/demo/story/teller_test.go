package story

import (
	"strings"
	"testing"

	"prentice/internal/kit/term"
)

// told is what a screen of a width shows.
func told(width int, tell func(*teller)) string {
	var b strings.Builder
	tell(newTeller(&b, term.Screen{Width: width}, true))
	return b.String()
}

func TestLinesKeepToTheScreenAndHashesStayWhole(t *testing.T) {
	hash := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	text := told(80, func(t *teller) {
		t.also("●", strings.Repeat("a word or two ", 20))
		t.fact("Hash", hash)
		t.output(strings.Repeat("printed by a step ", 10))
		t.command("prentice", "evidence", "verify", "/a/folder/with/a/long/name/run-1.json", "--key /a/folder/with/a/long/name/ledger.pub")
	})
	for line := range strings.Lines(text) {
		if w := term.Width(strings.TrimSuffix(line, "\n")); w > 80 {
			t.Errorf("%d columns: %s", w, line)
		}
	}
	if !strings.Contains(text, hash) {
		t.Errorf("the hash is broken:\n%s", text)
	}
	if want := "run-1.json \\\n"; !strings.Contains(text, want) {
		t.Errorf("a folded command does not go on behind a backslash:\n%s", text)
	}
}

func TestAPipeIsToldTheSameInTheWidestLines(t *testing.T) {
	long := strings.Repeat("a word or two ", 20)
	if pipe, wide := told(0, func(t *teller) { t.prose(long) }), told(300, func(t *teller) { t.prose(long) }); pipe != wide {
		t.Errorf("a pipe gets\n%s\na wide screen\n%s", pipe, wide)
	}
}

func TestTextFromElsewhereDoesNotSteerTheTerminal(t *testing.T) {
	text := told(100, func(t *teller) {
		t.also("■", "\x1b[2Jcleared\nand moved")
		t.output("\x1b]0;title\a out\n")
	})
	if strings.ContainsAny(text, "\x1b\a") || strings.Count(text, "\n") != 2 {
		t.Errorf("got %q", text)
	}
}

func TestADiagnosisNamesEachProcedureAndWhatItsChecksSaw(t *testing.T) {
	got := candidates("only the checks of b fit: a (check x (of two) on host/h: no; not at all); b (its checks fit)")
	want := []candidate{{"a", false, "check x (of two) on host/h: no; not at all"}, {"b", true, "its checks fit"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
