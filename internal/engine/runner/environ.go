package runner

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/variable"
)

// environment is what a step finds in its environment: what every step gets, what
// its plan says, its target with the facts of it, and the secrets. A name is given
// once. A fact that would replace something else is unset, and so are two facts
// that would be one variable. A secret that would is an error: the step was
// approved with what stands there.
func environment(ours []string, planned map[string]string, target prentice.Target, facts, secrets map[string]string) ([]string, error) {
	env, has := slices.Clone(ours), map[string]bool{}
	for _, e := range ours {
		name, _, _ := strings.Cut(e, "=")
		has[name] = true
	}
	set := func(name, value string) bool {
		if has[name] {
			return false
		}
		has[name], env = true, append(env, name+"="+value)
		return true
	}
	if target.Ref != "" {
		set("TARGET_REF", string(target.Ref))
		set("TARGET_NAME", target.Ref.Name())
		set("TARGET_ADDRESS", target.Address)
		if target.Via.Ref != "" { // a host may have a fact of that name
			set("TARGET_VIA", target.Via.Ref.Name())
		}
	}
	for _, name := range sortedKeys(planned) {
		if !set(name, planned[name]) {
			return nil, prentice.Errorf(prentice.Refused, "the plan would replace the variable %s", name).Try("ask for the procedure again, so that it is planned anew")
		}
	}
	wanted := map[string]int{}
	for name := range facts {
		wanted[variable.OfFact(name)]++
	}
	for _, name := range sortedKeys(facts) {
		if as := variable.OfFact(name); as != "" && wanted[as] == 1 {
			set(as, facts[name])
		}
	}
	for _, name := range sortedKeys(secrets) {
		as := variable.Of(name)
		why := variable.Taken(as)
		if why == "" && !set(as, secrets[name]) {
			why = "something else is the variable " + as + " already"
		}
		if why != "" {
			return nil, prentice.Errorf(prentice.Refused, "secret %s would be the variable %s: %s", name, as, why).Try("keep it under another name, and name that one in secrets:")
		}
	}
	return env, nil
}
