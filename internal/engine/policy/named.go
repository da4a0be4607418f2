package policy

import (
	"regexp"
	"strings"

	"prentice"
)

// NamesAgent is the first rule that tells agents of a name from others, or "": a name
// that a rule holds actor.name or actor.ref against, whole, or by its beginning,
// a part or a pattern. Such a name is not to be had for the asking.
func (p *Policy) NamesAgent(agent string) (rule string) {
	for _, r := range p.Rules() {
		for _, m := range r.looks {
			if m.Path != "actor.name" && m.Path != "actor.ref" {
				continue
			}
			for _, v := range m.Values {
				if text, ok := v.(string); ok && names(text, agent, !m.Compared) {
					return r.Name
				}
			}
		}
	}
	return ""
}

// unnamed is the same moment with an agent of no name, if it is about an agent that
// chose its name itself: what a rule loosens for a name, in whatever words, is for
// those alone to whom an owner gave it.
func unnamed(m prentice.Moment) (prentice.Moment, bool) {
	if m.Actor.Kind != prentice.Agent || m.Actor.Given {
		return m, false
	}
	m.Actor.Name = "?" // no agent is called so
	return m, true
}

// stricter is the decision that lets less through, the first where they are alike.
func stricter(a, b prentice.Decision) prentice.Decision {
	if b.Verdict < a.Verdict || b.Verdict == prentice.Ask && a.Verdict == prentice.Ask && tighter(b, a) {
		return b
	}
	return a
}

// tighter says whether a asks for more than b does.
func tighter(a, b prentice.Decision) bool {
	switch {
	case a.Approvers != b.Approvers:
		return a.Approvers > b.Approvers
	case a.Role != b.Role:
		return a.Role.Includes(b.Role)
	}
	return len(a.From) > 0 && len(b.From) == 0
}

// names says whether a constant of a rule is an agent's name; loosely also a part
// of it, or a pattern that fits it and not every name.
func names(text, agent string, loosely bool) bool {
	for _, whole := range []string{agent, "agent/" + agent} {
		if text == whole {
			return true
		}
		if loosely && text != "" && strings.Contains(whole, text) && text != "agent/" {
			return true
		}
		if pattern, err := regexp.Compile(text); loosely && err == nil && pattern.MatchString(whole) && !pattern.MatchString("agent/~") && !pattern.MatchString("~") {
			return true
		}
	}
	return false
}
