package tool_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"prentice/internal/engine/tool"
)

// lines is a text of so many lines, with their number in each.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestAHostileFileIsToldAndHidesNoOther(t *testing.T) {
	const n = 150_000
	for name, c := range map[string][2]string{
		"arrays without end":         {"mise.toml", "a = " + strings.Repeat("[", n)},
		"tables without end":         {"mise.toml", "a = " + strings.Repeat("{a=", n) + "1" + strings.Repeat("}", n)},
		"a name without end":         {"mise.toml", strings.Repeat("a.", n) + "a = 1"},
		"a header without end":       {"mise.toml", "[" + strings.Repeat("a.", n) + "a]\n" + lines(30_000, "a%d=1\n")},
		"many tools":                 {"mise.toml", "[tools]\n" + lines(50_000, "t%d=\"1\"\n")},
		"many tools without text":    {"mise.toml", "[tools]\n" + lines(50_000, "t%d=1\n")},
		"a key of escapes":           {"mise.toml", "[tools]\n\"\\u001b[31m\" = \"1\"\n\"\\u001b[31m\" = \"1\"\n"},
		"a key that turns the text":  {"mise.toml", "[tools]\n\"\u202ex\" = \"1\"\n\"\u202ex\" = \"1\"\n"},
		"a raw escape":               {"mise.toml", "[tools]\n\x1b[31m = 1\n"},
		"NUL in TOML":                {"mise.toml", "[tools]\ngo = \"\x00\"\n"},
		"no UTF-8":                   {"mise.toml", "[tools]\ngo = \"\xff\xfe\"\n"},
		"a tool that is a path":      {"mise.toml", "[tools]\n\"../../etc/passwd\x7f\" = \"1\"\n"},
		"channel of escapes":         {"rust-toolchain.toml", "[toolchain]\nchannel = \"\\u001b]0;x\\u0007\"\n"},
		"many lines":                 {".tool-versions", lines(50_000, "tool%d 1.2.3\n")},
		"many lines that are wrong":  {".tool-versions", lines(50_000, "tool%d\n")},
		"one tool many times":        {".tool-versions", lines(50_000, "go 1.%d\n")},
		"a line without end":         {".tool-versions", "go " + strings.Repeat("1", 1<<20-10)},
		"a line of ten megabytes":    {".tool-versions", "go " + strings.Repeat("1", 10<<20)},
		"NUL in a line":              {".tool-versions", "go 1.\x0026\n"},
		"escapes in a line":          {".tool-versions", "go\x1b[2J 1.26\n\x1b]8;;http://x\x07 1\n"},
		"a version that is a path":   {".tool-versions", "go path:/etc/\x1b[31mpasswd\n"},
		"carriage returns":           {".tool-versions", "go 1.26\rnode 20\u2028ruby 3\n"},
		"many versions in one file":  {".nvmrc", lines(50_000, "%d\n")},
		"objects without end":        {"package.json", strings.Repeat(`{"":`, n) + "1"},
		"deep, and many texts below": {"package.json", strings.Repeat(`{"":`, n) + "{" + lines(30_000, `"%d":"a",`) + `"":""` + strings.Repeat("}", n+1)},
		"lists without end":          {"package.json", strings.Repeat("[", n)},
		"one engine many times":      {"package.json", `{"engines": {` + lines(40_000, `"node": "%d",`) + `"node":"x"}}`},
		"a range without end":        {"package.json", `{"engines": {"node": "` + strings.Repeat(">=1 || ", 60_000) + `1"}}`},
		"a key of NUL":               {"package.json", `{"engines\u0000": {"node": "1"}, "engines": {"node": "\u0000\u001b[31m"}}`},
		"half a character":           {"package.json", `{"engines": {"node": "\ud800"}}`},
		"JSON of escapes":            {"package.json", "{\x1b[31m"},
		"a manager of escapes":       {"package.json", `{"packageManager": "\u001b[31m@1"}`},
		"JSON of ten megabytes":      {"package.json", `{"a": "` + strings.Repeat("x", 10<<20) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			inv := read(t, c[0], c[1], "web/go.mod", "go 1.26.3\n", "x/.nvmrc", "20.11.0\n")
			got := shown(inv)
			if len(inv.Wrong) == 0 && name != "a key of NUL" && name != "carriage returns" { // of those, what is understood is taken
				t.Error("nothing is told of it")
			}
			if !strings.Contains(got, "go 1.26.3 (at least) web/go.mod:1\n") || !strings.Contains(got, "node 20.11.0 (exact) x/.nvmrc:1\n") {
				t.Errorf("it hides the others: %.300q", got)
			}
			if raw := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && r != '…' && (r > 0x7e || !unicode.IsPrint(r)) }); raw >= 0 {
				t.Errorf("raw signs are printed: %.300q", got[raw:])
			}
			if len(inv.Pins) > 202 || len(inv.Wrong) > 21 {
				t.Errorf("it makes %d pins and %d findings", len(inv.Pins), len(inv.Wrong))
			}
			for _, w := range inv.Wrong {
				if len(w.Says) > 320 {
					t.Errorf("a finding of %d bytes", len(w.Says))
				}
			}
			tool.Contradictions(inv.Pins)
		})
	}
}
