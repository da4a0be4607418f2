package catalog

import (
	"maps"
	"regexp"
	"slices"

	"prentice/internal/kit/variable"
)

// validFact is what the key of a label must be to become TARGET_KEY.
var validFact = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,62}$`)

// facts are the labels of a host or another resource that can be the name of a variable. Those with
// a prefix belong to other tools. A label that would replace what every target has,
// two that would be one variable, and one that is called like a credential are left
// out, and the finding says so.
func facts(found *report, e *entry) map[string]string {
	var out map[string]string
	by := map[string]string{}
	host := e.entity.Ref.Kind() + " " + e.entity.Ref.Name()
	for _, k := range slices.Sorted(maps.Keys(e.entity.Labels)) {
		if !validFact.MatchString(k) {
			continue
		}
		as := variable.OfFact(k)
		switch other, twice := by[as]; {
		case as == "":
			found.advise(e.entity.At, "call it something else", "no fact is made of the label %s of %s: TARGET_%s is what every target has", k, host, variable.Of(k))
			continue
		case twice:
			found.advise(e.entity.At, "rename one of them", "no fact is made of the labels %s and %s of %s: both would be %s", other, k, host, as)
			delete(out, other)
			continue
		}
		by[as] = k
		if variable.IsCredential(k) && e.entity.Labels[k] != "" {
			found.advise(e.entity.At, "keep it with: prentice secret set NAME FILE", "no fact is made of the label %s of %s: the name is that of a secret, and facts stand in plans, which are kept", k, host)
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[k] = e.entity.Labels[k]
	}
	return out
}
