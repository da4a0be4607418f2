package procedure

import (
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/cron"
	"prentice/internal/kit/script"
)

// Lint is advice about a procedure that could be read: what it lacks, and what
// is due on the given day. It finds no errors; Parse and New do.
func Lint(p prentice.Procedure, now time.Time) []prentice.Finding {
	var findings []prentice.Finding
	advise := func(at prentice.Pos, hint, format string, args ...any) {
		findings = append(findings, prentice.Finding{At: at, Text: fmt.Sprintf(format, args...), Hint: hint})
	}
	top := prentice.Pos{File: p.File, Line: 1, Column: 1}
	if p.Owner == "" {
		advise(top, "add a line such as owner: group:platform", "the procedure has no owner")
	}
	switch due, err := time.Parse(time.DateOnly, p.ReviewBy); {
	case p.ReviewBy == "":
		advise(top, "add a line such as review_by: "+now.AddDate(0, 6, 0).Format(time.DateOnly), "no day is set for looking at the procedure again")
	case err == nil && !now.Before(due.AddDate(0, 0, 1)):
		advise(top, "read it, try it, and set a later day", "its review was due on %s", p.ReviewBy)
	}
	changes := slices.ContainsFunc(p.Steps, func(s prentice.StepSpec) bool {
		return s.Section == prentice.Act && (s.Risk != prentice.Look || s.Kind == uses)
	})
	if changes && !has(p, prentice.Verify) && !calls(p) {
		advise(top, "add a section ## Verify that sees the symptom gone", "without Verify its runs can only end unverified")
	}
	if changes && !has(p, prentice.Undo) && !calls(p) && !PutsBack(p) {
		advise(top, "add a section ## Undo if what it does can be undone", "it has no Undo section: if it fails, nothing is rolled back; to the policy, plan.undoable is false")
	}
	lintStates(p, advise)
	for _, t := range p.On {
		for _, text := range scheduleAdvice(t, now) {
			advise(t.At, "write another time if that is not what you want", "schedule %q: %s", t.Schedule, text)
		}
	}
	if p.Limits.MaxTargets > 1 && p.Limits.Verify == "" && onlyAsAWhole(p) {
		advise(top, "write verify: per_batch in limits if that can hold when one host is done, or verify: at_end if only all of them make it true",
			"what Verify asks is asked once for all hosts, and after each batch of them")
	}
	for _, s := range p.Steps {
		lintStep(p, s, advise)
	}
	return sorted(findings)
}

// scheduleAdvice says what in a trigger's schedule probably means something else.
func scheduleAdvice(t prentice.Trigger, now time.Time) []string {
	if t.Schedule == "" {
		return nil
	}
	where, err := cron.Zone(t.Zone)
	if err != nil {
		return nil
	}
	s, err := cron.Parse(t.Schedule, where)
	if err != nil {
		return nil
	}
	return s.Advice(now)
}

// shells are the languages of scripts, by the shell that a kind needs.
var shells = map[string]script.Shell{"sh": script.POSIX, "bash": script.Bash}

func lintStep(p prentice.Procedure, s prentice.StepSpec, advise func(at prentice.Pos, hint, format string, args ...any)) {
	if s.Risk == prentice.Danger {
		advise(s.At, "make sure that people know what they approve", "step %s has risk=danger, so that the plan cannot be undone; to the policy, plan.risk is \"danger\" and plan.undoable is false", s.ID)
	}
	if shell, is := shells[s.Script]; is {
		for _, r := range script.Read(s.Body, shell) {
			at := prentice.Pos{File: s.At.File, Line: s.At.Line + r.Line, Column: r.Column}
			advise(at, r.Hint, "step %s: %s", s.ID, r.Text)
		}
	}
	asked := slices.ContainsFunc(p.Steps, func(o prentice.StepSpec) bool { return o.Of == s.ID })
	if s.Script != "" && s.Section == prentice.Act && s.Of == "" && s.Risk != prentice.Look && !s.Idempotent && !asked {
		advise(s.At, "add a block with of="+s.ID+" that succeeds when it is done, or mark the step idempotent",
			"after a crash it is not known whether step %s was done, and its run ends uncertain", s.ID)
	}
}

// onlyAsAWhole says whether a procedure acts on each host and verifies none of
// them by itself.
func onlyAsAWhole(p prentice.Procedure) bool {
	acts, whole := false, false
	for _, s := range p.Steps {
		switch {
		case s.Section == prentice.Act && s.Of == "" && s.Risk != prentice.Look:
			acts = s.Where == "target" // what runs here behind it waits for all hosts
		case s.Section == prentice.Verify && s.Where == "target":
			return false
		case s.Section == prentice.Verify:
			whole = true
		}
	}
	return acts && whole
}

func has(p prentice.Procedure, section prentice.Section) bool {
	return slices.ContainsFunc(p.Steps, func(s prentice.StepSpec) bool { return s.Section == section })
}

func calls(p prentice.Procedure) bool {
	return slices.ContainsFunc(p.Steps, func(s prentice.StepSpec) bool { return s.Kind == uses })
}
