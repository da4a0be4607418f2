package codecontrol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/diff"
)

// ClaimChecks is what stands for the checks where nothing is known of them.
const ClaimChecks = "checks"

// rulesOf are the rules of review of a branch, from the branch as it is now.
func rulesOf(ctx context.Context, code Code, branch string) (change.Rules, string, error) {
	tip, err := code.Commit(ctx, "refs/heads/"+branch)
	if err != nil {
		return change.Usual(), "", err
	}
	text, err := code.File(ctx, tip, change.RulesFile, 1<<20)
	if prentice.KindOf(err) == prentice.NotFound {
		return change.Usual(), tip, nil
	}
	if err != nil {
		return change.Usual(), tip, err
	}
	rules, err := change.ReadRules(text)
	return rules, tip, err
}

// codeOwners reads the CODEOWNERS file of a commit.
func codeOwners(ctx context.Context, code Code, commit string) (standard.Owners, error) {
	for _, file := range standard.OwnerFiles {
		text, err := code.File(ctx, commit, file, 1<<20)
		if prentice.KindOf(err) == prentice.NotFound {
			continue
		}
		return standard.ReadOwners(file, strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")), err
	}
	return standard.Owners{}, nil
}

// mostPathsOwned is how many files of a change are looked up in CODEOWNERS.
const mostPathsOwned = 5000

// ownedBy groups the files of a change by who owns them. A file that was moved is of those who
// own it here and there. Where CODEOWNERS names anyone, what is not looked up is approved by
// none of them.
func ownedBy(o standard.Owners, files []diff.File, more int, members []Member) (list []change.Owned) {
	at := map[string]int{}
	if more += max(0, len(files)-mostPathsOwned); more > 0 && len(o.Lines) > 0 {
		list = append(list, change.Owned{Names: []string{"no owner"}, Paths: []string{fmt.Sprintf("%d more files than are looked up in CODEOWNERS: make several changes of it", more)}})
	}
	for _, f := range files[:min(len(files), mostPathsOwned)] {
		for _, path := range []string{f.Path, f.Was} {
			names := o.Of(path)
			if path == "" || len(names) == 0 {
				continue
			}
			key := strings.Join(names, " ")
			i, there := at[key]
			if !there {
				i, at[key] = len(list), len(list)
				list = append(list, change.Owned{Names: names, Owners: people(names, members)})
			}
			list[i].Paths = append(list[i].Paths, path)
		}
	}
	return list
}

// people are the members of the team that CODEOWNERS means by some names.
func people(names []string, members []Member) (list []prentice.Ref) {
	for _, m := range members {
		means := func(name string) bool {
			bare := strings.TrimPrefix(name, "@")
			if _, group, isTeam := strings.Cut(bare, "/"); isTeam {
				bare = group
			}
			if strings.Contains(bare, "@") {
				return slices.ContainsFunc(m.Addresses, func(a string) bool { return strings.EqualFold(a, bare) })
			}
			return strings.EqualFold(m.Person.Name(), bare) || slices.Contains(m.Groups, prentice.NewRef("group", bare))
		}
		if slices.ContainsFunc(names, means) {
			list = append(list, m.Person)
		}
	}
	return list
}

// Landing is what a change needs before it can land, and how that stands.
type Landing struct {
	claims.Answer
	Rules    change.Rules `json:"rules"`
	RulesSay string       `json:"rules_say"`
	Tip      string       `json:"tip"` // of the branch

	Reviewers []prentice.Ref `json:"reviewers"` // whose yes counts
}

// addresses says which addresses are known of a person.
func addresses(members []Member) func(prentice.Ref) []string {
	return func(p prentice.Ref) []string {
		for _, m := range members {
			if m.Person == p {
				return m.Addresses
			}
		}
		return nil
	}
}

func (k *Desk) members(ctx context.Context, repository string) ([]Member, error) {
	if k.Members == nil {
		return nil, nil
	}
	return k.Members(ctx, repository)
}

// MayLand says what a change needs before it can land. It asks the rules of the branch as
// it is now, and the team as it is now. The queue asks again before it lands anything.
func (k *Desk) MayLand(ctx context.Context, by prentice.Actor, number int64) (Landing, error) {
	if err := k.reviews(); err != nil {
		return Landing{}, err
	}
	c, err := k.Changes.Find(ctx, number)
	if err != nil {
		return Landing{}, err
	}
	code, err := k.Open(ctx, c.Repository)
	if err != nil {
		return Landing{}, err
	}
	defer code.Close() //nolint:errcheck // it was only read
	sets, err := k.Changes.Sets(ctx, number)
	if err != nil {
		return Landing{}, err
	}
	files, more, err := code.Compare(ctx, sets[len(sets)-1].Base, c.Commit, 0, diff.Limits{Files: mostPathsOwned})
	if err != nil {
		return Landing{}, err
	}
	return k.landing(ctx, by, code, c, sets, files, more)
}

// MayLandRef is MayLand of a change as people name it, and that change.
func (k *Desk) MayLandRef(ctx context.Context, by prentice.Actor, ref string) (Landing, change.Change, error) {
	c, err := k.find(ctx, ref)
	if err != nil {
		return Landing{}, c, err
	}
	l, err := k.MayLand(ctx, by, c.Number)
	return l, c, err
}

// landing is MayLand of what was read already.
func (k *Desk) landing(ctx context.Context, by prentice.Actor, code Code, c change.Change, sets []change.PatchSet, files []diff.File, more int) (l Landing, err error) {
	if l.Rules, l.Tip, err = rulesOf(ctx, code, c.Branch); err != nil {
		return l, err
	}
	asks, err := k.asks(c.Repository, c.Branch)
	if err != nil {
		return l, err
	}
	l.Rules = asks.Over(l.Rules)
	if l.RulesSay = l.Rules.Text(); len(asks.By) > 0 {
		l.RulesSay += " (" + strings.Join(asks.By, ", ") + ")"
	}
	members, err := k.members(ctx, c.Repository)
	if err != nil {
		return l, err
	}
	owners, err := codeOwners(ctx, code, l.Tip)
	if err != nil {
		return l, err
	}
	comments, err := k.Changes.Comments(ctx, c.Number)
	if err != nil {
		return l, err
	}
	r := change.Reviewed{Change: c, Sets: sets, Open: change.OpenThreads(comments), Owned: ownedBy(owners, files, more, members), Rules: l.Rules, Addresses: addresses(members),
		May: func(p prentice.Ref) bool {
			return k.Members == nil || slices.ContainsFunc(members, func(m Member) bool { return m.Person == p && m.Approves })
		}}
	if r.Votes, err = k.Changes.Votes(ctx, c.Number); err != nil {
		return l, err
	}
	if c.Below > 0 {
		below, err := k.Changes.Find(ctx, c.Below)
		if err != nil {
			return l, err
		}
		r.Below = &below
	}
	needs := r.Needs()
	signed, err := k.signedNeed(ctx, code, c, asks)
	if err != nil {
		return l, err
	}
	needs = append(needs, signed...)
	l.Reviewers = []prentice.Ref{}
	for _, v := range r.Approving() {
		l.Reviewers = append(l.Reviewers, v.By)
	}
	checked, err := k.checked(ctx, by, c)
	if err != nil {
		return l, err
	}
	l.Answer = claims.May(append(needs, checked...))
	return l, nil
}

// checked is what the checks of the newest patch set want, and how that stands. What
// cannot be asked is unknown, and never a yes.
func (k *Desk) checked(ctx context.Context, by prentice.Actor, c change.Change) ([]claims.Need, error) {
	unknown := claims.Need{Claim: ClaimChecks, Says: "The rules that block hold for this content", Severity: claims.Block, Blocks: true, Truth: prentice.NotSeen, Reason: "the checks are not asked here"}
	if k.Checks == nil {
		return []claims.Need{unknown}, nil
	}
	a, err := k.Checks(ctx, by, c.Repository, c.Commit)
	switch kind := prentice.KindOf(err); {
	case err != nil && (kind == prentice.NotFound || kind == prentice.Unavailable || kind == prentice.Refused):
		unknown.Reason = err.Error()
		return []claims.Need{unknown}, nil
	case err != nil:
		return nil, err
	}
	list := slices.Concat(a.Missing, a.Held, a.Advice)
	if len(a.Missing)+len(a.Held) == 0 {
		unknown.Reason = "no rule that blocks applies, and nothing asked is never a yes"
		list = append(list, unknown)
	}
	return list, nil
}
