package prentice

import (
	"fmt"
	"slices"
	"strings"
)

// Asked is whom a decision asks: so many people of a role, of some groups and
// people if it names any. When a plan acts on what is owned by several, each of
// Owners must agree, or for any of them someone of Beside.
type Asked struct {
	Needed int
	Role   Role
	From   []Ref
	Owners []Ref
}

// Asks is whom a decision asks.
func (d Decision) Asks() Asked { return Asked{d.Approvers, d.Role, d.From, d.Owners} }

// Asks is whom a question is put to.
func (q Question) Asks() Asked { return Asked{q.Needed, q.Role, q.From, q.Owners} }

// Each says whether one of each owner is all that is asked.
func (a Asked) Each() bool { return len(a.Owners) > 1 && a.Needed <= len(a.Owners) }

// Beside are those who can answer for any of the owners.
func (a Asked) Beside() []Ref {
	return slices.DeleteFunc(slices.Clone(a.From), func(f Ref) bool { return slices.Contains(a.Owners, f) })
}

// Whom is the groups and people whom it names, in words.
func (a Asked) Whom() string { return joined(a.From, " or ") }

// String is whom it asks, in words: 1 approver of each of group/dba and group/web.
func (a Asked) String() string {
	if a.Each() {
		return fmt.Sprintf("1 %s of each of %s%s", a.Role, AllOf(a.Owners), orOf(a.Beside()))
	}
	text := fmt.Sprintf("%d %s", a.Needed, a.Role)
	if a.Needed != 1 {
		text += "s"
	}
	if len(a.From) > 0 {
		text += " of " + joined(a.From, " or ")
	}
	if len(a.Owners) > 1 {
		text += ", at least 1 of each of " + AllOf(a.Owners) + orOf(a.Beside())
	}
	return text
}

func orOf(beside []Ref) string {
	if len(beside) == 0 {
		return ""
	}
	return ", or of " + joined(beside, " or ") + " in their place"
}

// AllOf are some groups or people in words, all of whom are meant.
func AllOf(refs []Ref) string { return joined(refs, " and ") }

// joined names each; an owner that no one adopted has no name.
func joined(refs []Ref, by string) string {
	words := make([]string, len(refs))
	for i, ref := range refs {
		words[i] = string(ref)
		if ref == ThePlansOwner {
			words[i] = "an owner that no one adopted"
		}
	}
	return strings.Join(words, by)
}
