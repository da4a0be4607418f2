package prentice

import (
	"slices"
	"strings"
)

// All is every operation or every thing, where someone says so. Saying nothing
// is none of them.
const All = "*"

// Grant is a role that holds for some things only: a service or another entity
// of the catalog, all that belongs to a system, or all that a group owns.
type Grant struct {
	Role Role `json:"role"`
	On   Ref  `json:"on"`
}

// Grantable are the kinds of thing that a role can be granted on.
var Grantable = []string{"system", "group", "service"}

// ParseGrantable reads what a role can be granted on.
func ParseGrantable(s string) (Ref, error) {
	ref, err := ParseRef(s)
	if err != nil {
		return "", err
	}
	if !slices.Contains(Grantable, ref.Kind()) {
		return "", Errorf(Invalid, "nothing can be granted on %q", clip(s)).Try("write system/NAME, group/NAME (what the group owns) or service/NAME")
	}
	return ref, nil
}

// ParseScoped reads what a token can be for: what a role can be granted on, or a hook.
func ParseScoped(s string) (Ref, error) {
	if ref, err := ParseRef(s); err == nil && ref.Kind() == "hook" {
		return ref, nil
	}
	ref, err := ParseGrantable(s)
	if KindOf(err) == Invalid && err != nil {
		err = Errorf(Invalid, "a token cannot be for %q alone", clip(s)).Try("write system/NAME, group/NAME (what the group owns), service/NAME or hook/NAME")
	}
	return ref, err
}

// Scope narrows what a token is for, whatever its role: operations by name, or
// all of a noun as "run.*"; and the things that it may act on. All is written
// as "*". The zero Scope is for nothing.
type Scope struct {
	Ops []string `json:"ops"`
	On  []Ref    `json:"on"`
}

// Asks says whether the scope holds an operation.
func (s *Scope) Asks(op string) bool {
	return s == nil || slices.ContainsFunc(s.Ops, func(o string) bool {
		noun, whole := strings.CutSuffix(o, ".*")
		return o == All || o == op || whole && strings.HasPrefix(op, noun+".")
	})
}

// Everywhere says whether the scope holds every thing.
func (s *Scope) Everywhere() bool { return s == nil || slices.Contains(s.On, Ref(All)) }

// String is the scope in words: for run.start on service/checkout.
func (s *Scope) String() string {
	var words []string
	if !slices.Contains(s.Ops, All) {
		words = append(words, "for", strings.Join(s.Ops, ", "))
	}
	if !s.Everywhere() {
		on := make([]string, len(s.On))
		for i, ref := range s.On {
			on[i] = string(ref)
		}
		words = append(words, "on", strings.Join(on, ", "))
	}
	return strings.Join(words, " ")
}

// covers says whether the scope holds a thing that is known by these refs.
func (s *Scope) covers(thing []Ref) bool {
	return s.Everywhere() || slices.ContainsFunc(s.On, func(on Ref) bool { return slices.Contains(thing, on) })
}

// RoleFor is what the actor is for a thing, given the refs by which it can be
// granted: its own, its system's and its owner's. Outside the scope of their
// token they are no one.
func (a Actor) RoleFor(thing ...Ref) Role {
	if !a.Scope.covers(thing) {
		return ""
	}
	role := a.Role
	for _, g := range a.Grants {
		if slices.Contains(thing, g.On) {
			role = greater(role, g.Role)
		}
	}
	return role
}

// Most is the greatest role that the actor has anywhere.
func (a Actor) Most() Role {
	role := a.Role
	for _, g := range a.Grants {
		role = greater(role, g.Role)
	}
	return role
}

// MightAsk says whether there is anything for which the actor may ask for an
// operation that needs a role. Whether it is this thing, the door decides.
func (a Actor) MightAsk(op string, least Role) bool {
	return a.Scope.Asks(op) && a.Most().Includes(least)
}

// greater is the greater of two roles; what is no role is less than any.
func greater(a, b Role) Role {
	if slices.Index(roles, b) > slices.Index(roles, a) {
		return b
	}
	return a
}

// LeastRole is the least of some roles; of none it is none.
func LeastRole(list ...Role) Role {
	if len(list) == 0 {
		return ""
	}
	least := list[0]
	for _, r := range list[1:] {
		if !r.Includes(least) {
			least = r
		}
	}
	return least
}
