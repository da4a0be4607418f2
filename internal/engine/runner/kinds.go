package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// Know says which kinds of step there are, where they are made after the runner. It
// must be called before Launch.
func (r *Runner) Know(kinds []prentice.StepKind) {
	r.Kinds = kinds
	clear(r.kinds)
	for _, k := range kinds {
		r.kinds[k.Name()] = k
	}
}

// forPeople says whether a person does the steps of a kind.
func (r *Runner) forPeople(kind string) bool {
	k, known := r.kinds[kind]
	return known && k.Needs().Person
}

// allowance is how long a step may take in all: its own time, or that of the plan. What waits until a symptom has
// stayed away gets that time beside the limit of the plan.
func (r *Runner) allowance(plan prentice.Plan, step prentice.PlannedStep) time.Duration {
	_, total, _, err := plan.Limits.Times()
	if err != nil {
		return time.Second // a forged plan: do not let it linger
	}
	if own, err := span.Parse(step.Timeout); step.Timeout != "" && err == nil {
		total = own
	}
	k, known := r.kinds[step.Kind]
	if !known {
		return total
	}
	for _, name := range k.Needs().Budget {
		if d, err := span.Parse(step.Attrs[name]); err == nil {
			total += d
		}
	}
	return total
}

// Wait is the step kind `wait for=30s`: let time pass. An interrupted wait is
// begun again: waiting twice harms no one.
type Wait struct{}

// Name implements prentice.StepKind.
func (Wait) Name() string { return "wait" }

// Needs implements prentice.StepKind.
func (Wait) Needs() prentice.StepNeeds { return prentice.StepNeeds{Budget: []string{"for"}} }

// Lint implements prentice.StepKind.
func (Wait) Lint(s prentice.StepSpec) []prentice.Finding {
	findings := only(s, "for")
	if d, err := span.Parse(s.Attrs["for"]); !strings.Contains(s.Attrs["for"], "${") && (err != nil || d < 0 || d > 24*time.Hour) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf("wait for=%q is not a time between 0s and 24h", s.Attrs["for"]), Hint: "write for=30s"})
	}
	return findings
}

// Says implements prentice.StepKind.
func (Wait) Says(s prentice.PlannedStep) string { return "wait " + s.Attrs["for"] }

// Apply implements prentice.StepKind.
func (Wait) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	d, err := span.Parse(w.Step.Attrs["for"])
	if err != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Invalid, "wait for=%q is not a time", w.Step.Attrs["for"]).Try("write for=30s")
	}
	if d > 0 {
		span.Wait(ctx, d)
	}
	if ctx.Err() != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "stopped while waiting")
	}
	return prentice.Outcome{OK: true, Says: "waited " + d.String()}, nil
}

// Done implements prentice.StepKind: a wait that was interrupted is not over.
func (Wait) Done(context.Context, prentice.Work) (prentice.Answer, error) { return prentice.No, nil }

// Human is the step kind `human`: a person does something outside and says so; under
// Check and Verify they say what they see.
// The runner never applies it; it holds the run until someone confirms.
type Human struct{}

// Name implements prentice.StepKind.
func (Human) Name() string { return "human" }

// Needs implements prentice.StepKind.
func (Human) Needs() prentice.StepNeeds { return prentice.StepNeeds{Person: true} }

// Lint implements prentice.StepKind.
func (Human) Lint(s prentice.StepSpec) []prentice.Finding {
	findings := only(s)
	if strings.TrimSpace(s.Body) == "" {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: "a human step says nothing", Hint: "write in the block what the person must do"})
	}
	if s.Of != "" {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: "a human step cannot be a done? question", Hint: "ask it with a script"})
	}
	if s.Section == prentice.Check && s.Expect != "" && s.Expect != "ok" {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf("a human step is answered by a person, and has expect=%s", s.Expect), Hint: "take it out, and ask so that yes means to go on"})
	}
	return findings
}

// Says implements prentice.StepKind.
func (Human) Says(s prentice.PlannedStep) string { return firstLine(s.Body) }

// Apply implements prentice.StepKind. It is an error: people do human steps.
func (Human) Apply(context.Context, prentice.Work) (prentice.Outcome, error) {
	return prentice.Outcome{}, prentice.Errorf(prentice.Refused, "a human step cannot be applied").Try("confirm it with: prentice run confirm")
}

// Done implements prentice.StepKind.
func (Human) Done(context.Context, prentice.Work) (prentice.Answer, error) {
	return prentice.Unknown, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// only refuses attributes that a kind does not know.
func only(s prentice.StepSpec, known ...string) []prentice.Finding {
	var findings []prentice.Finding
	for _, name := range sortedKeys(s.Attrs) {
		if !slices.Contains(known, name) {
			findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf("a %s step knows no attribute %q", s.Kind, name),
				Hint: "it knows " + strings.Join(append([]string{"id", "risk", "where", "idempotent"}, known...), ", ")})
		}
	}
	return findings
}

var (
	_ prentice.StepKind = Wait{}
	_ prentice.StepKind = Human{}
)
