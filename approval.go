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

// Answerers are the people who can approve a run at this moment, and how many
// of them it takes.
type Answerers struct {
	Needed  int      `json:"needed"`            // approvals that it still lacks
	Role    Role     `json:"role,omitempty"`    // that they need on all that it touches
	Able    []Ref    `json:"able"`              // who can give one: not those behind the cause of the run or behind an approval that it has
	Away    []Ref    `json:"away,omitempty"`    // those of them who said that they are away
	Owners  []Ref    `json:"owners,omitempty"`  // of several parts of the plan, each of whom still has to agree
	Without []Ref    `json:"without,omitempty"` // those of them for whom no one can answer
	Tied    []Ref    `json:"tied,omitempty"`    // who is behind several of them, where these count as one, and so all are too few
	WaysOut []string `json:"ways_out,omitempty"`
}

// Short says whether they are too few for the run ever to be approved as the
// team is now.
func (a Answerers) Short() bool {
	return len(a.Able) < a.Needed || len(a.Tied) > 0 || len(a.Without) > 0
}

// Present are those who can answer and are not away; if all of them are away, all.
func (a Answerers) Present() []Ref {
	var here []Ref
	for _, p := range a.Able {
		if SharedPerson([]Ref{p}, a.Away) == "" {
			here = append(here, p)
		}
	}
	if len(here) == 0 {
		return a.Able
	}
	return here
}

// String is who can answer, in words: person/ann or person/ben can answer.
func (a Answerers) String() string {
	if len(a.Able) == 0 {
		return "no one on the team can answer as things are"
	}
	text := AnyOf(a.Present(), 5) + " can answer"
	if a.Short() && len(a.Without) == 0 {
		text = fmt.Sprintf("%d must, and only %s", a.Needed, text)
	}
	if len(a.Owners) > 0 {
		text += ", and each of " + AllOf(a.Owners) + " has to agree"
	}
	if len(a.Without) > 0 {
		text += ", but no one can answer for " + joined(a.Without, " or ")
	}
	if len(a.Tied) > 0 {
		text += fmt.Sprintf(", several of whom count as one, because %s is behind them", AnyOf(a.Tied, 3))
	}
	return text
}

// AnyOf is some of a list in words, and how many more there are.
func AnyOf(list []Ref, most int) string {
	words := make([]string, 0, most)
	for _, r := range list[:min(len(list), most)] {
		words = append(words, string(r))
	}
	if more := len(list) - most; more > 0 {
		return fmt.Sprintf("%s or %d more", strings.Join(words, ", "), more)
	}
	return strings.Join(words, " or ")
}
