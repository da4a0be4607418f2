package check

import (
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

// Rule is something that is said of all trees and can be checked.
type Rule struct {
	ID       string // standard/what, such as containers/pinned-base
	Kind     string // who judges it: the name of a kind
	Says     string // what holds, in one sentence
	Why      string // the reason, in one or two sentences
	Cites    []Cite // the principles that it serves
	Severity claims.Severity
	Owner    prentice.Ref
	ReviewBy time.Time
	Source   string   // where it is written: built in, or file:line
	Asks     string   // exactly what is checked; a change of it is another rule
	Remedy   string   // what to do, where a finding says nothing nearer
	Needs    []string // the rules of its kind that must pass before it is judged
	OfPast   bool     // it is about what commits brought, and asked only where that is looked at

	Measures bool // its outcome says how much of the code was run
	Detected bool // no one wrote it: where it cannot be judged, that holds no one up

	// An example of what it finds, and one of what passes. A rule that was not seen to
	// fail on each violation, and to pass each pass, is unproven and blocks nothing.
	Violations, Passes []Example
}

// Cite names a principle that a rule serves.
type Cite struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Example is a small tree.
type Example struct {
	Files   map[string]string // by path; a content that begins with "link:" is a link
	Modes   map[string]Mode   // of those that are no regular files
	Commits []Commit
	Base    map[string]string // what the change is made on; nil where there is no change
	Past    []Added           // what commits brought; nil where that is not looked at
}

// Finding is one place where a rule does not hold.
type Finding struct {
	Rule   string `json:"rule"`
	Path   string `json:"path,omitempty"`
	Bytes  []byte `json:"path_bytes,omitempty"` // the path, where it is no text, which JSON would change
	Line   int    `json:"line,omitempty"`       // from 1; 0 is all of it
	Column int    `json:"column,omitempty"`     // from 1, in characters; 0 is the line
	Says   string `json:"says"`                 // what is wrong, in one line
	Saw    string `json:"saw,omitempty"`        // the evidence, masked where it must not be shown
	Remedy string `json:"remedy,omitempty"`     // what to do here

	// Key tells this finding from others of the rule in the same file, and stays when
	// lines move: what was found, never where. Empty is Saw, or Says.
	Key     string   `json:"-"`
	Case    string   `json:"case,omitempty"`    // the test case that it is about, by its name
	Printed []string `json:"printed,omitempty"` // the last lines of a program that found it
	Fix     []Edit   `json:"-"`                 // the smallest change that would pass, where one can be made
	Places  []Place  `json:"places,omitempty"`  // where else the same was found

	// Waiver lets it be, where the kind found one among what the rules' tree says beside
	// its file of waivers: in a form that is the kind's own.
	Waiver *Waiver `json:"waiver,omitempty"`
}

// Place is where something was found.
type Place struct {
	Commit string `json:"commit,omitempty"`
	In     In     `json:"in,omitempty"` // where it is in no file
	Path   string `json:"path"`
	Line   int    `json:"line,omitempty"`
}

// Edit makes a file what it is to be.
type Edit struct {
	Path    string
	Content []byte
	Mode    Mode // 0 keeps the mode, and makes a new file a regular one
	Remove  bool
	New     bool // it is not written where there is a file already
}

// Outcome is how one rule stands for one tree.
type Outcome struct {
	Rule     string         `json:"rule"`
	Truth    prentice.Truth `json:"truth"`
	Reason   string         `json:"reason,omitempty"` // why it is unknown; what passed or failed, in a few words
	Findings []Finding      `json:"findings,omitempty"`
	Coverage *Coverage      `json:"coverage,omitempty"` // that its tests have, where it was measured

	// Unclear is what could not be judged beside the findings: once they are excused the
	// rule is unknown, and does not pass.
	Unclear string `json:"unclear,omitempty"`
}
