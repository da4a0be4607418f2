package runner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// Two approvers whom one person let in count as one. Where that leaves too few, anyone who
// asks is told at once, and not when the first of them has answered.
func TestThatSeveralApproversCountAsOneIsToldBeforeAnybodyAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		letInBy map[prentice.Ref][]prentice.Ref
		more    prentice.Ref // another approver
		tied    []prentice.Ref
	}{
		"no one is behind anybody":            {},
		"one of them let the other in":        {letInBy: map[prentice.Ref][]prentice.Ref{"person/cat": {"person/ann"}}, tied: []prentice.Ref{"person/ann"}},
		"another let both in":                 {letInBy: map[prentice.Ref][]prentice.Ref{"person/ann": {"person/zoe"}, "person/cat": {"person/zoe"}}, tied: []prentice.Ref{"person/zoe"}},
		"each was let in by another person":   {letInBy: map[prentice.Ref][]prentice.Ref{"person/ann": {"person/zoe"}, "person/cat": {"person/yan"}}},
		"there is a third, let in by no one":  {letInBy: map[prentice.Ref][]prentice.Ref{"person/cat": {"person/ann"}}, more: "person/dan"},
		"there is a third, let in by the one": {letInBy: map[prentice.Ref][]prentice.Ref{"person/cat": {"person/ann"}, "person/dan": {"person/ann"}}, more: "person/dan", tied: []prentice.Ref{"person/ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, planOf(1, step("fix", prentice.Act, "target")), askTwo, func(t *testing.T, w *world) {
				w.letInBy = c.letInBy
				if c.more != "" {
					w.is(c.more, prentice.Approver)
				}
				one := w.start(bob, "fix")
				a := one.Answerers
				if a == nil || !slices.Equal(a.Tied, c.tied) || a.Short() != (len(c.tied) > 0) {
					t.Fatalf("told at once: %+v", a)
				}
				if a.Short() && (!strings.Contains(a.String(), "count as one, because "+string(c.tied[0])+" is behind them") || !strings.Contains(strings.Join(a.WaysOut, "\n"), "did not let in") || !strings.Contains(strings.Join(a.WaysOut, "\n"), string(c.tied[0]))) {
					t.Errorf("%s, %q", a, a.WaysOut)
				}
				// It is as they were told: with the answers of all who can, it goes or it does not.
				w.until(one.Number, prentice.Waiting)
				given := 0
				for _, who := range a.Able {
					by := prentice.Actor{Kind: prentice.Person, Name: who.Name(), Role: prentice.Approver, Door: "api", Behind: c.letInBy[who]}
					if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: by, Yes: true, Reason: "yes"}); err == nil {
						given++
					}
				}
				if (given == 2) == a.Short() {
					t.Errorf("%d answers counted, and they were told: %s", given, a)
				}
			})
		})
	}
}

// Anyone who is away and who stands in for them are one seat.
func TestWhoIsAwayAndTheirStandInAreNotTwoWhoCanAnswer(t *testing.T) {
	ask := askTwo
	ask.From = []prentice.Ref{"person/ann", "person/cat"}
	each(t, planOf(1, step("fix", prentice.Act, "target")), ask, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		w.until(one.Number, prentice.Waiting)
		w.is("person/dan", prentice.Approver)
		w.is(cat.Ref(), prentice.Viewer)
		if _, err := w.r.Away(t.Context(), run.Absence{Person: "person/ann", StandIn: "person/dan", Until: time.Now().Add(time.Hour)}, ann); err != nil {
			t.Fatal(err)
		}
		if a, err := w.r.Answerers(t.Context(), one.Number); err != nil || !a.Short() || !slices.Equal(a.Able, []prentice.Ref{"person/ann", "person/dan"}) || !slices.Equal(a.Tied, []prentice.Ref{"person/ann"}) {
			t.Errorf("%+v, %v", a, err)
		}
	})
}
