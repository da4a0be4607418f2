package standards

import (
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// byChance ends what is said of a case that passed, and had failed on the same content.
const byChance = "passed, and failed before on the same content: it is flaky"

// onlyByChance says whether all that is wrong is that cases which passed now failed before
// on the same content. A check run of people fails by that: someone repairs the case, or
// puts it in quarantine. It is no reason to say of a change that it fails: the queue asks
// that, and shows the case with what it lands.
func onlyByChance(says []string) bool {
	for _, s := range says {
		if !strings.HasSuffix(s, byChance) {
			return false
		}
	}
	return len(says) > 0
}

// byChance is the cases by which alone a check run failed; none where something else is
// broken or unknown.
func (c *Checked) byChance() (list []string) {
	for _, r := range c.Rules {
		if !r.Blocks || r.Truth == prentice.Pass {
			continue
		}
		var says []string
		for _, f := range r.Findings {
			if f.Excuse == check.None {
				says = append(says, f.Says)
			}
		}
		if !onlyByChance(says) {
			return nil
		}
		list = append(list, says...)
	}
	return list
}

// saysOf are the findings of a rule that count.
func saysOf(s check.Standing) (list []string) {
	for i, f := range s.Outcome.Findings {
		if s.Excuses[i] == check.None {
			list = append(list, f.Says)
		}
	}
	return list
}
