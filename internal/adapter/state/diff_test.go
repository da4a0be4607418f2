package state

import (
	"strings"
	"testing"
)

func TestADiffSaysWhichLinesGoAndCome(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"of the same text there is none", "a\n", "a\n", ""},
		{"of nothing, all lines come", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"to nothing, all lines go", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
		{"a line that ends otherwise is another", "a", "a\n", "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
	} {
		if got := unified(c.before, c.after); got != c.want {
			t.Errorf("%s: got\n%s", c.name, got)
		}
	}
}

func TestALongDiffIsCutAtALine(t *testing.T) {
	got := unified("", strings.Repeat(strings.Repeat("x", 99)+"\n", 1500))
	if len(got) > mostDiff+100 || !strings.HasSuffix(got, "x\n… the rest of the diff is left out\n") {
		t.Errorf("%d bytes, %q", len(got), got[len(got)-80:])
	}
}

func TestWhatIsNoTextIsToldFromText(t *testing.T) {
	for text, want := range map[string]bool{"a\tb\r\n": true, "\x00": false, "\xff": false, "\x1b[31m": false, strings.Repeat("\n", mostLines): false} {
		if isText(text) != want {
			t.Errorf("%.20q: %t", text, isText(text))
		}
	}
}
