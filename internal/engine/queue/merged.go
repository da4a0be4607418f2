package queue

import "time"

// Method is how a change comes onto a branch.
type Method string

// The methods. Commits that a merge or a fast-forward brings are those of their author,
// with their signatures.
const (
	Merge  Method = "merge"  // a merge commit, of which the change is the second parent
	Squash Method = "squash" // one commit, by the author of the change's last
	Rebase Method = "rebase" // each of its commits anew; those that stand there already as they are
)

// Proposed is a patch set, as it is to be merged.
type Proposed struct {
	Base    string    `json:"base"` // where it left the branch
	Head    string    `json:"head"`
	Method  Method    `json:"method"`
	Message string    `json:"message"` // of a commit that is made for it
	At      time.Time `json:"at"`      // of such a commit: what is merged the same is the same commit
}

// Merged is what a merge came to: a commit, or the paths that conflict.
type Merged struct {
	Commit    string
	Tree      string
	Conflicts []string
}
