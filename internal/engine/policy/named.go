package policy

import (
	"regexp"
	"strings"
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
