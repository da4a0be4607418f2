package build

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

// The claims that a release needs to go to a place, beside those on its revision.
const (
	ClaimLanded   = "release/landed"
	ClaimProven   = "release/provenance"
	ClaimBilled   = "release/bill"
	ClaimBefore   = "release/place-before"
	ClaimSchema   = "release/schema"
	ClaimFree     = "release/place-free"
	ClaimLease    = "release/lease"
	ClaimCalendar = "release/calendar"
)

// asked is a release and the place to which it is to go, with what is known of both.
type asked struct {
	release.Release
	place  string
	rules  *release.Rules
	past   []release.Deployment // of the service, the newest first
	all    []release.Release    // of the service, the newest first
	needs  []claims.Need
	landed bool
}

func (a *asked) need(claim, says string, truth prentice.Truth, reason, resolve, produce string) {
	n := claims.Need{Claim: claim, Says: says, Severity: claims.Block, Blocks: true, Truth: truth, Reason: reason}
	if truth != prentice.Pass {
		n.Resolve, n.Produce = resolve, produce
	}
	a.needs = append(a.needs, n)
}

// ask finds a release that is to go to a place.
func (k *Desk) ask(ctx context.Context, name, place string) (*asked, error) {
	r, err := k.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := k.service(r.Service); err != nil {
		return nil, err
	}
	a := &asked{Release: r, place: place, rules: k.rules()}
	if err := a.rules.Known(place); err != nil {
		return nil, err
	}
	if err := k.adopt(ctx); err != nil {
		return nil, err
	}
	past, err := k.Releases.Deployments(ctx, release.Filter{Service: r.Service})
	if err != nil {
		return nil, err
	}
	a.past = newestFirst(past)
	a.all, err = k.Releases.Releases(ctx, r.Service, most)
	return a, err
}

// may says whether a release may go to a place.
func (k *Desk) may(ctx context.Context, a *asked, who prentice.Actor, now time.Time) (claims.Answer, error) {
	if err := k.ofRevision(ctx, a); err != nil {
		return claims.Answer{}, err
	}
	if err := k.ofArtifacts(ctx, a); err != nil {
		return claims.Answer{}, err
	}
	a.placeBefore()
	a.schema()
	a.free()
	if err := k.ofPlace(ctx, a, who, now); err != nil {
		return claims.Answer{}, err
	}
	return claims.May(a.needs), nil
}

// ofRevision asks whether the revision landed, and how the claims on it stand.
func (k *Desk) ofRevision(ctx context.Context, a *asked) error {
	landed, err := k.Code.Landed(ctx, a.Repository)
	if err != nil {
		return err
	}
	says := "It was made from a revision that landed by the queue"
	if a.landed = slices.ContainsFunc(landed, func(l Landed) bool { return l.Commit == a.Revision }); a.landed {
		a.need(ClaimLanded, says, prentice.Pass, fmt.Sprintf("%.12s landed", a.Revision), "", "")
	} else {
		a.need(ClaimLanded, says, prentice.Fail, fmt.Sprintf("%.12s did not land in %s by its queue", a.Revision, a.Repository), "propose it as a change, let it land, and make a release of that: git push origin HEAD:refs/for/main", "")
	}
	produce := fmt.Sprintf("prentice repository check %s %.12s --wait", a.Repository, a.Revision)
	answer, _, err := k.Code.MayLand(ctx, prentice.NewRef("repository", a.Repository), a.Revision)
	if err != nil {
		a.need("release/checks", "The claims on its revision hold", prentice.NotSeen, err.Error(), "", produce)
		return nil
	}
	unasked := 0
	for _, n := range slices.Concat(answer.Missing, answer.Held) {
		if n.Reason == check.Unasked && n.Truth != prentice.Pass {
			unasked++
			continue
		}
		n.Blocks = true
		if n.Truth != prentice.Pass && n.Truth != prentice.Fail {
			n.Produce = cmp.Or(n.Produce, produce)
		}
		a.needs = append(a.needs, n)
	}
	if unasked > 0 {
		a.need("release/checks", "The claims on its revision hold", prentice.NotSeen, op.Count(unasked, "rule that blocks is", "rules that block are")+" not checked yet of this revision", "", produce)
	}
	if len(answer.Missing)+len(answer.Held) == 0 {
		a.need("release/checks", "The claims on its revision hold", prentice.NotSeen, "nothing that blocks is asked of "+a.Repository+", and nothing asked is never a yes", "declare a check or a standard of the repository: prentice check init", "")
	}
	return nil
}

// ofArtifacts proves what it consists of.
func (k *Desk) ofArtifacts(ctx context.Context, a *asked) error {
	proven, billed := []string{}, []string{}
	for _, digest := range a.Artifacts {
		one, err := k.Artifacts.Find(ctx, digest)
		if err != nil {
			return err
		}
		again := fmt.Sprintf("%s: ", one.Ref())
		if err := cmp.Or(k.content(one), k.proven(one)); err != nil {
			proven = append(proven, again+err.Error())
		}
		if err := k.billed(one); err != nil {
			billed = append(billed, again+err.Error())
		}
	}
	first := artifact.Short(a.Artifacts[0])
	says := func(claim, says string, faults []string, resolve string) {
		if len(faults) == 0 {
			a.need(claim, says, prentice.Pass, "proved", "", "")
			return
		}
		a.need(claim, says, prentice.Fail, strings.Join(faults, "; "), resolve, "prentice artifact verify "+first)
	}
	says(ClaimProven, "What it consists of is what a key of this team signed", proven, "add what was built again, and make a release of that")
	if !a.rules.Services[a.Service].Unsigned {
		says(ClaimBilled, "What it consists of has a bill of materials", billed, "let the repository have a lock file that is read, or say bill: optional of the service in "+release.TeamFile)
	}
	return nil
}

// placeBefore asks whether it was at the place before this one. What was started by hand
// proves nothing, because no one asked whether it may; what it broke counts.
func (a *asked) placeBefore() {
	before := a.rules.Before(a.place)
	if before == "" {
		return
	}
	says := "It was deployed to " + before + ", and did not fail there"
	command := fmt.Sprintf("prentice release deploy %s %s", a.Name(), before)
	for _, d := range a.past {
		if d.Place != before || d.Release != a.Number || !d.Moved() {
			continue
		}
		switch broke, known := d.Broke(); {
		case known && !broke && d.ByHand:
			continue
		case known && !broke:
			a.need(ClaimBefore, says, prentice.Pass, fmt.Sprintf("%s at %s", d.Ref(), op.At(d.Ended)), "", "")
		case known:
			a.need(ClaimBefore, says, prentice.Fail, fmt.Sprintf("%s %s", d.Ref(), deploymentOut(d).Word()), "find out why, and make another release", "prentice deployment show "+fmt.Sprint(d.Number))
		default:
			a.need(ClaimBefore, says, prentice.NotSeen, fmt.Sprintf("%s is uncertain: %s", d.Ref(), d.Says), "look what runs there, and deploy it again", command)
		}
		return
	}
	a.need(ClaimBefore, says, prentice.NotSeen, "it was never deployed there", "deploy it there first", command)
}

// schema refuses to go back behind a migration that the earlier version cannot work with.
// What failed there has left its data all the same.
func (a *asked) schema() {
	newest := int64(0)
	for i, d := range a.past {
		if d.Place != a.place || !d.Moved() || d.Outcome == release.Undone {
			continue
		}
		if newest = max(newest, d.Release); i == 0 && d.Release == 0 {
			a.needs = append(a.needs, claims.Need{Claim: ClaimSchema, Says: "The data that is there can be worked with", Severity: claims.Warn, Truth: prentice.NotSeen,
				Reason: fmt.Sprintf("%s brought by hand what is no release, and no one knows what that did to the data", d.Ref()), Resolve: "look at the data, or ask " + string(d.By)})
		}
	}
	if newest <= a.Number {
		return
	}
	says := "The data that is there can be worked with"
	for _, r := range a.all {
		if r.Number > a.Number && r.Number <= newest && !r.Migration.Reversible() {
			a.need(ClaimSchema, says, prentice.Fail, fmt.Sprintf("%s went there, whose migration is %s: %s does not work with what it left", r.Name(), r.Migration, a.Version), "go forward: make a release that fixes it, or put the data back by a procedure first", "")
			return
		}
	}
	a.need(ClaimSchema, says, prentice.Pass, "every migration since leaves this version working", "", "")
}

// last is the deployment that was verified last at the place; nil is none.
func (a *asked) last() *release.Deployment {
	for i, d := range a.past {
		if d.Place == a.place && d.Outcome == release.Deployed {
			return &a.past[i]
		}
	}
	return nil
}

// free refuses a second one at the same time.
func (a *asked) free() {
	says := "No other deployment of the service goes on there"
	for _, d := range a.past {
		if d.Place == a.place && d.Open() {
			err := release.Busy(d)
			a.need(ClaimFree, says, prentice.Fail, textOf(err), "wait until it has ended", "prentice deployment show "+fmt.Sprint(d.Number))
			return
		}
	}
	a.need(ClaimFree, says, prentice.Pass, "none does", "", "")
}

// ofPlace asks for the lease of the place, and what the calendar says.
func (k *Desk) ofPlace(ctx context.Context, a *asked, who prentice.Actor, now time.Time) error {
	if k.Leased != nil {
		says := "Who deploys holds the lease of " + a.place
		switch wanted, why, err := k.Leased(ctx, a.place, who, a.Artifacts[0], now); {
		case err != nil:
			return err
		case wanted && why != nil:
			a.need(ClaimLease, says, prentice.Fail, textOf(why), prentice.HintOf(why), fmt.Sprintf("prentice env lease %s --purpose 'deploy %s'", a.place, a.Name()))
		case wanted:
			a.need(ClaimLease, says, prentice.Pass, "held", "", "")
		}
	}
	if k.Frozen == nil {
		return nil
	}
	if why := k.Frozen(now, a.Service, a.rules.Way(a.Service, a.place).Procedure); why != "" {
		a.needs = append(a.needs, claims.Need{Claim: ClaimCalendar, Says: "The calendar lets it begin", Severity: claims.Warn, Truth: prentice.Fail, Reason: why, Resolve: "let it wait: --when window"})
	}
	return nil
}

// textOf is an error without its next step.
func textOf(err error) string {
	return strings.TrimSuffix(strings.TrimSuffix(err.Error(), prentice.HintOf(err)), ": ")
}
