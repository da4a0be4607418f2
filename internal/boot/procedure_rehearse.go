package boot

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/face/cli"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// rehearsalTime is how long all scripts of a rehearsal may take together.
const rehearsalTime = 2 * time.Minute

// rehearsed is what came of a rehearsal.
type rehearsed struct {
	Procedure string          `json:"procedure"`
	Target    prentice.Ref    `json:"target"`
	Sandbox   string          `json:"sandbox,omitempty"` // why there is none, and nothing was run
	Steps     []rehearsedStep `json:"steps"`
}

// rehearsedStep is one step of the plan, and how its script came out in the sandbox.
type rehearsedStep struct {
	ID      string           `json:"id"`
	Section prentice.Section `json:"section"`
	Says    string           `json:"says"`
	Ran     bool             `json:"ran"`
	Code    int              `json:"code"`
	Output  string           `json:"output,omitempty"`
	Why     string           `json:"why,omitempty"` // it was not run, or came out otherwise than it must
}

func (c *commands) procedureRehearse() *cobra.Command {
	var inputs map[string]string
	cmd := &cobra.Command{
		Use: "rehearse NAME", Short: "Run a procedure's scripts once in a sandbox, where they reach nothing", Args: cobra.ExactArgs(1),
		Example: "  prentice procedure rehearse restart-service --input service=checkout",
		Long: "Makes the plan from the files of the team folder, and runs the scripts of its steps one after the other for its first target, in a sandbox on this machine: a system to read, folders in memory to write, no network, none of the machine's files, processes or variables. Nothing reaches a host, and nothing remains.\n\n" +
			"It shows whether each script can be read and runs to its end with the values of the plan. It cannot show what a host would answer: a check may well come out otherwise there. Steps that are no scripts are named and left out. " +
			"The sandbox needs bubblewrap; without it the plan is shown and nothing is run. Ends with exit code 9 when a script fails, or when there is no sandbox.",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a rehearsal")
			if err != nil {
				return err
			}
			r, err := rehearse(cmd.Context(), set.Team, args[0], inputs)
			if err != nil {
				return err
			}
			if err := c.tellOf(cmd, r, r.text()); err != nil {
				return err
			}
			return r.end()
		},
	}
	cmd.Flags().StringToStringVar(&inputs, "input", nil, "a value of the plan, as `NAME=VALUE`; may be repeated")
	return cmd
}

// rehearse runs the scripts of a plan in a sandbox, one after the other in one world, so
// that each finds what those before it have written.
func rehearse(ctx context.Context, team, name string, inputs map[string]string) (rehearsed, error) {
	cat, _, _ := readCatalog(team)
	library, _ := procedure.Load(team, procedure.Kinds(stepKinds(cat, &shell.Kind{})))
	plan, err := procedure.Render(library, cat, prentice.RunRequest{Procedure: name, Inputs: inputs})
	if err != nil {
		return rehearsed{}, err
	}
	r := rehearsed{Procedure: plan.Procedure, Target: plan.Targets[0].Ref}
	dir, err := os.MkdirTemp("/tmp", "prentice-") // the name of a socket in it must be short
	if err != nil {
		return r, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under /tmp")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays costs only space
	box, err := sandbox.New(ctx, dir)
	if err != nil {
		r.Sandbox = err.Error()
		r.Steps = stepsOf(plan, "not run: there is no sandbox")
		return r, nil // the plan is shown
	}
	defer box.Close() //nolint:errcheck // its folder goes with ours
	r.Steps = stepsOf(plan, "not reached: the time or the room for output was up")
	seal := rand.Text()
	tree := filepath.Join(dir, "tree")
	if err := writeScripts(filepath.Join(tree, "work"), plan, seal); err != nil {
		return r, err
	}
	var out bytes.Buffer
	_, err = box.Run(ctx, sandbox.Job{Argv: []string{"/bin/sh", "/work/rehearse"}, Tree: os.DirFS(tree), Limits: sandbox.Limits{Time: rehearsalTime, Output: 1 << 20}, Out: &out})
	r.read(plan, out.String(), seal)
	if err != nil && prentice.KindOf(err) != prentice.Limited { // what came before is known
		return r, err
	}
	return r, nil
}

const noScript = "not run: it is no script"

// shells run the scripts of a kind, as they do on a target.
var shells = map[string]string{"sh": "/bin/sh -eu", "bash": "/bin/bash -eu -o pipefail"}

// writeScripts puts the scripts of a plan into a folder, and one that runs them all: the
// output of each ends with a line of the seal, its number and its exit code.
func writeScripts(folder string, plan prentice.Plan, seal string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var all strings.Builder
	all.WriteString("mkdir -p /work/state\n")
	for i, s := range plan.Steps {
		if shells[s.Kind] == "" {
			continue
		}
		name := "step-" + strconv.Itoa(i)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(s.Body), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&all, "env -i %s %s /work/%s 2>&1; code=$?; echo; echo '%s' %d $code\n", assignments(plan, s), shells[s.Kind], name, seal, i)
	}
	return os.WriteFile(filepath.Join(folder, "rehearse"), []byte(all.String()), 0o644)
}

// stepsOf are the steps of a plan before anything is run, with why they are not.
func stepsOf(plan prentice.Plan, why string) []rehearsedStep {
	var steps []rehearsedStep
	for _, s := range plan.Steps {
		step := rehearsedStep{ID: s.ID, Section: s.Section, Says: s.Says, Why: why}
		if shells[s.Kind] == "" {
			step.Why = noScript
		}
		steps = append(steps, step)
	}
	return steps
}

// assignments are the variables of a step, as words of a shell. Secrets are not among
// them: a rehearsal has none.
func assignments(plan prentice.Plan, s prentice.PlannedStep) string {
	t := plan.Targets[0]
	env := map[string]string{"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/work", "LANG": "C.UTF-8", "PRENTICE_RUN": "run/0", "PRENTICE_STATE": "/work/state",
		"TARGET_REF": string(t.Ref), "TARGET_NAME": t.Ref.Name(), "TARGET_ADDRESS": t.Address}
	maps.Copy(env, s.Env)
	var words []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		words = append(words, "'"+name+"="+strings.ReplaceAll(env[name], "'", `'\''`)+"'")
	}
	return strings.Join(words, " ")
}

// read takes apart what the sandbox printed: the output of each step ends with a line
// of the seal, its number and its exit code.
func (r *rehearsed) read(plan prentice.Plan, out, seal string) {
	for {
		before, rest, found := strings.Cut(out, seal+" ")
		if !found {
			return
		}
		line, after, _ := strings.Cut(rest, "\n")
		var n, code int
		if _, err := fmt.Sscanf(line, "%d %d", &n, &code); err == nil && n < len(r.Steps) {
			s := &r.Steps[n]
			s.Ran, s.Code, s.Output, s.Why = true, code, strings.TrimSpace(before), ""
			expect := plan.Steps[n].Expect
			switch {
			case expect == "any":
			case expect == "fail" && code == 0:
				s.Why = "a check that must fail came out well"
			case expect != "fail" && code != 0:
				s.Why = fmt.Sprintf("it ended with exit code %d", code)
			}
		}
		out = after
	}
}

// end is the exit code: a script that failed, or no sandbox, is not well.
func (r rehearsed) end() error {
	failed := slices.ContainsFunc(r.Steps, func(s rehearsedStep) bool { return s.Why != "" && s.Why != noScript })
	if r.Sandbox == "" && !failed {
		return nil
	}
	return cli.Exit(op.NotWell)
}

func (r rehearsed) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, rehearsed for %s in a sandbox: nothing was reached, and nothing remains\n", r.Procedure, r.Target)
	if r.Sandbox != "" {
		b.Reset()
		fmt.Fprintf(&b, "%s, planned for %s and not run: %s\n", r.Procedure, r.Target, r.Sandbox)
	}
	for _, s := range r.Steps {
		sign := "○"
		switch {
		case s.Ran && s.Why == "":
			sign = "●"
		case s.Ran:
			sign = "✕"
		}
		fmt.Fprintf(&b, "%s %s  %s", sign, s.Section, s.ID)
		if s.Says != s.ID {
			b.WriteString("  " + clip.Text(s.Says))
		}
		if s.Why != "" {
			fmt.Fprintf(&b, " (%s)", s.Why)
		}
		b.WriteByte('\n')
		for line := range strings.Lines(clip.To(s.Output, 2000)) {
			b.WriteString("    │ " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}
