package support

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Change is something that was done before a fault, and how near it is to it.
type Change struct {
	At       time.Time      `json:"at"`
	Before   time.Duration  `json:"before"` // the first symptom
	What     string         `json:"what"`
	Says     string         `json:"says,omitempty"`
	By       prentice.Ref   `json:"by"`
	About    []prentice.Ref `json:"about"`
	Reach    string         `json:"reach"` // how what was changed has to do with the fault
	Near     float64        `json:"near"`  // from 0 to 1, by reach and time
	Evidence prentice.Ref   `json:"evidence"`

	seq int64
}

// Neighbour is what a fault may have come from, and how it has to do with what is ill.
type Neighbour struct {
	Ref   prentice.Ref
	Hops  int  // 0 is the thing itself
	Below bool // it depends on the thing; otherwise the thing depends on it
}

// reach is how much a change there counts, and why.
func (n Neighbour) reach(ill prentice.Ref) (float64, string) {
	switch {
	case n.Hops == 0:
		return 1, "it is what is ill"
	case n.Below:
		return math.Pow(0.3, float64(n.Hops)), fmt.Sprintf("%s depends on %s", n.Ref, ill)
	case n.Hops == 1:
		return 0.8, fmt.Sprintf("%s depends on it", ill)
	}
	return math.Pow(0.8, float64(n.Hops)), fmt.Sprintf("%s depends on it over %d others", ill, n.Hops-1)
}

// wholeTeam is the reach of what may concern everything: the files of the team, its policy, a secret.
const wholeTeam = 0.4

// halfTime is how long before a fault a change counts for half.
const halfTime = 30 * time.Minute

// near weighs a change: what it reaches, and how long before the first symptom it was. What came a little
// later than that counts as if at that moment: a fault may be older than its first symptom, never younger.
func near(reach float64, before time.Duration) float64 {
	return reach * float64(halfTime) / float64(halfTime+max(before, 0))
}

// ranked is changes with the nearest first; of equals the one that was later.
func ranked(list []Change) []Change {
	slices.SortFunc(list, func(a, b Change) int {
		switch {
		case a.Near != b.Near && a.Near > b.Near:
			return -1
		case a.Near != b.Near:
			return 1
		case !a.At.Equal(b.At):
			return b.At.Compare(a.At)
		}
		return int(b.seq - a.seq)
	})
	return list
}

// Changes is what was changed before an incident.
type Changes struct {
	Incident prentice.Ref   `json:"incident"`
	Subject  prentice.Ref   `json:"subject"`
	First    time.Time      `json:"first_symptom"`
	From     time.Time      `json:"from"`
	Looked   []prentice.Ref `json:"looked"` // at what evidence is about
	Changes  []Change       `json:"changes"`
	More     bool           `json:"more,omitempty"` // than was looked at
}

// Table implements op.Tabler.
func (c Changes) Table() (head []string, rows [][]string) {
	head = []string{"NEAR", "BEFORE", "AT (UTC)", "WHAT", "ABOUT", "REACH", "BY", "EVIDENCE"}
	for _, one := range c.Changes {
		rows = append(rows, []string{fmt.Sprintf("%.2f", one.Near), long(one.Before), op.Cell(one.At), one.What, refsText(one.About), one.Reach, string(one.By), string(one.Evidence)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (c Changes) Empty() string {
	return fmt.Sprintf("Nothing is known to have changed between %s and the first symptom at %s on %s. What is changed past prentice leaves no evidence here: ask who could have.",
		op.At(c.From), op.At(c.First), refsText(c.Looked))
}

func refsText(refs []prentice.Ref) string {
	const most = 4
	var words []string
	for _, r := range refs[:min(most, len(refs))] {
		words = append(words, string(r))
	}
	if len(refs) > most {
		words = append(words, fmt.Sprintf("%d more", len(refs)-most))
	}
	return strings.Join(words, ", ")
}

var (
	_ op.Tabler  = Changes{}
	_ op.Emptier = Changes{}
)
