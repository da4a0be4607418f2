package analyse_test

import (
	"testing"
	"time"

	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func judge() *standard.Judge {
	return &standard.Judge{BuiltIn: analyse.BuiltIn, Analysers: analyse.All(), Version: analyse.Version, Now: func() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }}
}

func TestEveryBuiltInRuleFindsItsViolationsAndPassesItsPasses(t *testing.T) {
	k := judge().Kind()
	n := 0
	for _, s := range analyse.BuiltIn() {
		for _, r := range s.Rules {
			n++
			for _, wrong := range check.Toothless(t.Context(), k, r) {
				t.Errorf("%s: %s", r.ID, wrong)
			}
			if len(r.Cites) == 0 {
				t.Errorf("%s cites no principle", r.ID)
			}
		}
	}
	if n < 50 {
		t.Errorf("there are %d rules", n)
	}
	t.Logf("%d rules in %d standards", n, len(analyse.BuiltIn()))
}
