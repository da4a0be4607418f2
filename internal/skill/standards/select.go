package standards

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// Which is what of a repository is looked at. It is a part of the inputs of all that look.
type Which struct {
	Dir     string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	Staged  bool   `json:"staged,omitempty" doc:"What the next commit will be, and not what is in the folder."`
	At      string `json:"at,omitempty" maxLength:"100" example:"HEAD~1" doc:"A commit, and not what is in the folder."`
	Changed bool   `json:"changed,omitempty" doc:"The change since its base: what was wrong there already does not count."`
	History bool   `json:"history,omitempty" doc:"Also what all commits brought, or with --at those up to that one."`
	Range   string `json:"range,omitempty" maxLength:"201" example:"v1..main" doc:"Also what the commits of a range brought."`
	Base    string `json:"base,omitempty" maxLength:"100" example:"origin/main" doc:"The branch that the change is made on; without it origin/HEAD, or main."`
}

// looked is what is looked at.
type looked struct {
	repo   Repository
	tree   *check.Tree
	rules  *check.Tree // by whose rules it is judged
	says   string      // what it is
	agreed check.Agreed
	wrong  error // why what is agreed could not be read

	// Of what a server looks at.
	name, commit string
	folder       string       // where caches are kept, and what its checks brought back
	branch       string       // whose content it is; "" is a change
	keep         check.Keeper // where verdicts are kept
	known        bool         // nothing is judged: what counts is what is kept
}

// look opens what is to be looked at. The caller closes it.
func (d Deps) look(ctx context.Context, in Which) (*looked, error) {
	if d.Open == nil {
		return nil, unavailable("the repository")
	}
	if in.At != "" && (in.Staged || in.Changed || in.Base != "") {
		return nil, prentice.Errorf(prentice.Invalid, "--at names a commit, which is neither staged nor a change").Try("leave out the others")
	}
	dir := in.Dir
	if dir == "" {
		dir = "."
	}
	repo, err := d.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	l := &looked{repo: repo}
	if err := l.fill(ctx, in); err != nil {
		repo.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	l.agreed, l.wrong = check.ReadAgreed(l.rules)
	l.tree.Protected = l.protected
	return l, nil
}

func (l *looked) fill(ctx context.Context, in Which) (err error) {
	switch {
	case in.At != "":
		id, err := l.repo.Commit(ctx, in.At)
		if err != nil {
			return err
		}
		l.says = "commit " + short(id)
		if l.tree, err = l.repo.At(ctx, id); err != nil {
			return err
		}
	case in.Staged:
		l.says = "what is staged"
		l.tree, err = l.repo.Staged(ctx)
	default:
		l.says = "the folder as it is"
		l.tree, err = l.repo.Tree(ctx)
	}
	if err != nil {
		return err
	}
	if l.rules = l.tree; in.Changed || in.Base != "" {
		if err := l.change(ctx, in.Base, "HEAD"); err != nil {
			return err
		}
	}
	return l.history(ctx, in)
}

// history finds the commits that are asked for, beside those of a change.
func (l *looked) history(ctx context.Context, in Which) error {
	which := in.Range
	switch {
	case in.History && in.Range != "":
		return prentice.Errorf(prentice.Invalid, "--history is all commits, and --range some of them").Try("keep one of the two")
	case in.Range != "" && !strings.Contains(in.Range, ".."):
		return prentice.Errorf(prentice.Invalid, "%q is no range", clip.Text(in.Range)).Try("write it as v1..main")
	case in.History:
		which = in.At
	case in.Range == "":
		return nil
	}
	if err := l.past(ctx, which); err != nil {
		return err
	}
	l.says += ", and " + l.tree.Past.Says
	return nil
}

// past looks at what commits brought.
func (l *looked) past(ctx context.Context, which string) (err error) {
	l.tree.Past, err = l.repo.Past(ctx, which)
	return err
}

// protected says whether what is looked at is what the branch holds that changes are made
// on. Where that is not known it is not.
func (l *looked) protected(ctx context.Context) bool {
	_, tip, err := l.repo.Branch(ctx)
	if err != nil {
		return false
	}
	held, err := l.repo.At(ctx, tip)
	return err == nil && check.Digest(held.Files) == check.Digest(l.tree.Files)
}

// change finds what the change is made on, by whose rules it is judged.
func (l *looked) change(ctx context.Context, branch, head string) error {
	found, commit, err := l.repo.Base(ctx, branch, head)
	if err != nil {
		return err
	}
	base, err := l.repo.At(ctx, commit)
	if err != nil {
		return err
	}
	if l.tree.Commits, err = l.repo.Since(ctx, commit, head); err != nil {
		return err
	}
	found = strings.TrimPrefix(strings.TrimPrefix(found, "refs/remotes/"), "refs/heads/")
	l.says = "the change since " + clip.Text(found) + " (" + short(commit) + "), with " + l.says
	l.tree.Base, l.rules = base, base
	if len(l.tree.Commits) == 0 {
		return nil
	}
	return l.past(ctx, commit+".."+l.tree.Commits[0].ID)
}

func short(id string) string { return id[:min(len(id), 12)] }
