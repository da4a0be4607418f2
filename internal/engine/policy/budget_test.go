package policy_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
)

func TestABudgetIsOpenOrClosedAsTheRuleSays(t *testing.T) {
	share := func(f float64) *float64 { return &f }
	closed := load(t, rules(rule("closed", 9, `budget.left <= 0.0`, "refuse"), rule("rest", 1, `plan.risk != "look"`, "allow")))
	open := load(t, rules(rule("open", 9, `budget.known && budget.left <= 0.0`, "refuse"), rule("rest", 1, `plan.risk != "look"`, "allow")))
	named := load(t, rules(rule("named", 9, `"answers" in budget.spent || size(budget.burning) > 0`, "refuse"), rule("rest", 1, `plan.risk != "look"`, "allow")))
	for _, c := range []struct {
		fact                string
		budget              *prentice.Budget
		closed, open, named prentice.Verdict
	}{
		{"nothing is promised", nil, prentice.Refuse, prentice.Allow, prentice.Allow},
		{"nothing was seen", &prentice.Budget{Unknown: []string{"answers"}}, prentice.Refuse, prentice.Allow, prentice.Allow},
		{"it cannot be read", &prentice.Budget{Unread: "the disk is full"}, prentice.Refuse, prentice.Refuse, prentice.Refuse},
		{"some is left", &prentice.Budget{Left: share(0.2)}, prentice.Allow, prentice.Allow, prentice.Allow},
		{"it is spent", &prentice.Budget{Left: share(0), Spent: []string{"answers"}}, prentice.Refuse, prentice.Refuse, prentice.Refuse},
		{"more than all is spent", &prentice.Budget{Left: share(-3), Spent: []string{"answers"}}, prentice.Refuse, prentice.Refuse, prentice.Refuse},
	} {
		m := moment(plan())
		m.Record.Budget = c.budget
		for name, one := range map[string]struct {
			by   *policy.Policy
			want prentice.Verdict
		}{"closed": {closed, c.closed}, "open": {open, c.open}, "named": {named, c.named}} {
			if got := one.by.Decide(t.Context(), m).Verdict; got != one.want {
				t.Errorf("%s, and the rule is %s: %s", c.fact, name, got)
			}
		}
	}
}
