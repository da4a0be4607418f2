package gate

import (
	"maps"
	"slices"
	"testing"

	"prentice"
)

func TestOnlyWhatIsKnownToHaveHelpedEndsAStreak(t *testing.T) {
	const useless, failures, backOff = prentice.HoldUseless, prentice.HoldFailures, prentice.HoldBackOff
	for _, c := range []struct {
		name         string
		state        prentice.State
		subject      prentice.Ref
		acted        bool
		longer, over []prentice.HoldCode
		fixed        bool
	}{
		{"verified", prentice.Verified, "service/shop", true, nil, []prentice.HoldCode{failures, backOff, useless}, true},
		{"verified without anything to do", prentice.Verified, "service/shop", false, nil, []prentice.HoldCode{failures, backOff}, false},
		{"no one knows whether it helped", prentice.Unverified, "service/shop", true, nil, []prentice.HoldCode{failures, backOff}, false},
		{"undone", prentice.Undone, "service/shop", true, []prentice.HoldCode{failures, backOff, useless}, nil, false},
		{"failed before anything was begun", prentice.Failed, "service/shop", false, []prentice.HoldCode{failures, backOff}, nil, false},
		{"failed without a subject", prentice.Failed, "", true, []prentice.HoldCode{failures, backOff}, nil, false},
		{"stopped by a person", prentice.Cancelled, "service/shop", true, nil, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := OutcomeOf(prentice.Run{Procedure: "fix", Subject: c.subject, State: c.state, Requester: "self/prentice"}, c.acted)
			sorted := func(m map[prentice.HoldCode]string) []prentice.HoldCode { return slices.Sorted(maps.Keys(m)) }
			slices.Sort(c.longer)
			slices.Sort(c.over)
			if !slices.Equal(sorted(out.Longer), c.longer) || !slices.Equal(sorted(out.Over), c.over) || out.Fixed != c.fixed {
				t.Errorf("got %+v", out)
			}
		})
	}
	if OutcomeOf(prentice.Run{Subject: "service/shop", State: prentice.Verified, Requester: "person/ann"}, true).Fixed {
		t.Error("what a person fixed counts as fixed without one")
	}
}
