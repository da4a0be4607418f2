package prentice

import (
	"context"
	"errors"
	"io"
)

// StepKind is one sort of step: a statement about the world that can be looked
// at, made true, and asked about. Kinds come from the runner and from skills.
//
// Lint and Says are pure. Apply and Done reach the world, must stop when their
// context does, and must leave no process behind.
type StepKind interface {
	// Name is the word after the fence: sh, http, probe, wait, human.
	Name() string
	// Needs is what each of its steps needs. It is always the same.
	Needs() StepNeeds
	// Lint says what is wrong with a step of this kind: an attribute that it
	// does not know, a value that it cannot use, a body that is missing.
	Lint(StepSpec) []Finding
	// Says is one line for people: what Apply would make true here.
	Says(PlannedStep) string
	// Apply makes it true on one target. An error of kind Unavailable or
	// Canceled means that no one knows how far it came, one of kind Refused that
	// it was not begun, so that nothing is put back.
	Apply(context.Context, Work) (Outcome, error)
	// Done looks whether it is true already. A kind that cannot look answers
	// Unknown.
	Done(context.Context, Work) (Answer, error)
}

// StepNeeds is what the steps of a kind need of those who plan and perform them, so
// that no one asks for the name of a kind. The zero value is nothing.
type StepNeeds struct {
	Script   string   // the shell of which the body is a script, sh or bash; it runs on the targets unless the step says otherwise
	Person   bool     // a person does it, and says so; it is asked for and never applied
	Data     bool     // the body is YAML or JSON, in which ${…} stands for a value of its type; the plan has it as JSON
	Asks     bool     // it asks a service, and hands on what it answers: status, headers and body; a body that has ${…} is data
	Budget   []string // the attributes that are times which a step may take beside what the plan allows for each
	State    bool     // each says how something on a target is to be: it may be repeated, and puts back by itself what it changed
	Files    []string // the attributes that name a file of the team folder, of which the content is the step's body in the plan
	Libs     string   // the attribute that names more files of the team folder, which lie beside the script
	Template string   // the attribute that names a template of the team folder, or says that the body is one: the plan has it filled in
	Words    []string // the attributes that are words of a command line: the plan has them as a list in JSON
}

// Surveyor is a kind that looks, when a plan is made, what its steps would change on a
// target. It only reads. An error of kind Unavailable means that the target could not
// be reached.
type Surveyor interface {
	StepKind
	Survey(context.Context, Work) (Seen, error)
}

// Documented is a kind that says what it is for and which attributes its steps have:
// editors show it, and a misspelt attribute is found at its place.
type Documented interface {
	StepKind
	Doc() StepDoc
}

// StepDoc is what a kind says of itself. Attributes are its own; those that every step
// has are not among them.
type StepDoc struct {
	About      string
	Attributes []Attribute
}

// Attribute is one that a step may have. A name that ends with .NAME stands for any
// that begins so.
type Attribute struct {
	Name   string
	About  string
	Values []string // those that there are, when they can be counted
	Of     string   // what it names: service, procedure, step or secret; "" is none of them
}

// Work is one step on one target, with what it needs to be done.
type Work struct {
	Run         Ref
	Once        string // tells this making of the step from all others of the same name: of an earlier round, or of an older database; "" is of an earlier version
	Nonce       string // tells this run from every other that ever was: of other installations, and of the same number after a restore
	Plan        *Plan
	Step        PlannedStep
	Target      Target
	Env         []string  // complete: inputs, facts, event, secrets; NAME=value
	Secrets     []string  // the values to mask
	Log         io.Writer // what the step prints; masked and kept by the caller
	DetachAware bool      // for Done: anyone who began it knew how to let it go on by itself, here too
	Begun       bool      // for Done: it was heard that it had been begun where it is done
	Seal        string    // a word that the step itself never sees, by which its end is known; "" is of an earlier version
	Heard       func()    // for Apply: called when it is known that it has been begun where it is done; may be nil
}

// Outcome is how applying a step came out. OK is what the step itself says:
// exit code 0, a status below 400, a probe that passed.
type Outcome struct {
	OK   bool   `json:"ok"`
	Code int    `json:"code"`           // exit code or status; 0 if the kind has none
	Says string `json:"says,omitempty"` // one line for people
	Out  Values `json:"-"`              // what the step hands on, once it is read

	// Undecided says of a step under Verify that it saw neither: the run ends uncertain, so
	// that what was done stays and a person decides.
	Undecided bool `json:"-"`

	Response *Response `json:"-"` // of a kind that asks, where its step hands something on
}

// Response is what a service answered.
type Response struct {
	Status int
	Header func(name string) string
	Body   string
	Long   bool // the body goes on, and what is here is not all of it
}

// Values are what a step hands on, by name, each in the one form of its type.
type Values map[string]string

// Answer is what Done saw.
type Answer string

// The answers. The zero Answer is Unknown's equal: no one can tell.
const (
	Unknown Answer = "unknown"
	Yes     Answer = "yes"
	No      Answer = "no"
)

// ErrStopped is what ended the context of a step when a person stopped its run,
// as context.Cause tells. A step that can go on without prentice is then ended;
// when prentice itself ends, it is left to go on.
var ErrStopped = errors.New("a person stopped the run")

// Replayer is a log that a step may write from its beginning once more: after
// Replay, what the log has kept of the step already is not kept again. Passed says
// that the first bytes of the step do not come again; it is false when the log
// cannot tell how many of its own those were, and keeps all that comes.
type Replayer interface {
	Replay()
	Passed(bytes int64) bool
}

// Detached is a kind of which a step may go on without the process that began it,
// and is taken up by the next: Done says No while it goes on, and Apply after that
// follows it to its end and begins nothing. What it keeps for that is kept until the
// proof of the step is written.
type Detached interface {
	StepKind
	// Lingers says whether a step may go on where the process was that began it, when
	// that process is gone.
	Lingers(Work) bool
	// End ends a step that goes on, when a person stops the run before another process
	// has taken it up. Of one that does not there is nothing to end, and no error.
	End(context.Context, Work) error
	// Proved hears that the proof is written, and lets go of what was kept. It may hear
	// so twice.
	Proved(context.Context, Work)
	// Sweep lets go of what earlier processes left here of steps that are not in
	// flight. It asks for those after it has looked what there is, and lets go of
	// nothing when they are not known.
	Sweep(ctx context.Context, inFlight func() ([]Work, error)) error
}
