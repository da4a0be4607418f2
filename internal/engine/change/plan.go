package change

import (
	"slices"

	"prentice"
	"prentice/internal/kit/clip"
)

// MostCommits is how many commits one push can propose.
const MostCommits = 50

// Proposal is a line of commits that someone pushed for a branch.
type Proposal struct {
	Repository, Branch string
	Tip                string   // the commit of the branch that the line begins after
	Commits            []Commit // the oldest first
	Topic              string
	Change             int64 // the change that the last commit is a version of; 0 is as the commits say
	By                 prentice.Actor
	Below              int64          // the change that the first commit stands on, where it is known
	Wrote              []prentice.Ref // who else wrote what is in it, beside those whom the commits name

	// What says what became of the content since a commit that was its version before, for
	// pairs that the caller has looked at: of all others it is New.
	What map[Pair]string
}

// Pair is a version of a change and the next one.
type Pair struct{ Was, Is string }

// Known is a change that is there, with the commits of its patch sets, the oldest first.
type Known struct {
	Change
	Commits []string
}

// Move is what one commit of a proposal is to a change.
type Move struct {
	Commit Commit
	To     *Known // the change that it is a version of; nil is a new one
	Same   int    // the patch set that it is already; 0 is a new one
}

// Plan says which commit belongs to which change. Known are the changes of the repository
// that any of the commits may belong to.
func Plan(p Proposal, known []Known) ([]Move, error) {
	if err := lined(p); err != nil {
		return nil, err
	}
	moves, taken := make([]Move, 0, len(p.Commits)), map[int64]string{}
	for i, c := range p.Commits {
		last := i == len(p.Commits)-1
		to, err := belongs(p, c, last, known)
		if err != nil {
			return nil, err
		}
		if to == nil {
			if key := c.Key(); key != "" && slices.ContainsFunc(moves, func(m Move) bool { return m.Commit.Key() == key }) {
				return nil, twice(c.ID, key)
			}
			moves = append(moves, Move{Commit: c})
			continue
		}
		if other := taken[to.Number]; other != "" {
			return nil, twice(c.ID, string(to.Ref()))
		}
		taken[to.Number] = c.ID
		same := 0
		if n := len(to.Commits); n > 0 && to.Commits[n-1] == c.ID {
			same = n
		}
		if same == 0 && !to.Going() {
			return nil, prentice.Errorf(prentice.Conflict, "%s is %s, and takes no other version", to.Ref(), to.State).
				Try("make a new change of it: take the line Change-Id out of the message of %.12s, or give it another", c.ID)
		}
		moves = append(moves, Move{Commit: c, To: to, Same: same})
	}
	return moves, nil
}

func twice(commit, which string) error {
	return prentice.Errorf(prentice.Invalid, "two commits of the push are versions of %s, one of them %.12s", clip.Text(which), commit).
		Try("make one commit of them, or give one another Change-Id: git rebase -i")
}

// lined refuses what is no line of commits.
func lined(p Proposal) error {
	switch n := len(p.Commits); {
	case n == 0:
		return prentice.Errorf(prentice.Invalid, "%s has all of it already: there is nothing to propose", clip.Text(p.Branch)).Try("commit something first, or see whether it has landed: git log origin/%s", clip.Text(p.Branch))
	case n > MostCommits:
		return prentice.Errorf(prentice.Limited, "the push proposes %d changes, which is more than %d", n, MostCommits).Try("rebase onto the branch first: git pull --rebase; or make fewer commits of them")
	case p.Change > 0 && n > 1:
		return prentice.Errorf(prentice.Invalid, "change=%d names one change, and the push has %d commits", p.Change, n).Try("make one commit of them, or give each its Change-Id")
	}
	for _, c := range p.Commits {
		if len(c.Parents) > 1 {
			return prentice.Errorf(prentice.Invalid, "commit %.12s is a merge, and a change is one commit on another", c.ID).Try("rebase it: git rebase origin/%s", clip.Text(p.Branch))
		}
		if c.Title() == "" {
			return prentice.Errorf(prentice.Invalid, "commit %.12s has no message", c.ID).Try("say what it does: git commit --amend")
		}
	}
	return nil
}

// belongs is the change that a commit is a version of: the one that the push names, the one
// of its key, the one that has this very commit, or the one that its pusher owns under the
// same title where neither has a key.
func belongs(p Proposal, c Commit, last bool, known []Known) (*Known, error) {
	if p.Change > 0 && last {
		for i, k := range known {
			if k.Number == p.Change && k.Repository == p.Repository {
				if k.Branch != p.Branch {
					return nil, prentice.Errorf(prentice.Conflict, "%s is for the branch %s, not for %s", k.Ref(), k.Branch, clip.Text(p.Branch)).Try("git push origin HEAD:refs/for/%s%%change=%d", k.Branch, k.Number)
				}
				return &known[i], nil
			}
		}
		return nil, prentice.Errorf(prentice.NotFound, "%s has no change %d", clip.Text(p.Repository), p.Change).Try("list them with: prentice change list %s", clip.Text(p.Repository))
	}
	here := func(k Known) bool { return k.Repository == p.Repository && k.Branch == p.Branch }
	if key := c.Key(); key != "" {
		for i, k := range known {
			if here(k) && k.Key == key {
				return &known[i], nil
			}
		}
		return nil, nil
	}
	for i, k := range known {
		if here(k) && slices.Contains(k.Commits, c.ID) {
			return &known[i], nil
		}
	}
	var found *Known
	for i, k := range known {
		if !here(k) || k.Key != "" || !k.Going() || k.Owner != p.By.Ref() || k.Title != clip.To(c.Title(), mostTitle) {
			continue
		}
		if found != nil {
			return nil, prentice.Errorf(prentice.Conflict, "commit %.12s may be a version of %s or of %s: both have its title", c.ID, found.Ref(), k.Ref()).
				Try("say which: git push origin HEAD:refs/for/%s%%change=%d", clip.Text(p.Branch), k.Number)
		}
		found = &known[i]
	}
	return found, nil
}
