package boot

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/adapter/state"
	"prentice/internal/face/cli"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// rehearsed is what came of a rehearsal.
type rehearsed struct {
	Procedure string             `json:"procedure"`
	Sandbox   string             `json:"sandbox,omitempty"` // why there is none, and nothing was run
	Targets   []rehearsedOn      `json:"targets"`
	More      int                `json:"more,omitempty"`     // targets for which nothing was rehearsed
	LeftOut   []prentice.LeftOut `json:"left_out,omitempty"` // of the plan
}

// rehearsedOn is what came of it for one target.
type rehearsedOn struct {
	Target prentice.Ref    `json:"target"`
	Steps  []rehearsedStep `json:"steps"`

	target prentice.Target
	handed map[string]prentice.Values // by step
}

// rehearsedStep is one step of the plan, and how it came out in the sandbox.
type rehearsedStep struct {
	ID      string           `json:"id"`
	Section prentice.Section `json:"section"`
	Says    string           `json:"says"`
	Ran     bool             `json:"ran"`
	Cannot  bool             `json:"cannot,omitempty"` // be rehearsed
	Code    int              `json:"code"`
	Output  string           `json:"output,omitempty"`
	Why     string           `json:"why,omitempty"` // it was not run, or came out otherwise than it must
	HandsOn prentice.Values  `json:"hands_on,omitempty"`
}

// stepsOf are the steps of a plan before anything is run, with why they are not.
func stepsOf(plan prentice.Plan, scripts []rehearsal, noSandbox bool) []rehearsedStep {
	var steps []rehearsedStep
	for i, s := range plan.Steps {
		step := rehearsedStep{ID: s.ID, Section: s.Section, Says: s.Says, Why: "not reached: the time or the room for output was up"}
		switch {
		case scripts[i].why != "":
			step.Cannot, step.Why = true, scripts[i].why
		case noSandbox:
			step.Why = "not run: there is no sandbox"
		}
		steps = append(steps, step)
	}
	return steps
}

// came notes how the script of a step came out.
func (s *rehearsedStep) came(r rehearsal, printed string, code int) {
	s.Ran, s.Code, s.Output, s.Why = true, code, strings.TrimSpace(printed), ""
	switch expect := r.step.Expect; {
	case code == state.Elsewhere && shells[r.step.Kind] == "":
		s.Ran, s.Cannot, s.Code, s.Why = false, true, 0, "not run: its file is on a host, and no step before it makes one"
	case expect == "any":
	case expect == "fail" && code == 0:
		s.Why = "a check that must fail came out well"
	case expect != "fail" && code != 0:
		s.Why = fmt.Sprintf("it ended with exit code %d", code)
	}
}

// end is the exit code: a step that failed, or no sandbox, is not well.
func (r rehearsed) end() error {
	failed := slices.ContainsFunc(r.Targets, func(on rehearsedOn) bool {
		return slices.ContainsFunc(on.Steps, func(s rehearsedStep) bool { return s.Why != "" && !s.Cannot })
	})
	if r.Sandbox == "" && !failed {
		return nil
	}
	return cli.Exit(op.NotWell)
}

func (r rehearsed) text() string {
	var b strings.Builder
	how := "rehearsed for %s in a sandbox: nothing was reached, and nothing remains\n"
	if r.Sandbox != "" {
		how = "planned for %s and not run: " + strings.ReplaceAll(r.Sandbox, "%", "%%") + "\n"
	}
	all := op.Count(len(r.Targets), "target", "targets")
	if len(r.Targets) == 1 {
		all = string(r.Targets[0].Target)
	}
	fmt.Fprintf(&b, "%s, "+how, r.Procedure, all)
	for _, group := range r.alike() {
		if len(r.Targets) > 1 {
			fmt.Fprintf(&b, "\n%s\n", strings.Join(group.targets, ", "))
		}
		group.write(&b)
	}
	for _, l := range r.LeftOut {
		fmt.Fprintf(&b, "○ %s  %s (not planned: %s)\n", l.Section, l.ID, clip.Text(l.Why))
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "\n%s not rehearsed: at most %d are\n", op.Count(r.More, "more target was", "more targets were"), mostRehearsals)
	}
	return b.String()
}

// alike are targets for which all came out the same, told together.
type alike struct {
	targets []string
	rehearsedOn
}

func (r rehearsed) alike() (groups []alike) {
	for _, on := range r.Targets {
		i := slices.IndexFunc(groups, func(g alike) bool { return reflect.DeepEqual(g.Steps, on.Steps) })
		if i < 0 {
			i, groups = len(groups), append(groups, alike{rehearsedOn: on})
		}
		groups[i].targets = append(groups[i].targets, string(on.Target))
	}
	return groups
}

func (on rehearsedOn) write(b *strings.Builder) {
	for _, s := range on.Steps {
		sign := "○"
		switch {
		case s.Ran && s.Why == "":
			sign = "●"
		case s.Ran:
			sign = "✕"
		}
		fmt.Fprintf(b, "%s %s  %s", sign, s.Section, s.ID)
		if s.Says != s.ID {
			b.WriteString("  " + clip.Text(s.Says))
		}
		if s.Why != "" {
			fmt.Fprintf(b, " (%s)", s.Why)
		}
		b.WriteByte('\n')
		for line := range strings.Lines(clip.To(s.Output, 2000)) {
			b.WriteString("    │ " + strings.TrimRight(line, "\n") + "\n")
		}
		for _, name := range slices.Sorted(maps.Keys(s.HandsOn)) {
			fmt.Fprintf(b, "    hands on %s = %s\n", name, clip.Text(s.HandsOn[name]))
		}
	}
}
