package syntax_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"prentice/internal/kit/syntax"
)

// letters are how the kinds are written in these tests.
const letters = ".csnkam"

// told is a text with a letter for what each byte of it is.
func told(t testing.TB, name, text string) string {
	lang := syntax.Of(name, text)
	if lang == nil {
		t.Fatalf("no language for %s", name)
	}
	var out []string
	var state syntax.State
	for line := range strings.SplitSeq(text, "\n") {
		says := []byte(strings.Repeat(".", len(line)))
		var spans []syntax.Span
		spans, state = lang.Line(nil, line, state)
		for _, s := range spans {
			for i := s.From; i < s.To; i++ {
				says[i] = letters[s.Kind]
			}
		}
		out = append(out, string(says))
	}
	return strings.Join(out, "\n")
}

func TestPartsOfLinesAreWhatTheirLanguageSays(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.go", "x := `a\nb` // c\nreturn 'a' + 0x1f", ".....ss\nss.cccc\nkkkkkk.sss...nnnn"},
		{"a.go", "/* a\n*/ if \"\\\"\" {", "cccc\ncc.kk.ssss.."},
		{"a.rs", "fn f<'a>(x: &'a str) { 'x' }", "kk..............kkk....sss.."},
		{"a.rs", "/* /* */ x */ let", "ccccccccccccc.kkk"},
		{"a.c", "#include <a.h>\nchar", "mmmmmmmm......\nkkkk"},
		{"a.py", "@wraps(f)\ndef f(): # no\n\"\"\"a\nb\"\"\"", "mmmmmm...\nkkk......cccc\nssss\nssss"},
		{"run.sh", "cat <<'EOF'\n$x # y\nEOF\necho ${x} $# # z", "....mmmmmmm\nssssss\nmmm\nkkkk.aaaa....ccc"},
		{"x.yaml", "a.b: true # c\nrun: |\n  x: 1\nc: \"d: e\"\n- url: http://x", "aaa..kkkk.ccc\naaa...\nssssss\na..ssssss\n..aaa.........."},
		{"x.json", "{\"a\": \"b\", \"c\": [1e3, null]}", ".aaa..sss..aaa...nnn..kkkk.."},
		{"x.toml", "[a.b]\nc = 'd' # e", "kkkkk\na...sss.ccc"},
		{"x.html", "<a href=\"x\">if</a><!-- b\n--><br>", "kk.aaaa.sssk..kkkkcccccc\ncccкkkk"},
		{"x.md", "# T\n```go\nif\n```\na `b` c", "kkk\nmmmmm\nss\nmmm\n..sss.."},
		{"Makefile", "all: x\n\techo $(X)", "aaa...\n......aaaa"},
		{"Dockerfile", "FROM x AS y\nRUN z", "kkkk...kk..\nkkk.."},
		{"x.css", "a { color: #fff; } /* x */", "....aaaaa..........ccccccc"},
		{"x.sql", "SELECT 'it''s' FROM t -- x", "kkkkkk.sssssss.kkkk...cccc"},
		{"run", "#!/usr/bin/env python3\nif x:", "cccccccccccccccccccccc\nkk..."},
	} {
		if got, want := told(t, c.name, c.text), strings.ReplaceAll(c.want, "к", "k"); got != want {
			t.Errorf("%s %q\n got %q\nwant %q", c.name, c.text, got, want)
		}
	}
	for _, name := range []string{"a.txt", "LICENSE", "x.unknown", "", "."} {
		if l := syntax.Of(name, "hello"); l != nil {
			t.Errorf("%q is %s", name, l.Name)
		}
	}
	if spans, _ := (*syntax.Language)(nil).Line(nil, "if", syntax.State{}); spans != nil {
		t.Error("no language has words")
	}
}

// every ends of names of which each language is tried with hostile lines.
var every = strings.Fields("go mod c cpp m cs java kt scala swift rs zig js ts dart py rb pp php pl lua sh fish ps1 bat sql tf nix proto graphql thrift groovy ex erl hs ml clj r jl vim json jsonnet cue rego yaml toml ini dockerfile mk cmake css scss html md s")

func sound(t testing.TB, end, text string) {
	lang := syntax.Of("x."+end, "")
	if lang == nil {
		lang = syntax.Of(end, "")
	}
	if lang == nil {
		t.Fatalf("no language for %s", end)
	}
	var state syntax.State
	for line := range strings.SplitSeq(text, "\n") {
		var spans []syntax.Span
		spans, state = lang.Line(nil, line, state)
		at, valid := 0, utf8.ValidString(line)
		for _, s := range spans {
			if s.From < at || s.To <= s.From || s.To > len(line) || s.Kind == syntax.Plain || s.Kind > syntax.Meta {
				t.Fatalf("%s: %q: %v", end, line, spans)
			}
			if valid && !utf8.ValidString(line[s.From:s.To]) {
				t.Fatalf("%s: %q: %v cuts a character", end, line, s)
			}
			at = s.To
		}
	}
}

var hostile = []string{"", "\\", "\"\\", "'\\''", "<<", "<<A", "<", "<!", "<a b=\"", "${", "$(", "@", "#", "é'é", "\xff\xfe'\xff", "|", "a: |", "- - - |", "- \"", "/*/", "r#\"", "[[", "--[[", "%{", "key", "=", "0", "1e", "1e+", "\t#", "`", "```", "{-", "\"\"\"", "'''\\", "=begin", "@\"", "[", "[]="}

func TestNoLineIsCutWrongly(t *testing.T) {
	for _, end := range every {
		for _, a := range hostile {
			for _, b := range hostile {
				sound(t, end, a+b+"\n"+b+" "+a)
			}
		}
	}
}

func FuzzLine(f *testing.F) {
	for i, text := range hostile {
		f.Add(i, text)
	}
	f.Fuzz(func(t *testing.T, n int, text string) { sound(t, every[uint(n)%uint(len(every))], text) })
}

// A line on which each sign begins something that does not end is read once all the same:
// where it were read again from each sign, this would not end today.
func TestAHostileLineIsReadOnce(t *testing.T) {
	for _, end := range every {
		for _, sign := range []string{"<", "<<", "'", "\"", "/*", "${", "$", "@", "#", "`", "(*", "[[", "\\", "<a ", "a:", "a=", "\" ", "é"} {
			sound(t, end, strings.Repeat(sign, 1<<17))
		}
	}
}

func BenchmarkLine(b *testing.B) {
	lang := syntax.Of("a.go", "")
	lines := strings.Split(strings.Repeat("\tif price := count(basket, items) * 12; price > limit { // of all\n\t\treturn \"too much\", nil\n", 1000), "\n")
	spans := []syntax.Span{}
	for b.Loop() {
		var state syntax.State
		for _, l := range lines {
			b.SetBytes(int64(len(l)))
			spans, state = lang.Line(spans[:0], l, state)
		}
	}
	b.SetBytes(int64(len(strings.Join(lines, "\n"))))
}
