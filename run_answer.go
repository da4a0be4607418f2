package prentice

import (
	"fmt"
	"strings"
)

// Yours is how someone relates to a run that waits for an approval, before they
// answer: what they would be told if they tried.
type Yours struct {
	Approve bool   `json:"approve"`       // they may
	Refuse  bool   `json:"refuse"`        // they may; what they asked for or caused they take back
	Caused  bool   `json:"caused"`        // they asked for it or caused it
	Why     string `json:"why,omitempty"` // they may not approve
	Try     string `json:"try,omitempty"` // what to do instead
}

// Override says whether someone may let a run go without the approvals that it
// lacks, and why not, before they try.
type Override struct {
	May bool   `json:"may"`
	Why string `json:"why,omitempty"`
	Try string `json:"try,omitempty"`
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
