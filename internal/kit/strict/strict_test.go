package strict_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/strict"
)

// near is a word with the same letters.
func near(word string, known []string) string {
	for _, k := range known {
		if len(k) == len(word) && strings.Trim(k, word) == "" {
			return k
		}
	}
	return ""
}

// read reads a file of one list of fruits and a colour.
func read(text string) *strict.Reader {
	r := strict.Reader{Near: near}
	top := r.Document([]byte(text))
	if top == nil {
		return &r
	}
	v := r.Mapping(top, "basket", "fruits", "colour", "name")
	r.Choices(v["fruits"], "fruits", []string{"apple", "pear"})
	if v["colour"] != nil {
		r.Choice(v["colour"], "colour", []string{"red", "green"})
	}
	r.Needed(v["name"], top, "basket", "name", "give it a name")
	return &r
}

func TestWhatIsRightHasNoProblem(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "name: b\nfruits: [apple, pear]\ncolour: red\n"} {
		if r := read(text); len(r.Problems) > 0 {
			t.Errorf("%q: %+v", text, r.Problems)
		}
	}
}

func TestNothingIsPassedOver(t *testing.T) {
	for _, c := range []struct {
		name, text string
		line       int
		says, hint string
	}{
		{"a misspelt key", "name: b\nfriuts: [apple]\n", 2, `no key "friuts"`, `"fruits"`},
		{"a key twice", "name: b\nname: c\n", 2, "twice", "one of them"},
		{"an empty list", "name: b\nfruits: []\n", 2, "not a list", "leave the key out"},
		{"a text for a list", "name: b\nfruits: apple\n", 2, "not a list", "dash"},
		{"a misspelt word in a list", "name: b\nfruits:\n  - apple\n  - paer\n", 4, `no "paer"`, `"pear"`},
		{"a word twice", "name: b\nfruits: [apple, apple]\n", 2, "twice", "one of them"},
		{"a misspelt choice", "name: b\ncolour: rde\n", 2, `"rde" is not a colour`, `"red"`},
		{"what is needed is not there", "colour: red\n", 1, "no name", "give it a name"},
		{"an empty text", "name: ''\n", 1, "not a text", ""},
		{"an alias", "name: &x b\ncolour: *x\n", 1, "anchors", "write the value out"},
		{"a tag", "name: !!binary aGVsbG8=\n", 1, "tag", "leave the tag out"},
		{"two documents", "name: b\n---\nname: c\n", 2, "second YAML document", "one document"},
		{"half a file", "name: 'b\n", 0, "not YAML", "indentation"},
		{"a huge file", strings.Repeat("# padding\n", strict.MaxBytes/10+1), 0, "bytes", "split"},
		{"a deep file", "name: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), 1, "more here", "split"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(c.text)
			if len(r.Problems) == 0 {
				t.Fatal("was read")
			}
			p := r.Problems[0]
			if !strings.Contains(p.Text, c.says) || !strings.Contains(p.Hint, c.hint) || c.line > 0 && p.Line != c.line {
				t.Errorf("got %+v, want line %d, %q, hint %q", p, c.line, c.says, c.hint)
			}
		})
	}
}

func TestATagThatTheReaderKnowsIsLeftToIt(t *testing.T) {
	r := strict.Reader{Tags: []string{"!vault"}}
	if top := r.Document([]byte("a: !vault x\n")); top == nil || top.Content[1].Tag != "!vault" || top.Content[1].Value != "x" {
		t.Errorf("%+v", r.Problems)
	}
	if r.Document([]byte("a: [!other x]\n")) != nil || len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, "the tag !other is not read") {
		t.Errorf("%+v", r.Problems)
	}
}

func TestAProblemNamesAThingWithItsArticle(t *testing.T) {
	for what, want := range map[string]string{"task": `a task has no key "x"`, "end": `an end has no key "x"`, "alerts file": `an alerts file has no key "x"`, "a finding": `a finding has no key "x"`, "an agreement": `an agreement has no key "x"`} {
		var r strict.Reader
		r.Mapping(r.Document([]byte("x: 1\n")), what, "y")
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, want) {
			t.Errorf("%s: %+v", what, r.Problems)
		}
	}
}
