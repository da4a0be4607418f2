package claims_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/claims"
)

func TestWhatMayBeDoneIsSaidByTheClaimsThatBlock(t *testing.T) {
	need := func(text string) (list []claims.Need) {
		for word := range strings.FieldsSeq(text) {
			truth, severity, _ := strings.Cut(word, ":")
			list = append(list, claims.Need{Claim: word, Blocks: severity == "block", Truth: prentice.Truth(truth)})
		}
		return list
	}
	for _, c := range []struct {
		needs          string
		may            prentice.Truth
		missing        string
		held, advisory int
	}{
		{"", prentice.NotSeen, "", 0, 0},
		{"pass:advise", prentice.NotSeen, "", 0, 0},
		{"pass:block", prentice.Pass, "", 1, 0},
		{"pass:block fail:advise unknown:advise", prentice.Pass, "", 1, 2},
		{"pass:block unknown:block", prentice.NotSeen, "unknown:block", 1, 0},
		{"pass:block :block", prentice.NotSeen, ":block", 1, 0},
		{"pass:block odd:block", prentice.NotSeen, "odd:block", 1, 0},
		{"unknown:block fail:block pass:block", prentice.Fail, "fail:block unknown:block", 1, 0},
		{"fail:block", prentice.Fail, "fail:block", 0, 0},
	} {
		a := claims.May(need(c.needs))
		var missing []string
		for _, n := range a.Missing {
			missing = append(missing, n.Claim)
		}
		if got := strings.Join(missing, " "); a.May != c.may || got != c.missing || len(a.Held) != c.held || len(a.Advice) != c.advisory {
			t.Errorf("%q: %s, missing %q, %d held, %d advice", c.needs, a.May, got, len(a.Held), len(a.Advice))
		}
	}
}
