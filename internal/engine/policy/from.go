package policy

import (
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// maxFrom is how many groups and people a rule may name.
const maxFrom = 50

// from reads who is asked: groups, people, or the owner of what the plan is
// about. An empty list would be no one, so it is a mistake; no list at all is
// everyone of the role.
func (r *reader) from(n *yaml.Node) []prentice.Ref {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxFrom {
		r.wrong(n, "write a list such as [group/payments, owner, person/ann], or leave it out to ask everyone of the role", "from is not a list of 1 to %d groups or people", maxFrom)
		return []prentice.Ref{}
	}
	list := []prentice.Ref{}
	seen := map[prentice.Ref]bool{}
	for _, item := range n.Content {
		ref, ok := r.oneOfWhom(item)
		switch {
		case !ok:
		case seen[ref]:
			r.wrong(item, "keep one of them", "from names %s twice", ref)
		default:
			seen[ref] = true
			list = append(list, ref)
		}
	}
	return list
}

func (r *reader) oneOfWhom(n *yaml.Node) (prentice.Ref, bool) {
	if n.Kind == yaml.ScalarNode && n.Value == string(prentice.ThePlansOwner) {
		return prentice.ThePlansOwner, true
	}
	ref, err := prentice.ParseRef(n.Value)
	if n.Kind == yaml.ScalarNode && err == nil && (ref.Kind() == "group" || ref.Kind() == "person") {
		return ref, true
	}
	hint := "write group/NAME, person/NAME or owner"
	if kind, name, found := strings.Cut(n.Value, "/"); found {
		hint = instead(kind, []string{"group", "person"}) + " before /" + clip.Text(name)
	} else if n.Value != "" {
		hint = instead(n.Value, []string{string(prentice.ThePlansOwner), "group/" + n.Value, "person/" + n.Value})
	}
	r.wrong(n, hint, "%q cannot be asked", clip.Text(n.Value))
	return "", false
}

// yes reads a key that is true or false.
func (r *reader) yes(n *yaml.Node, key string) bool {
	if n == nil || n.Value == "false" && n.Tag == "!!bool" {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Value != "true" {
		r.wrong(n, "write true or false", "%s is %q", key, clip.Text(n.Value))
	}
	return true
}
