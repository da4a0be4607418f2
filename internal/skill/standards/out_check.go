package standards

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// Judged says whether there was anything to judge by a check run that is done.
func (r CheckRun) Judged() bool { return r.Passed+r.Failed+r.Unknown > 0 }

// Outcome is how a check run ended, or how far it is.
func (r CheckRun) Outcome() string {
	switch {
	case r.State != Done:
		return strings.TrimSpace(r.State.sign() + " " + string(r.State))
	case !r.Judged():
		return signOf(r.Verdict) + ": " + r.Says
	}
	return fmt.Sprintf("%s: %d passed, %d failed, %d unknown", signOf(r.Verdict), r.Passed, r.Failed, r.Unknown)
}

// CheckShown is a check run and what it found.
type CheckShown struct {
	CheckRun
	Before  int      `json:"before,omitempty"`  // how many come before it, while it waits
	Quick   bool     `json:"quick,omitempty"`   // what is quick is judged, and its commands are performed
	Output  string   `json:"output,omitempty"`  // the end of what its commands printed
	Checked *Checked `json:"checked,omitempty"` // what was found; none where nothing could be judged

	Printed bool `json:"printed,omitempty"` // what was printed is asked for, and not what was found
}

func (s CheckShown) says() string {
	if s.Quick && s.State == Queued {
		s.Quick = false
		return "what is quick is judged; of those with commands " + s.says()
	}
	switch {
	case s.State == Queued && s.Before > 0:
		return fmt.Sprintf("%s before it", op.Count(s.Before, "check is", "checks are"))
	case s.State == Queued:
		return "it is the next"
	case s.State == Done:
		return s.CheckRun.Outcome()
	}
	return s.Says
}

// Progress is how far it is.
func (s CheckShown) Progress() string { return s.says() }

// Text implements op.Texter.
func (s CheckShown) Text() string {
	if s.Printed {
		return s.printed()
	}
	if s.Checked != nil {
		return s.Checked.Text()
	}
	return fmt.Sprintf("%s %s  %s\n%s\n", s.State.sign(), s.Ref, orText(string(s.Verdict), string(s.State)), orText(s.says(), "it is being judged"))
}

// printed is the end of what the commands of the check printed.
func (s CheckShown) printed() string {
	var b strings.Builder
	for text := range strings.Lines(s.Output) {
		b.WriteString(term.Line(strings.TrimSuffix(text, "\n")) + "\n")
	}
	if s.Output == "" {
		b.WriteString("It printed nothing: what it judged was known, or no command was performed.\n")
	}
	return b.String() + fmt.Sprintf("%s %s  %s\n", s.State.sign(), s.Ref, s.says())
}

// Outcome implements op.Outcomer.
func (s CheckShown) Outcome() string { return s.Text() }

// Broken, Unclear and Kept are the rules by how they stand.
func (s CheckShown) Broken() []Ruled { return s.Checked.of(prentice.Fail) }

// Unclear are the rules of which it is not known whether they hold.
func (s CheckShown) Unclear() []Ruled { return s.Checked.of(prentice.NotSeen) }

// Kept are the rules that hold.
func (s CheckShown) Kept() []Ruled { return s.Checked.of(prentice.Pass) }

// ExitCode implements op.Ender.
func (s CheckShown) ExitCode() int {
	switch {
	case s.Printed:
		return 0
	case s.State != Done || s.Checked == nil:
		return op.NotKnown
	default:
		return s.Checked.ExitCode()
	}
}

// CheckStep is how far a check run is.
type CheckStep struct {
	Check   prentice.Ref   `json:"check"`
	State   State          `json:"state"`
	Says    string         `json:"says,omitempty"`
	Verdict prentice.Truth `json:"verdict,omitempty"`
}

// Text implements op.Texter.
func (s CheckStep) Text() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s  %s", s.State.sign(), s.Check, orText(s.Says, string(s.State)))) + "\n"
}

// Streamed is how a page hears it.
func (s CheckStep) Streamed() (event, id string) { return "step", "" }

var (
	_ op.Texter   = CheckShown{}
	_ op.Ender    = CheckShown{}
	_ op.Outcomer = CheckShown{}
	_ op.Texter   = CheckStep{}
	_ op.Beginner = CheckAsked{}
)
