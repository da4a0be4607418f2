package codecontrol

import (
	"context"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/change"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/push"
	"prentice/internal/kit/sshsig"
)

// ClaimSigned is that the commit that is proposed is signed, where the team asks for that.
const ClaimSigned = "review/signed"

// pushed is what the team asks of a push: of all branches that it moves, or proposes changes
// for, the stricter. A tag is for no branch, and all rules of the repository are for it.
func (k *Desk) pushed(h Hosted, p push.Push) (all Asks, signed []string, err error) {
	all = Asks{Largest: largest}
	for _, c := range p.Commands {
		branch := c.Branch()
		proposal, proposes := proposes(h, p, c)
		if proposes {
			branch = proposal.Branch
		}
		a, err := k.asks(h.Name, branch)
		if err != nil {
			return all, nil, err
		}
		all.Largest, all.Forbidden, all.By = min(all.Largest, a.Largest), append(all.Forbidden, a.Forbidden...), append(all.By, a.files...)
		if a.Signed && (proposes || branch == h.Branch) && !slices.Contains(signed, branch) {
			signed = append(signed, branch)
		}
	}
	slices.Sort(all.By)
	all.By = slices.Compact(all.By)
	return all, signed, nil
}

// unsigned are refusals of commits that are proposed for a branch without a signature that
// counts there.
func (k *Desk) unsigned(ctx context.Context, h Hosted, p push.Push, branches []string) (list []push.Refusal, err error) {
	if len(branches) == 0 {
		return nil, nil
	}
	news, err := p.Objects.News(ctx, p.Heads(), push.DefaultCommits, largest)
	if err != nil {
		return nil, err
	}
	commits, err := p.Objects.Whole(ctx, news.Commits)
	if err != nil {
		return nil, err
	}
	for _, branch := range branches {
		signers, err := k.signers(ctx, h.Name, branch)
		if err != nil {
			return nil, err
		}
		for _, c := range commits {
			says, err := analyse.Unsigned(ctx, SignersFile.Name, signers, c)
			if err != nil {
				says = err.Error()
			}
			if says != "" {
				list = append(list, push.Refusal{Rule: "commits/signed", Says: fmt.Sprintf("%.12s: %s", c.ID, says), Place: c.ID, Remedy: "sign it with an SSH key that the team's allowed_signers names: git config gpg.format ssh, git commit --amend -S"})
			}
			if len(list) >= 20 {
				return list, nil
			}
		}
	}
	return list, nil
}

// signers are who may sign what comes into a branch: those of the team folder in force, and
// those of the branch as it is.
func (k *Desk) signers(ctx context.Context, repository, branch string) (list []sshsig.Signer, err error) {
	if of := k.signing.Load(); of != nil {
		list = slices.Clone(*of)
	}
	if k.Open == nil {
		return list, nil
	}
	code, err := k.Open(ctx, repository)
	if err != nil {
		return nil, err
	}
	defer code.Close() //nolint:errcheck // it was only read
	tip, err := code.Commit(ctx, "refs/heads/"+branch)
	if prentice.KindOf(err) == prentice.NotFound {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	for _, file := range analyse.SignerFiles()[:1] {
		text, err := code.File(ctx, tip, file, 1<<20)
		if prentice.KindOf(err) == prentice.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		more, err := sshsig.Signers(text)
		if err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "who may sign is not known: %s: %w", file, err).Try("correct it by a change")
		}
		list = append(list, more...)
	}
	return list, nil
}

// signedNeed is what a change needs where the team asks for signatures.
func (k *Desk) signedNeed(ctx context.Context, code Code, c change.Change, a Asks) ([]claims.Need, error) {
	if !a.Signed {
		return nil, nil
	}
	n := claims.Need{Claim: ClaimSigned, Says: "Its commit is signed by someone whom the team names", Severity: claims.Block, Blocks: true, Truth: prentice.Pass, Reason: "it is signed",
		Resolve: "sign it and push it again: git commit --amend -S"}
	signers, err := k.signers(ctx, c.Repository, c.Branch)
	if err != nil {
		return nil, err
	}
	commits, err := code.Whole(ctx, []string{c.Commit})
	if err != nil {
		return nil, err
	}
	says, err := analyse.Unsigned(ctx, SignersFile.Name, signers, commits[0])
	switch {
	case err != nil:
		n.Truth, n.Reason = prentice.NotSeen, err.Error()
	case says != "":
		n.Truth, n.Reason = prentice.Fail, says
	}
	return []claims.Need{n}, nil
}
