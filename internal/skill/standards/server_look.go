package standards

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/team"
)

// tip is the commit at the end of the branch that counts. Only a branch is meant, and no
// tag that is called like it.
func tip(ctx context.Context, repo Repository, r team.Repository) (string, error) {
	id, err := repo.Commit(ctx, "refs/heads/"+r.Branch)
	if prentice.KindOf(err) == prentice.NotFound {
		return "", prentice.Errorf(prentice.NotFound, "the repository %s has no branch %q, or no commit in it", r.Ref.Name(), r.Branch).Try("name the branch that counts with the annotation prentice.dev/branch at %s", r.At)
	}
	return id, err
}

// open opens the repository of an entity.
func (k *Desk) open(ctx context.Context, r team.Repository) (Repository, error) {
	if r.Blocked != "" {
		return nil, prentice.Errorf(prentice.Refused, "%s is not looked at: %s", r.Ref, r.Blocked).Try("see prentice catalog check")
	}
	return k.Below(ctx, r.Git)
}

// lookAt opens what is to be judged of a repository: its branch where the commit is at its
// end or in it, and otherwise the change that the commit brings to it. A change is judged
// by the rules, waivers and baseline of the branch as it is now, wherever the change began;
// what was wrong where it began is not of it. The caller closes it.
func (k *Desk) lookAt(ctx context.Context, r team.Repository, commit string) (*looked, error) {
	repo, err := k.open(ctx, r)
	if err != nil {
		return nil, err
	}
	l := &looked{repo: repo, keep: &outcomes{DB: k.DB}, name: r.Ref.Name()}
	if k.Folder != nil {
		l.folder = k.Folder(l.name)
	}
	if err := k.fillAt(ctx, l, r, commit); err != nil {
		repo.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	l.agreed, l.wrong = check.ReadAgreed(l.rules)
	return l, nil
}

func (k *Desk) fillAt(ctx context.Context, l *looked, r team.Repository, commit string) error {
	head, err := tip(ctx, l.repo, r)
	if err != nil {
		return err
	}
	id := head
	if commit != "" {
		if id, err = l.repo.Commit(ctx, commit); err != nil {
			return err
		}
	}
	if l.tree, err = l.tidy(ctx, id); err != nil {
		return err
	}
	l.tree.Secret = ofBranchAlone
	l.commit, l.says, l.rules = id, fmt.Sprintf("branch %s at %s", r.Branch, short(id)), l.tree
	if id == head {
		l.branch = r.Branch
		l.tree.Protected = func(ctx context.Context) bool {
			now, err := tip(ctx, l.repo, r)
			return err == nil && now == id
		}
		l.tree.Secret = k.secretOf(r, l.tree.Protected)
		return nil
	}
	if l.rules, err = l.tidy(ctx, head); err != nil {
		return err
	}
	_, from, err := l.repo.Base(ctx, "refs/heads/"+r.Branch, id)
	if err != nil {
		return err
	}
	if from == id {
		l.says = fmt.Sprintf("commit %s, which is in %s already", short(id), r.Branch)
		return nil
	}
	if l.tree.Base, err = l.tidy(ctx, from); err != nil {
		return err
	}
	l.tree.Law = l.rules.Only(analyse.SignerFiles()...)
	if l.tree.Commits, err = l.repo.Since(ctx, from, id); err != nil {
		return err
	}
	if err := l.past(ctx, from+".."+id); err != nil {
		return err
	}
	l.says = fmt.Sprintf("the change of %s since %s (%s)", short(id), r.Branch, short(from))
	return nil
}

// tidy is the content of a commit under the name that the catalog has for the repository.
// Nothing is kept in the repository itself.
func (l *looked) tidy(ctx context.Context, commit string) (*check.Tree, error) {
	t, err := l.repo.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	t.Name, t.Keep, t.Commit = l.name, l.folder, commit
	return t, nil
}
