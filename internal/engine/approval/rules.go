package approval

import (
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// RuleChanges compares two answers of the policy.
func RuleChanges(old, now prentice.Decision) []run.Difference {
	var changes []run.Difference
	add := func(what, old, now string) {
		if old != now {
			changes = append(changes, run.Difference{What: what, Old: old, New: now})
		}
	}
	add("policy", old.Policy, now.Policy)
	add("rules", strings.Join(old.Rules, ", "), strings.Join(now.Rules, ", "))
	add("verdict", old.Verdict.String(), now.Verdict.String())
	add("asks", Asking(old), Asking(now))
	return changes
}

// Asking is what a decision asks, in words.
func Asking(d prentice.Decision) string {
	if d.Verdict != prentice.Ask {
		return "nobody"
	}
	text := d.Asks().String()
	if d.NeedsReason {
		text += ", with a reason"
	}
	return text
}
