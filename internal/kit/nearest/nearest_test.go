package nearest_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/nearest"
)

func TestTheNearestWordIsTheOneThatWasMeant(t *testing.T) {
	keys := []string{"summary", "owner", "review_by", "inputs", "targets", "limits", "secrets", "on"}
	for _, c := range []struct{ name, word, want string }{
		{"a letter left out", "sumary", "summary"},
		{"two letters swapped", "onwer", "owner"},
		{"a dash for an underscore", "review-by", "review_by"},
		{"a missing plural", "input", "inputs"},
		{"another case", "Targets", "targets"},
		{"nothing like it", "colour", ""},
		{"no word at all", "", ""},
		{"a word of one letter is near nothing long", "x", ""},
		{"a very long word costs nothing", strings.Repeat("summary", 1000), ""},
		{"an end left off, however long", "revi", "review_by"},
		{"a nearer word than one that it begins", "ons", "on"},
		{"letters that are not ASCII", "ownér", "owner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := nearest.Of(c.word, keys); got != c.want {
				t.Errorf("nearest to %q is %q, want %q", c.word, got, c.want)
			}
		})
	}
}

func TestOfTwoEquallyNearWordsTheFirstIsTaken(t *testing.T) {
	if got := nearest.Of("cat", []string{"bat", "hat"}); got != "bat" {
		t.Errorf("got %q", got)
	}
}
