package udiff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestADiffSaysWhichLinesGoAndCome(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"of the same text there is none", "a\n", "a\n", ""},
		{"of nothing, all lines come", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"to nothing, all lines go", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
		{"a line that ends otherwise is another", "a", "a\n", "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"with three lines around it", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
	} {
		if got := Unified(c.before, c.after); got != c.want {
			t.Errorf("%s: got\n%s", c.name, got)
		}
	}
}

func TestPatchMakesTheOtherTextOfADiff(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("there is no patch on this machine")
	}
	chance := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range chance.IntN(40) {
			fmt.Fprintf(&b, "line %d\n", chance.IntN(8))
		}
		return b.String()
	}
	file := filepath.Join(t.TempDir(), "text")
	for range 60 {
		before, after := text(), text()
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		patch := exec.Command("patch", "-s", "-F0", file)
		patch.Stdin = strings.NewReader("--- a\n+++ b\n" + Unified(before, after))
		if out, err := patch.CombinedOutput(); err != nil && before != after {
			t.Fatalf("%v: %s\n%q\n%q\n%s", err, out, before, after, Unified(before, after))
		}
		if got, _ := os.ReadFile(file); string(got) != after {
			t.Fatalf("from %q to %q it made %q by\n%s", before, after, got, Unified(before, after))
		}
	}
}

func TestWhatIsNoTextIsToldFromText(t *testing.T) {
	for text, want := range map[string]bool{"a\tb\r\n": true, "\x00": false, "\xff": false, "\x1b[31m": false, strings.Repeat("\n", mostLines): false} {
		if Text(text) != want {
			t.Errorf("%.20q: %t", text, Text(text))
		}
	}
}

func TestALongDiffIsCutAtALine(t *testing.T) {
	got := Unified("", strings.Repeat(strings.Repeat("x", 99)+"\n", 1500))
	if len(got) > mostBytes+100 || !strings.HasSuffix(got, "x\n… the rest of the diff is left out\n") {
		t.Errorf("%d bytes, %q", len(got), got[len(got)-80:])
	}
}
