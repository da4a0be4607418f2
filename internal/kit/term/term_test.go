package term_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"prentice/internal/kit/term"
)

func TestTextFromElsewhereCannotSteerTheTerminal(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain text stays", "disk 91 % full\n\tsee /var", "disk 91 % full\n\tsee /var"},
		{"signs and other alphabets stay", "● verified, Größe, 服务, 👩‍🔧", "● verified, Größe, 服务, 👩‍🔧"},
		{"a colour goes", "\x1b[31mred\x1b[0m", "red"},
		{"a cleared screen and a moved cursor go", "a\x1b[2J\x1b[1;1Hb", "ab"},
		{"a window title goes", "a\x1b]0;owned\x07b", "ab"},
		{"a title that ends in ESC \\ goes", "a\x1b]0;owned\x1b\\b", "ab"},
		{"a link keeps its text and loses its address", "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"the clipboard is not written", "\x1b]52;c;cm0gLXJm\x07ok", "ok"},
		{"a device control string goes", "\x1bP$q\"p\x1b\\ok", "ok"},
		{"eight-bit introducers count too", "\u009b31mred\u009d0;t\u009cx", "redx"},
		{"a character set switch goes", "\x1b(0lqk\x1b(B", "lqk"},
		{"a terminal reset goes", "\x1bcok", "ok"},
		{"an escape without an end hides nothing", "\x1b]0;rm -rf\nnext line", "0;rm -rf\nnext line"},
		{"an escape at the very end goes", "ok\x1b", "ok"},
		{"a sequence cut short loses only its introducer", "ok\x1b[31", "ok31"},
		{"a carriage return cannot overwrite the line", "failed\rpassed", "failedpassed"},
		{"Windows line ends become line ends", "a\r\nb", "a\nb"},
		{"backspaces cannot take anything back", "no\b\byes", "noyes"},
		{"the bell is silent", "a\ab", "ab"},
		{"right-to-left overrides go", "access\u202elru\u202c", "accesslru"},
		{"isolates and marks go", "\u2066a\u2069\u200fb\ufeff", "ab"},
		{"invisible tags go", "a\U000e0041b", "ab"},
		{"bytes that are not UTF-8 are marked", "a\xff\xfeb", "a\ufffd\ufffdb"},
		{"a lone eight-bit CSI byte is not one", "a\x9b31mb", "a\ufffd31mb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := term.Safe(c.text); got != c.want {
				t.Errorf("Safe(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func FuzzSafeTextHoldsNothingThatSteers(f *testing.F) {
	f.Add("a\x1b[31mb\x1b]0;t\x07c\u009b1mé\r\n")
	f.Add("\x1b\x1b[\x1b]\x1b\\")
	f.Fuzz(func(t *testing.T, s string) {
		safe := term.Safe(s)
		for _, r := range safe {
			if r != '\n' && r != '\t' && unicode.IsControl(r) {
				t.Fatalf("Safe(%q) holds %U", s, r)
			}
		}
		if again := term.Safe(safe); again != safe {
			t.Fatalf("Safe(%q) = %q, and again %q", s, safe, again)
		}
	})
}

func TestWidthIsCountedInColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "服务": 4, "● ok": 4, "🔥": 2, "a\u200db": 2} {
		if got := term.Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestATableIsAligned(t *testing.T) {
	got := table(t, term.Screen{}, term.Table{
		Head: []string{"run", "state", "subject", "says"},
		Rows: [][]string{
			{"run/7", "● verified", "service/checkout", "quiet for 2m"},
			{"run/12", "▲ waiting", "服务/支付", ""},
			{"run/13"},
		},
	})
	want := `RUN     STATE       SUBJECT           SAYS
run/7   ● verified  service/checkout  quiet for 2m
run/12  ▲ waiting   服务/支付
run/13
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestANarrowTerminalFoldsTheColumnThatCanGive(t *testing.T) {
	got := table(t, term.Screen{Width: 40}, term.Table{
		Head: []string{"run", "says"},
		Rows: [][]string{{"run/7", "the probe passed and stayed well for two minutes"}, {"run/8", "short"}},
	})
	want := `RUN    SAYS
run/7  the probe passed and stayed well
       for two minutes
run/8  short
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

const hash = "sha256:9f2c1d0e9f2c1d0e9f2c1d0e9f2c1d0e9f2c1d0e9f2c1d0e9f2c1d0e9f2c1d0e"

func TestAHashIsNeverBroken(t *testing.T) {
	for _, width := range []int{20, 40, 75, 80, 100, 200} {
		screen := term.Screen{Width: width}
		got := table(t, screen, term.Table{Head: []string{"run", "plan", "says"}, Rows: [][]string{{"run/7", hash, "one host of fourteen, asked by a probe"}}})
		if !strings.Contains(got, hash) {
			t.Errorf("at %d columns the hash is broken:\n%s", width, got)
		}
		if text := screen.Wrap("the plan is " + hash + " and nothing else"); !strings.Contains(text, hash) {
			t.Errorf("at %d columns the hash is broken in text:\n%s", width, text)
		}
		for line := range strings.Lines(got) {
			if w := term.Width(strings.TrimRight(line, "\n")); w > width && !strings.Contains(line, hash) {
				t.Errorf("at %d columns a line has %d: %q", width, w, line)
			}
		}
	}
}

func TestRowsThatCannotFitBecomeParagraphs(t *testing.T) {
	got := table(t, term.Screen{Width: 76}, term.Table{Head: []string{"run", "plan", "says"}, Rows: [][]string{{"run/7", hash, "fine"}, {"run/8", "", "no plan"}}})
	want := "RUN   run/7\nPLAN\n  " + hash + "\nSAYS  fine\n\nRUN   run/8\nSAYS  no plan\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNoLineEndsInWhiteSpace(t *testing.T) {
	for _, screen := range []term.Screen{{}, {Width: 30}, {Width: 200}} {
		got := table(t, screen, term.Table{Head: []string{"a", "b", ""}, Rows: [][]string{{"x", "", ""}, {"", "words that have to be folded somewhere", ""}, {"long first cell", "y "}}})
		for line := range strings.Lines(got) {
			if strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") {
				t.Errorf("at width %d: %q", screen.Width, line)
			}
		}
	}
}

func TestACellCannotForgeARow(t *testing.T) {
	got := table(t, term.Screen{}, term.Table{Head: []string{"service"}, Rows: [][]string{{"checkout\nrun/9  ● verified\x1b[2K"}}})
	if n := strings.Count(got, "\n"); n != 2 || strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}

func TestColourIsOnlyWhereAScreenHasIt(t *testing.T) {
	good := func(string) term.Hue { return term.Good }
	rows := term.Table{Rows: [][]string{{"● verified"}}, Hue: good}
	if got := table(t, term.Screen{Width: 80, Colour: true}, rows); got != "\x1b[32m● verified\x1b[0m\n" {
		t.Errorf("%q", got)
	}
	if got := table(t, term.Screen{Width: 80}, rows); got != "● verified\n" {
		t.Errorf("%q", got)
	}
}

func TestAPipeHasNeitherWidthNorColour(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	always := func(string) string { return "200" }
	for name, out := range map[string]io.Writer{"pipe": w, "buffer": new(bytes.Buffer)} {
		if s := term.On(out, always, false); s != (term.Screen{}) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestWrappedTextHangsBelowItsBeginning(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"what fits stays", "short  and  wide", "short  and  wide"},
		{"an indent is kept", "short\n  one two three four five", "short\n  one two three four\n  five"},
		{"text hangs behind its label", "  4  you are not signed in", "  4  you are not\n     signed in"},
		{"a label that takes half the screen is none", "a label too long  and its text", "a label too long and\nits text"},
		{"nothing but spaces", "                         ", "                         "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (term.Screen{Width: 20}).Wrap(c.text); strings.TrimRight(got, " ") != strings.TrimRight(c.want, " ") {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func table(t *testing.T, s term.Screen, tab term.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Table(&b, tab); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
