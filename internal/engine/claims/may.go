package claims

import (
	"cmp"
	"slices"

	"prentice"
)

// Need is a claim on which an action depends, and how it stands for the subject.
type Need struct {
	Claim    string         `json:"claim"` // its name, such as a rule
	Says     string         `json:"says"`
	Severity Severity       `json:"severity"`
	Blocks   bool           `json:"blocks"` // without it the action may not be done
	Truth    prentice.Truth `json:"truth"`
	Reason   string         `json:"reason,omitempty"`
	Excused  string         `json:"excused,omitempty"` // why what is broken does not count: waived, or in the baseline
	Resolve  string         `json:"resolve,omitempty"` // what would make it pass
	Produce  string         `json:"produce,omitempty"` // the command that would give a verdict, where there is none
	Took     string         `json:"took,omitempty"`    // about how long that takes
	Waive    string         `json:"waive,omitempty"`   // the command that lets it be
	Who      prentice.Ref   `json:"who,omitempty"`     // who may agree to that
}

// Answer says whether an action may be done.
type Answer struct {
	May     prentice.Truth `json:"may"`     // pass is yes, fail is no
	Missing []Need         `json:"missing"` // all that is broken or unknown of what it needs, the broken first
	Held    []Need         `json:"held"`    // what it needs and is kept or excused
	Advice  []Need         `json:"advice"`  // what is broken or unknown and does not keep it from being done
}

// May says whether an action may be done by the claims on which it depends. It is no while
// one that blocks is broken, and unknown while one is; where nothing is asked of it, that
// is unknown too: an empty list is never a yes.
func May(needs []Need) Answer {
	a := Answer{May: prentice.Pass, Missing: []Need{}, Held: []Need{}, Advice: []Need{}}
	for _, n := range needs {
		switch {
		case n.Truth == prentice.Pass:
			if n.Blocks {
				a.Held = append(a.Held, n)
			}
			continue
		case n.Truth != prentice.Fail:
			n.Truth = prentice.NotSeen
		}
		if !n.Blocks {
			a.Advice = append(a.Advice, n)
			continue
		}
		a.Missing = append(a.Missing, n)
	}
	slices.SortStableFunc(a.Missing, func(x, y Need) int {
		return cmp.Or(cmp.Compare(worse(x.Truth), worse(y.Truth)), cmp.Compare(x.Claim, y.Claim))
	})
	switch {
	case len(a.Missing) > 0:
		a.May = a.Missing[0].Truth
	case len(a.Held) == 0:
		a.May = prentice.NotSeen
	}
	return a
}

func worse(t prentice.Truth) int {
	if t == prentice.Fail {
		return 0
	}
	return 1
}
