// Package skill says what a skill of the role brings when it joins: its
// operations, step kinds, pages, what it listens to, and the sentence of the
// role that it answers. It refuses to know any one skill.
package skill

import (
	"context"
	"io/fs"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
	"prentice/internal/team"
)

// Skill is one chapter: all that it brings. Everything but Name and Sentence may be
// empty. Boot and the faces loop over these fields and know no chapter by name.
type Skill struct {
	Name     string // the folder's name
	Sentence string // of the role, as product.md has it
	Of       string // the chapter that it is a part of, and with which it is explained; "" is one of its own

	Ops    []op.Op
	Kinds  []prentice.StepKind
	Probes []prentice.ProbeKind
	Checks []check.Kind
	Team   []team.Part                                             // the files of the team folder that it answers for
	Listen func(ctx context.Context, e prentice.EventRecord) error // told of every new event, in order
	Work   []Work
	Ring   func() // what the team's files say, or what other replicas did, may be news; it must not wait

	Pages    []op.Page
	Refs     map[string]string   // the page that shows a ref, by its kind: the Path of one of all pages
	Explains []op.Explainer      // how things of its kinds are explained
	States   map[string]op.Badge // how the words for states are shown; a kind of evidence is asked for by its last part as well

	Files   fs.FS                                  // pages/*.html and schema/*.sql
	Explain string                                 // explain.md: a text/template over the skill's own facts
	Facts   func(ctx context.Context) (any, error) // what Explain is drawn from

	// Self is the chapter at work, for boot to give to engines that declare methods
	// which it has; nil where there is none.
	Self any
}

// Work goes on in the background, from the start until ctx ends.
type Work struct {
	Name  string
	Run   func(ctx context.Context) error
	OnAll bool // every replica does it, and not just the one that leads
}
