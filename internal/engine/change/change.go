package change

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// State is how a change stands.
type State string

// The states.
const (
	Open      State = "open"
	Queued    State = "queued" // it waits in the queue to land
	Landed    State = "landed"
	Abandoned State = "abandoned"
)

// Change is one commit that is proposed for a branch.
type Change struct {
	Number     int64        `json:"number"`
	Repository string       `json:"repository"`
	Branch     string       `json:"branch"`
	Key        string       `json:"key,omitempty"` // the Change-Id that its commits carry
	Topic      string       `json:"topic,omitempty"`
	Title      string       `json:"title"`
	Says       string       `json:"says,omitempty"` // the rest of the message
	Owner      prentice.Ref `json:"owner"`
	State      State        `json:"state"`
	PatchSet   int          `json:"patch_set"` // the newest
	Below      int64        `json:"below,omitempty"`
	Opened     time.Time    `json:"opened"`
	Updated    time.Time    `json:"updated"`
	Ended      time.Time    `json:"ended,omitzero"`
	Commit     string       `json:"commit"`           // of the newest patch set
	Landed     string       `json:"landed,omitempty"` // the commit as which it came into the branch
	Why        string       `json:"why,omitempty"`    // it was abandoned
}

// Ref names it.
func (c Change) Ref() prentice.Ref { return prentice.NewRef("change", strconv.FormatInt(c.Number, 10)) }

// Of names the repository that it is for.
func (c Change) Of() prentice.Ref { return prentice.NewRef("repository", c.Repository) }

// Going says whether it can still land.
func (c Change) Going() bool { return c.State == Open || c.State == Queued }

// What became of the content from one patch set to the next.
const (
	First   = "first"
	New     = "new"     // the content is another
	Message = "message" // only what is said of it is another
	Rebased = "rebased" // the same change stands cleanly on another commit
)

// PatchSet is one version of a change.
type PatchSet struct {
	Change    int64          `json:"change"`
	Number    int            `json:"number"`
	Commit    string         `json:"commit"`
	Base      string         `json:"base"` // the commit that it stands on
	Author    string         `json:"author"`
	Addresses []string       `json:"addresses"` // of all who wrote it: author, committer, co-authors
	Message   string         `json:"message"`
	What      string         `json:"what"`
	By        prentice.Ref   `json:"by"`     // who pushed it
	People    []prentice.Ref `json:"people"` // who are behind that, and who else wrote it
	At        time.Time      `json:"at"`
}

// GitRef is the name of a patch set in the repository.
func GitRef(number int64, set int) string { return fmt.Sprintf("refs/changes/%d/%d", number, set) }

// Ref is its name in the repository.
func (p PatchSet) Ref() string { return GitRef(p.Change, p.Number) }

// ParseNumber reads 12 or change/12.
func ParseNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "change/"), 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not the number of a change", clip.Text(text)).Try("write it as change/12 or 12; list them with: prentice change list")
	}
	return n, nil
}
