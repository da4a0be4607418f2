package standards

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
)

// good is what rules say of a repository without a fault.
func good() []Ruled {
	list := []Ruled{{ID: "secrets/aws", Truth: prentice.Pass}}
	for _, s := range analyse.BuiltIn() {
		for _, r := range s.Rules {
			list = append(list, Ruled{ID: r.ID, Truth: prentice.Pass})
		}
	}
	return list
}

func TestEveryControlOfTheBaselineIsAnsweredAndEachRuleItNamesIsThere(t *testing.T) {
	if n := len(osps()); n != 41 {
		t.Errorf("there are %d controls", n)
	}
	there := map[string]bool{}
	for _, r := range good() {
		there[r.ID] = true
	}
	for _, c := range osps() {
		for _, a := range c.Asks {
			if len(a.Rules) == 0 && a.Unseen == "" {
				t.Errorf("%s.%s has neither rules nor a reason", c.ID, a.ID)
			}
			for _, name := range append(a.Rules, a.Breaks...) {
				if !there[name] && !strings.HasSuffix(name, "/") {
					t.Errorf("%s.%s names the rule %s, which is not there", c.ID, a.ID, name)
				}
			}
		}
	}
}

func TestWhatIsUnknownOrExcusedIsNeverAPassOfAControl(t *testing.T) {
	tree := check.Example{Files: map[string]string{"LICENSE": "MIT License", "a.go": ""}}.Tree()
	of := func(id string, rules []Ruled) Control {
		for _, c := range baseline(tree, rules) {
			if c.ID == id {
				return c
			}
		}
		t.Fatal("no control", id)
		return Control{}
	}
	set := func(id string, change func(*Ruled)) []Ruled {
		list := good()
		for i := range list {
			if list[i].ID == id {
				change(&list[i])
			}
		}
		return list
	}
	for _, c := range []struct {
		name, control string
		rules         []Ruled
		want          prentice.Truth
	}{
		{"all rules pass", "OSPS-LE-03", good(), prentice.Pass},
		{"a rule fails", "OSPS-LE-03", set("repository/licence", func(r *Ruled) { r.Truth = prentice.Fail }), prentice.Fail},
		{"a rule is unknown", "OSPS-LE-03", set("repository/licence", func(r *Ruled) { r.Truth = prentice.NotSeen }), prentice.NotSeen},
		{"a rule has findings that are waived", "OSPS-LE-03", set("repository/licence", func(r *Ruled) { r.Findings = make([]Found, 1) }), prentice.NotSeen},
		{"no rule was asked", "OSPS-LE-03", nil, prentice.NotSeen},
		{"only the forge knows", "OSPS-AC-01", good(), prentice.NotSeen},
		{"there is nothing that the rules could look at", "OSPS-BR-05", good(), prentice.NotSeen},
		{"what cannot pass can fail", "OSPS-VM-03", set("repository/security-policy", func(r *Ruled) { r.Truth = prentice.Fail }), prentice.Fail},
	} {
		if got := of(c.control, c.rules); got.Truth != c.want {
			t.Errorf("%s: %s is %s: %+v", c.name, c.control, got.Truth, got.Asks)
		}
	}
	if verdict, text := ofBaseline(baseline(tree, good())); verdict == prentice.Pass || !strings.Contains(text, "of 41 controls hold") {
		t.Errorf("%s\n%s", verdict, text)
	}
}
