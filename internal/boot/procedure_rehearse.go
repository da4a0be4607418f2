package boot

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
)

// The bounds of a rehearsal: how long all of it may take, and for how many targets.
const (
	rehearsalTime  = 2 * time.Minute
	mostRehearsals = 10
)

func (c *commands) procedureRehearse() *cobra.Command {
	var inputs map[string]string
	cmd := &cobra.Command{
		Use: "rehearse NAME", Short: "Do a procedure's steps once in a sandbox, where they reach nothing", Args: cobra.ExactArgs(1),
		Example: "  prentice procedure rehearse restart-service --input service=checkout",
		Long: "Makes the plan from the files of the team folder, and does its steps one after the other for each of its targets, the first 10 of them, in a sandbox on this machine: a system to read, folders in memory to write, no network, none of the machine's files, processes or variables. Each target has a sandbox of its own. Nothing reaches a host, and nothing remains.\n\n" +
			"Scripts are run with the values of the plan: it shows whether each can be read and runs to its end. Steps of the kinds file and line are done in the folders of the sandbox, which are empty at the beginning, and say what they did; owners are left out. It cannot show what a host would answer: a check may well come out otherwise there. What a step hands on with out= is given to the steps behind it. What cannot be rehearsed is named with the reason: steps of other kinds, scripts that read what one of these hands on, steps that checks decide: a sandbox does not know what a host would say. " +
			"The sandbox needs bubblewrap; without it the plan is shown and nothing is run. Ends with exit code 9 when a step fails, or when there is no sandbox.",
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

// rehearse does the steps of a plan in a sandbox, those for one target after the other in
// one world, so that each finds what those before it have written.
func rehearse(ctx context.Context, team, name string, inputs map[string]string) (rehearsed, error) {
	cat, _, _ := readCatalog(team)
	kinds := stepKinds(cat, &shell.Kind{})
	library, _ := procedure.Load(team, procedure.Kinds(kinds))
	plan, err := procedure.RenderWith(library, cat, prentice.RunRequest{Procedure: name, Inputs: inputs}, procedure.Answers{Believed: true})
	if err != nil {
		return rehearsed{}, err
	}
	r := rehearsed{Procedure: plan.Procedure, LeftOut: plan.LeftOut, More: max(0, len(plan.Targets)-mostRehearsals)}
	dir, err := os.MkdirTemp("/tmp", "prentice-") // the name of a socket in it must be short
	if err != nil {
		return r, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under /tmp")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays costs only space
	box, err := sandbox.New(ctx, dir)
	if err != nil {
		r.Sandbox = err.Error() // the plan is shown
	} else {
		defer box.Close() //nolint:errcheck // its folder goes with ours
	}
	over := time.Now().Add(rehearsalTime)
	for _, target := range plan.Targets[:len(plan.Targets)-r.More] {
		scripts := scriptsFor(plan, target, kinds)
		on := rehearsedOn{Target: target.Ref, target: target, handed: map[string]prentice.Values{}, Steps: stepsOf(plan, scripts, r.Sandbox != "")}
		if r.Sandbox == "" {
			if err := on.perform(ctx, box, filepath.Join(dir, "tree"), plan, scripts, time.Until(over)); err != nil {
				return r, err
			}
		}
		r.Targets = append(r.Targets, on)
	}
	return r, nil
}
