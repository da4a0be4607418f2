package prototyping

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/prototype"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// Code is the repositories of the catalog. Without At none is looked at.
type Code struct {
	// At is the content of a revision of a repository; "" is the branch that counts.
	At func(ctx context.Context, repository, revision string) (t *check.Tree, commit string, done func() error, err error)
	// MayLand says how the claims on a commit stand.
	MayLand func(ctx context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error)
}

// needed gathers what the promotion of a prototype needs.
type needed []claims.Need

func (n *needed) need(claim, says string, truth prentice.Truth, reason, resolve, produce string) {
	one := claims.Need{Claim: "prototype/" + claim, Says: says, Severity: claims.Block, Blocks: true, Truth: truth, Reason: reason}
	if truth != prentice.Pass {
		one.Resolve, one.Produce = resolve, produce
	}
	*n = append(*n, one)
}

// none needs that there are no such places.
func (n *needed) none(claim, says string, list []Spot, resolve string) {
	if len(list) == 0 {
		n.need(claim, says, prentice.Pass, "none was found", "", "")
		return
	}
	const most = 5
	var at []string
	for _, s := range list[:min(len(list), most)] {
		at = append(at, clip.To(s.String(), 200))
	}
	reason := strings.Join(at, ", ")
	if more := len(list) - most; more > 0 {
		reason += fmt.Sprintf(" and %d more", more)
	}
	n.need(claim, says, prentice.Fail, reason, resolve, "")
}

// mayPromote says whether a prototype may become real code as a revision has it, and names
// the commit that was looked at.
func (p *Prototypes) mayPromote(ctx context.Context, one prototype.Prototype, revision string) (a claims.Answer, commit string, err error) {
	var n needed
	n.decision(one)
	notes, err := p.store.Said(ctx, one)
	if err != nil {
		return a, "", err
	}
	n.feedback(one, notes)
	if one.Repository == "" || p.Code.At == nil {
		n.need("code", "There is code that could become real", prentice.NotSeen, string(one.Ref())+" has no repository", "begin what was learned as a change of the repository that it is for: a sketch is never promoted", "")
		return claims.May(n), "", nil
	}
	t, commit, done, err := p.Code.At(ctx, one.Repository, revision)
	if err != nil {
		return a, "", err
	}
	defer done() //nolint:errcheck // it was only read
	only, err := onlyOf(ctx, t, one.Name)
	if err != nil {
		return a, commit, err
	}
	if set := p.Set; set != nil {
		only.Flags = append(only.Flags, flagsOf(set(), flag.TeamFile, one.Name)...)
	}
	n.code(only)
	return claims.May(append(n, p.claimsOn(ctx, one.Repository, commit)...)), commit, nil
}

// decision needs that people decided to adopt it.
func (n *needed) decision(one prototype.Prototype) {
	says, decide := "People decided to adopt it", fmt.Sprintf("prentice prototype decide %s --decision adopt --reason '…'", one.Name)
	switch one.Decision {
	case "adopt":
		n.need("decided", says, prentice.Pass, one.Reason, "", "")
	case "":
		n.need("decided", says, prentice.NotSeen, "no one has decided: "+one.Question, "", decide)
	default:
		n.need("decided", says, prentice.Fail, fmt.Sprintf("%s decided to %s it: %s", one.DecidedBy, one.Decision, one.Reason), "begin another prototype that asks the new question", "")
	}
}

// feedback needs that no note is open.
func (n *needed) feedback(one prototype.Prototype, notes []prototype.Feedback) {
	var open []Spot
	for _, f := range notes {
		if f.Open() {
			open = append(open, Spot{Path: fmt.Sprintf("note %d", f.Number), Says: clip.To(strings.Join(strings.Fields(f.Note), " "), 60)})
		}
	}
	n.none("feedback", "Each note of a visitor is answered", open, "say what becomes of each: prentice prototype answer NOTE --says '…'")
}

// code needs that a tree has nothing that only prototypes may have.
func (n *needed) code(o Only) {
	n.none("marked", "Nothing is marked as a prototype's only", o.Marked, "write it as it is to be, and take "+Marker+" away")
	n.none("dependencies", "Each dependency has a version, and comes from where others get it too", o.Loose, "name a version that was published")
	n.none("flags", "No feature flag is of the prototype", o.Flags, "remove it, or make it a flag of its own with an owner and a day")
	n.none("relaxed", "No check is relaxed", o.Relaxed, "fix what was found, and take the line away")
	if o.Tests == 0 {
		n.need("tests", "It has tests", prentice.Fail, "no file of tests was found", "write tests for what is kept, and a check that runs them: prentice check init", "")
	} else {
		n.need("tests", "It has tests", prentice.Pass, op.Count(o.Tests, "file of tests", "files of tests"), "", "")
	}
	if len(o.Unlooked) > 0 {
		*n = append(*n, claims.Need{Claim: "prototype/looked", Says: "All of it was looked into", Severity: claims.Advise, Truth: prentice.NotSeen, Reason: fmt.Sprintf("%s and others of %d files are too large", o.Unlooked[0], len(o.Unlooked))})
	}
}

// claimsOn needs that what is asked of the repository holds for the commit, and that
// something is asked of it.
func (p *Prototypes) claimsOn(ctx context.Context, repository, commit string) []claims.Need {
	var n needed
	says, produce := "It holds what is asked of real code", fmt.Sprintf("prentice repository check %s %.12s --wait", repository, commit)
	if p.Code.MayLand == nil {
		n.need("standards", says, prentice.NotSeen, "no checks are judged here", "", produce)
		return n
	}
	answer, _, err := p.Code.MayLand(ctx, prentice.NewRef("repository", repository), commit)
	if err != nil {
		n.need("standards", says, prentice.NotSeen, err.Error(), "", produce)
		return n
	}
	all := slices.Concat(answer.Missing, answer.Held)
	if len(all) == 0 {
		n.need("standards", says, prentice.NotSeen, "nothing that blocks is asked of "+repository+", and nothing asked is never a yes", "declare a check or a standard of the repository: prentice check init", "")
		return n
	}
	unasked := 0
	for _, one := range all {
		one.Blocks = true
		switch {
		case one.Reason == check.Unasked && one.Truth != prentice.Pass:
			unasked++
			continue
		case one.Excused != "": // what a prototype is excused for, real code is not
			one.Truth, one.Reason, one.Excused = prentice.Fail, cmp.Or(one.Reason, one.Excused), ""
		case one.Truth != prentice.Pass && one.Truth != prentice.Fail:
			one.Produce = cmp.Or(one.Produce, produce)
		}
		n = append(n, one)
	}
	if unasked > 0 {
		n.need("standards", says, prentice.NotSeen, op.Count(unasked, "rule that blocks is", "rules that block are")+" not checked yet of this revision", "", produce)
	}
	return n
}
