package change

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/claims"
)

// The names of what review asks for.
const (
	ClaimApproved = "review/approved"
	ClaimOwners   = "review/owners"
	ClaimNo       = "review/no-objection"
	ClaimResolved = "review/resolved"
	ClaimBelow    = "review/below"
)

// Owned is a set of people and groups one of whom must approve some files.
type Owned struct {
	Paths  []string
	Owners []prentice.Ref // people, with those of groups
	Names  []string       // as CODEOWNERS has them
}

// Reviewed is what the rules of review are asked about.
type Reviewed struct {
	Change    Change
	Sets      []PatchSet // the oldest first
	Votes     []Vote     // the oldest first
	Open      int        // threads
	Owned     []Owned
	Below     *Change // it stands on
	Rules     Rules
	May       func(prentice.Ref) bool     // someone still has the role that approves
	Addresses func(prentice.Ref) []string // of people, as far as they are known
}

// Approving are the votes that count for the newest patch set, one for each person: of two
// behind which one person stands the first.
func (r Reviewed) Approving() (list []Vote) {
	var people []prentice.Ref
	for _, v := range Latest(r.Votes) {
		if !Counts(v, r.Sets, r.Rules) || !r.May(v.By) || prentice.SharedPerson(v.People, people) != "" || r.wroteIt(v) {
			continue
		}
		people = prentice.JoinPeople(people, v.People)
		list = append(list, v)
	}
	return list
}

func (r Reviewed) wroteIt(v Vote) bool {
	return slices.ContainsFunc(prentice.JoinPeople(v.People, []prentice.Ref{v.By}), func(p prentice.Ref) bool {
		_, wrote := Wrote(p, r.Sets, r.Addresses(p))
		return wrote
	})
}

// Needs is what review asks for, and how each stands.
func (r Reviewed) Needs() []claims.Need {
	list := []claims.Need{r.approved(), r.objections()}
	if r.Rules.Owners && len(r.Owned) > 0 {
		list = append(list, r.owners())
	}
	if r.Rules.Resolved {
		list = append(list, r.resolved())
	}
	if r.Below != nil {
		list = append(list, r.below())
	}
	return list
}

func need(claim, says string, holds bool, reason string) claims.Need {
	n := claims.Need{Claim: claim, Says: says, Severity: claims.Block, Blocks: true, Truth: prentice.Pass, Reason: reason}
	if !holds {
		n.Truth = prentice.Fail
	}
	return n
}

func (r Reviewed) approved() claims.Need {
	var by []string
	for _, v := range r.Approving() {
		by = append(by, string(v.By))
	}
	reason := fmt.Sprintf("%d of %d: %s", len(by), r.Rules.Approvals, orNone(by))
	if died := r.died(); len(died) > 0 {
		reason += fmt.Sprintf("; the approval of %s is of another content", strings.Join(died, ", "))
	}
	n := need(ClaimApproved, "People who did not write it approve it as it is now", len(by) >= r.Rules.Approvals, reason)
	n.Resolve = fmt.Sprintf("have another person look at it: prentice change ask %d person/NAME", r.Change.Number)
	return n
}

// died are those whose yes does not count any more.
func (r Reviewed) died() (list []string) {
	for _, v := range Latest(r.Votes) {
		if v.Yes && !Counts(v, r.Sets, r.Rules) {
			list = append(list, fmt.Sprintf("%s (patch set %d)", v.By, v.PatchSet))
		}
	}
	return list
}

func (r Reviewed) objections() claims.Need {
	var by []string
	for _, v := range Latest(r.Votes) {
		if !v.Yes {
			by = append(by, string(v.By))
		}
	}
	reason := "no one objects"
	if len(by) > 0 {
		reason = strings.Join(by, ", ") + " said no"
	}
	n := need(ClaimNo, "No one objects", len(by) == 0, reason)
	n.Resolve = "talk to them: a no holds until the one who said it says yes or withdraws it"
	return n
}

func (r Reviewed) owners() claims.Need {
	approving := r.Approving()
	var missing []string
	for _, o := range r.Owned {
		if !slices.ContainsFunc(approving, func(v Vote) bool { return slices.Contains(o.Owners, v.By) }) {
			missing = append(missing, fmt.Sprintf("%s for %s", strings.Join(o.Names, " or "), some(o.Paths)))
		}
	}
	reason := "an owner of each file approves"
	if len(missing) > 0 {
		reason = strings.Join(missing, "; ")
	}
	n := need(ClaimOwners, "An owner of each file that it changes approves it", len(missing) == 0, reason)
	n.Resolve = "ask one of them to look at it"
	return n
}

func some(paths []string) string {
	if len(paths) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(paths[:3], ", "), len(paths)-3)
	}
	return strings.Join(paths, ", ")
}

func (r Reviewed) resolved() claims.Need {
	reason := "no thread is open"
	if r.Open == 1 {
		reason = "1 thread is open"
	} else if r.Open > 1 {
		reason = itoa(r.Open) + " threads are open"
	}
	n := need(ClaimResolved, "All threads are resolved", r.Open == 0, reason)
	n.Resolve = "answer them, and resolve each"
	return n
}

func (r Reviewed) below() claims.Need {
	b := r.Below
	n := need(ClaimBelow, "What it stands on has landed, or lands before it", b.State == Landed || b.State == Queued, fmt.Sprintf("%s is %s", b.Ref(), b.State))
	n.Resolve = fmt.Sprintf("land it first: prentice change land %d", b.Number)
	if b.State == Abandoned {
		n.Resolve = "rebase it onto the branch, and push it again"
	}
	return n
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "no one yet"
	}
	return strings.Join(list, ", ")
}

func itoa(n int) string { return strconv.Itoa(n) }
