package check

import (
	"context"
	"strings"
	"testing"

	"prentice"
)

// word is a kind that finds the files which hold a word.
func word(finds string) Kind {
	return Kind{Name: "word", Check: func(_ context.Context, t *Tree, rules []Rule) ([]Outcome, error) {
		o := Outcome{Rule: rules[0].ID, Truth: prentice.Pass}
		for _, f := range t.Files {
			if text, err := t.Read(f); err != nil {
				return nil, err
			} else if strings.Contains(string(text), finds) {
				o.Truth, o.Findings = prentice.Fail, append(o.Findings, Finding{Rule: o.Rule, Path: f.Path, Says: "it holds the word"})
			}
		}
		return []Outcome{o}, nil
	}}
}

func TestARuleHasTeethWhenItsViolationFailsAndItsPassPasses(t *testing.T) {
	rule := Rule{ID: "a/word", Violations: []Example{{Files: map[string]string{"a": "bad"}}}, Passes: []Example{{Files: map[string]string{"a": "good"}}}}
	if wrong := Toothless(t.Context(), word("bad"), rule); len(wrong) > 0 {
		t.Errorf("it has teeth: %q", wrong)
	}
	for name, k := range map[string]Kind{"finds nothing": word("never"), "finds all": word("")} {
		if wrong := Toothless(t.Context(), k, rule); len(wrong) != 1 {
			t.Errorf("one that %s: %q", name, wrong)
		}
	}
	if wrong := Toothless(t.Context(), word("bad"), Rule{ID: "a/word"}); len(wrong) != 1 {
		t.Errorf("one without examples: %q", wrong)
	}
}

func TestTwoTreesAreTheSameWhenTheirPathsModesAndContentsAre(t *testing.T) {
	same := Example{Files: map[string]string{"a": "1", "b": "2"}}.Tree()
	if again := (Example{Files: map[string]string{"b": "2", "a": "1"}}).Tree(); again.Digest != same.Digest {
		t.Error("the order of files is in the digest")
	}
	for name, other := range map[string]Example{
		"content": {Files: map[string]string{"a": "1", "b": "3"}},
		"path":    {Files: map[string]string{"a": "1", "c": "2"}},
		"mode":    {Files: map[string]string{"a": "1", "b": "2"}, Modes: map[string]Mode{"b": Executable}},
	} {
		if other.Tree().Digest == same.Digest {
			t.Errorf("another %s has the same digest", name)
		}
	}
}
