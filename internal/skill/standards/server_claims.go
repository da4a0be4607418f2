package standards

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/pipeline"
	"prentice/internal/team"
)

// claimKind is what is claimed of repositories: that their branch keeps to a rule.
const claimKind = "check"

// claimOf is what a rule claims of a repository.
func claimOf(r team.Repository, rule check.Rule) claims.Claim {
	return claims.Claim{
		ID: claimID(r.Ref, rule.ID), Kind: claimKind, About: r.Ref, Says: cmp.Or(line(rule.Says), rule.ID), Asks: asksOf(rule),
		Source: line(rule.Source), Owner: rule.Owner, Severity: cmp.Or(rule.Severity, claims.Advise), ReviewBy: rule.ReviewBy,
	}
}

// asksOf is what a rule asks exactly. The steps of a check stand in its file, and its
// digest says which they are.
func asksOf(r check.Rule) string {
	if r.Kind == pipeline.Kind {
		return fmt.Sprintf("what %s asks, as it is by the digest %s", line(r.Source), prentice.Digest([]byte(r.Asks)))
	}
	return cmp.Or(line(r.Asks), r.ID)
}

// claimID names the claim of a rule about a repository. What no claim can be called is
// replaced by its digest.
func claimID(repository prentice.Ref, rule string) string {
	id := claimKind + ":" + repository.Name() + ":" + strings.ReplaceAll(rule, "/", ":")
	if prentice.ValidName(id) {
		return id
	}
	_, sum, _ := strings.Cut(prentice.Digest([]byte(id)), ":")
	return claimKind + ":" + sum[:32]
}

// verdictOf is what a check of the branch says of a claim.
func verdictOf(now time.Time, r team.Repository, c claims.Claim, s check.Standing, subject string) claims.Verdict {
	v := claims.Verdict{Claim: c.ID, Time: now, Until: now.Add(counts), Truth: s.Truth(),
		Basis: claims.Basis{Claim: c.Digest(), Subject: subject, Environment: "branch " + r.Branch, Tool: s.Rule.Kind}}
	v.Reason, v.Witness = reasonOf(s)
	return v
}

// reasonOf says in a line why a rule stands as it does, and what was seen first.
func reasonOf(s check.Standing) (reason, witness string) {
	excused := len(s.Outcome.Findings) - s.New
	for i, f := range s.Outcome.Findings {
		if s.Excuses[i] == check.None {
			witness = at(f) + line(f.Says)
			break
		}
	}
	switch {
	case s.Outcome.Truth == prentice.NotSeen:
		return cmp.Or(line(s.Outcome.Reason), "it could not be judged"), ""
	case s.New == 1:
		return cmp.Or(witness, "it is broken"), witness
	case s.New > 0:
		return fmt.Sprintf("%d found, the first: %s", s.New, witness), witness
	case excused > 0:
		return fmt.Sprintf("%d found, all of them waived, in quarantine or in the baseline", excused), ""
	}
	return cmp.Or(line(s.Outcome.Reason), string(s.Truth())), ""
}

// claim writes down what a check of a branch says of the repository. Rules that no longer
// apply are no longer claimed.
func (k *Desk) claim(ctx context.Context, r team.Repository, list []check.Standing, subject string) error {
	now := k.now()
	var said []claims.Claim
	var verdicts []claims.Verdict
	at := map[string]int{}
	for _, s := range list {
		c := claimOf(r, s.Rule)
		i, twice := at[c.ID]
		switch {
		case !twice:
			at[c.ID], said, verdicts = len(said), append(said, c), append(verdicts, verdictOf(now, r, c, s, subject))
		case verdicts[i].Truth == prentice.Pass: // of two with one name the one that does not hold counts
			said[i], verdicts[i] = c, verdictOf(now, r, c, s, subject)
		}
	}
	if err := k.Claims.DeclareAbout(ctx, now, claimKind, r.Ref, said); err != nil {
		return err
	}
	return k.Claims.Follow(ctx, verdicts)
}

// unclear writes down that nothing is known of what is claimed of a repository, and why.
func (k *Desk) unclear(ctx context.Context, r team.Repository, why string) error {
	now := k.now()
	list, err := k.Claims.List(ctx, now, claims.Filter{About: r.Ref})
	if err != nil {
		return err
	}
	var verdicts []claims.Verdict
	for _, s := range list {
		if s.Kind == claimKind {
			verdicts = append(verdicts, claims.Verdict{Claim: s.ID, Time: now, Until: now.Add(counts), Truth: prentice.NotSeen, Reason: why,
				Basis: claims.Basis{Claim: s.Digest(), Subject: "none", Environment: "branch " + r.Branch, Tool: s.Kind}})
		}
	}
	return k.Claims.Follow(ctx, verdicts)
}

// withdraw takes back what is claimed of repositories that the catalog has no more.
func (k *Desk) withdraw(ctx context.Context, there []team.Repository) error {
	abouts, err := k.Claims.Abouts(ctx, claimKind)
	if err != nil {
		return err
	}
	known := map[prentice.Ref]bool{}
	for _, r := range there {
		known[r.Ref] = true
	}
	for _, ref := range abouts {
		if !known[ref] {
			if err := k.Claims.DeclareAbout(ctx, k.now(), claimKind, ref, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
