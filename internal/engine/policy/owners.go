package policy

import (
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// Belonging is whose a thing is: the group that owns it, and the system that it is
// part of. Roles are held on both, and rules ask owners, so that who approves
// depends on it: it is adopted, as groups are.
type Belonging struct{ Owner, System prentice.Ref }

// belongs begins the part of an adopted text that says what belongs to whom. A text
// of before has no such part.
const belongs = "# what belongs to whom\n"

const (
	ownerOf  = "owner of "
	systemOf = "system of "
)

// Belongings is what the catalog and the procedures say of what belongs to whom,
// as the second part of a text that is adopted.
func Belongings(c *team.Catalog, procedures []prentice.Procedure) string {
	lines := map[string]bool{}
	add := func(of string, thing, whose prentice.Ref) {
		if thing != "" && whose != "" {
			lines[of+string(thing)+": "+string(whose)+"\n"] = true
		}
	}
	for _, e := range c.Entities {
		add(ownerOf, e.Ref, e.Owner)
		add(systemOf, e.Ref, e.System)
	}
	for _, s := range c.Services {
		add(ownerOf, s.Ref, s.Owner)
		add(systemOf, s.Ref, s.System)
	}
	for _, p := range procedures {
		add(ownerOf, prentice.NewRef("procedure", p.Name), p.Owner)
	}
	return belongs + strings.Join(slices.Sorted(maps.Keys(lines)), "")
}

// BelongingsIn reads an adopted text.
func BelongingsIn(text string) map[prentice.Ref]Belonging {
	all := map[prentice.Ref]Belonging{}
	_, part := Parts(text)
	for line := range strings.Lines(part) {
		what, whose, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if thing, is := strings.CutPrefix(what, ownerOf); is {
			all[prentice.Ref(thing)] = Belonging{prentice.Ref(whose), all[prentice.Ref(thing)].System}
		}
		if thing, is := strings.CutPrefix(what, systemOf); is {
			all[prentice.Ref(thing)] = Belonging{all[prentice.Ref(thing)].Owner, prentice.Ref(whose)}
		}
	}
	return all
}

// Parts are the groups of an adopted text, and what belongs to whom; "" when the
// text was adopted before that counted.
func Parts(text string) (groups, belongings string) {
	groups, rest, found := strings.Cut(text, belongs)
	if !found {
		return text, ""
	}
	return groups, belongs + rest
}

// Says says whether a text has every line of another. What is only left out changes
// nothing: what is gone has no answerers.
func Says(text, other string) bool {
	have := map[string]bool{}
	for line := range strings.Lines(text) {
		have[line] = true
	}
	for line := range strings.Lines(other) {
		if !have[line] {
			return false
		}
	}
	return true
}

// AsksOwners says whether a rule of the team asks the owner of what a plan is about.
func (p *Policy) AsksOwners() bool {
	return slices.ContainsFunc(p.Rules(), func(r Rule) bool { return slices.Contains(r.From, prentice.ThePlansOwner) })
}
