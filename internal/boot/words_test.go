package boot

import (
	"slices"
	"strings"
	"testing"

	"prentice/internal/face/cli"
)

// A command that is in no group of the help stands at its end, as verbs alone.
func TestEveryNounHasAPlaceInTheHelpAndATextThere(t *testing.T) {
	known := map[string]bool{}
	for _, o := range (&commands{}).ops() {
		noun, _, isGroup := strings.Cut(o.Name, ".")
		known[noun] = true
		if isGroup && nouns[noun] == "" {
			t.Errorf("the help says nothing of %s", noun)
		}
		if !slices.ContainsFunc(groups, func(g cli.Group) bool { return slices.Contains(g.Nouns, noun) }) {
			t.Errorf("%s is in no group of the help", noun)
		}
	}
	for noun := range nouns {
		if !known[noun] {
			t.Errorf("the help speaks of %s, and there is no such operation", noun)
		}
	}
}
