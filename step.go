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
}

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

// Lingerer is a kind of which a step may go on where the process was that performed
// it, when that process is gone.
type Lingerer interface {
	Lingers(Work) bool
}

// Prover is a kind that wants to hear when the proof of a step is written, to let
// go of what it kept for the case that it never would be.
type Prover interface {
	Proved(context.Context, Work)
}

// Ender is a kind of which a step may go on without the process that performed it:
// End ends it, when a person stops the run before another process has taken it up.
type Ender interface {
	End(context.Context, Work) error
}

// Sweeper is a kind that keeps something of a step until its proof is written.
// Sweep lets go of what earlier processes left here of steps that are not in
// flight. It asks for those after it has looked what there is.
type Sweeper interface {
	Sweep(ctx context.Context, inFlight func() ([]Work, error)) error
}
