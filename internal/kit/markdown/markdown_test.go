package markdown_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/markdown"
)

func TestWhatPeopleWouldReadAsSomethingElseIsNotRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"NUL":               {"a\n\x00", 2, "NUL"},
		"no UTF-8":          {"a\nb\n\xff", 3, "UTF-8"},
		"a lone CR":         {"a\rb", 1, "carriage return"},
		"turned direction":  {"a\n\u202eb", 2, "U+202E"},
		"more than is read": {strings.Repeat("a", 101), 1, "101 bytes"},
	} {
		if _, wrong := markdown.Legible([]byte(c.text), 100); wrong == nil || wrong.Line != c.line || !strings.Contains(wrong.Text, c.says) || wrong.Hint == "" {
			t.Errorf("%s: %+v", name, wrong)
		}
	}
	if text, wrong := markdown.Legible([]byte("\ufeffa\r\nb\n"), 100); wrong != nil || string(text) != "a\nb\n" {
		t.Errorf("%q %+v", text, wrong)
	}
}

func TestAPlaceIsThatOfTheFile(t *testing.T) {
	lines := strings.Split("---\na: b\n---\n# T\n\n```x\ny\n```\n", "\n")
	front, rest, wrong := markdown.Halves(lines, "a")
	if wrong != nil || front != "\na: b\n" || rest != 3 {
		t.Fatalf("%q %d %+v", front, rest, wrong)
	}
	b, wrong := markdown.Read(lines, rest)
	if wrong != nil {
		t.Fatal(wrong)
	}
	if line, column := b.Place(strings.Index(string(b.Source), "y")); line != 7 || column != 1 || b.Raw(3) != "y" {
		t.Errorf("%d:%d %q", line, column, b.Raw(3))
	}
	if _, wrong := markdown.Read([]string{strings.Repeat("> ", 40)}, 0); wrong == nil {
		t.Error("a nest of 40 was read")
	}
}
