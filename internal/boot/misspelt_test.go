package boot

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
)

// misspelt is a word with two of its letters in the wrong order, or one too many.
func misspelt(word string) string {
	for i := len(word) - 2; i > 0; i-- {
		if word[i] != word[i+1] && word[i] != '.' && word[i+1] != '.' && word[i+1] != 'N' {
			return word[:i] + string(word[i+1]) + string(word[i]) + word[i+2:]
		}
	}
	return word + word[len(word)-1:]
}

// hintAt is what lint says of a file's line; false if it says nothing.
func hintAt(text string, line int, kinds procedure.Kinds) (string, bool) {
	_, findings := procedure.Parse("p.md", []byte(text), kinds)
	i := slices.IndexFunc(findings, func(f prentice.Finding) bool { return f.At.Line == line && f.Error && f.At.Column > 1 })
	if i < 0 {
		i = slices.IndexFunc(findings, func(f prentice.Finding) bool { return f.At.Line == line && f.Error })
	}
	if i < 0 {
		return "", false
	}
	return findings[i].Text + ": " + findings[i].Hint, true
}

func TestEachKindSaysWhatItIsForAndTheRightAttributeIsSuggested(t *testing.T) {
	kinds := procedure.Kinds(stepKinds(nil, &shell.Kind{}))
	common := []string{"id", "risk", "where", "expect", "idempotent", "retry", "delay", "backoff", "each"}
	for _, k := range kinds {
		d, documented := k.(prentice.Documented)
		if !documented || d.Doc().About == "" {
			t.Errorf("kind %s does not say what it is for: implement prentice.Documented", k.Name())
			continue
		}
		words := slices.Clone(common)
		for _, a := range d.Doc().Attributes {
			if a.About == "" {
				t.Errorf("kind %s does not say what %s is for", k.Name(), a.Name)
			}
			if !strings.Contains(a.Name, ".") {
				words = append(words, a.Name)
			}
		}
		for _, word := range words {
			if len(word) < 3 {
				continue // every word of two letters is near to another
			}
			text := "---\nprocedure: p\nsummary: s\ntargets: hosts()\n---\n\n## Verify\n\n```" + k.Name() + " " + misspelt(word) + "=1\ntrue\n```\n"
			if hint, found := hintAt(text, 9, kinds); !found || !strings.Contains(hint, "did you mean "+word+"?") {
				t.Errorf("%s %s: %q does not suggest %s", k.Name(), misspelt(word), hint, word)
			}
		}
	}
}

func TestTheRightKeyOfTheFrontMatterIsSuggested(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(procedure.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	tried := 0
	var walk func(of map[string]any, before string)
	walk = func(of map[string]any, before string) {
		properties, _ := of["properties"].(map[string]any)
		for key, value := range properties {
			text := "---\n" + before + misspelt(key) + ": 1\n---\n"
			line := strings.Count(text, "\n") - 1
			if len(key) > 2 {
				tried++
				if hint, found := hintAt(text, line, nil); !found || !strings.Contains(hint, "did you mean "+key+"?") {
					t.Errorf("%s: %q does not suggest %s", misspelt(key), hint, key)
				}
			}
			if below, is := value.(map[string]any); is && before == "" && below["type"] == "object" {
				walk(below, key+":\n  ")
				if each, is := below["additionalProperties"].(map[string]any); is && key == "inputs" {
					walk(each, key+":\n  one:\n    ")
				}
			}
		}
	}
	walk(schema, "")
	if tried < 20 {
		t.Errorf("%d keys were tried", tried)
	}
}
