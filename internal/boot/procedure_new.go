package boot

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/engine/starter"
	"prentice/internal/face/cli"
	"prentice/internal/kit/term"
)

// shelf is the templates, for anyone who asks what there is.
type shelf struct {
	Templates []starter.Template `json:"templates"`
}

func (c *commands) procedureNew() *cobra.Command {
	var from, owner string
	var list bool
	cmd := &cobra.Command{
		Use: "new NAME", Short: "Write a new procedure into the team folder: blank, or from another", Args: cobra.MaximumNArgs(1),
		Example: "  prentice procedure new restart-checkout --from restart-service",
		Long: "Writes procedures/NAME.md into the team folder: with every section and nothing that it does, or with --from as a template of the library that is in the program, or another procedure of the team. It is the team's own then: read it, change it, keep it in git. " +
			"A file that is there already is not touched. --list says which templates there are.\n\n" +
			"The owner is --owner, or else the only group of the catalog.",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a procedure")
			if err != nil {
				return err
			}
			if list {
				return c.listTemplates(cmd, args)
			}
			if len(args) == 0 {
				return prentice.Errorf(prentice.Invalid, "say what it is called").Try("prentice procedure new restart-checkout --from restart-service — templates: prentice procedure new --list")
			}
			if err := set.editable(); err != nil {
				return err
			}
			made, err := (taker{set.Team, c.build.Version}).take(from, args[0], owner, time.Now())
			if err != nil {
				return err
			}
			return c.tellOf(cmd, made, made.text())
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "the `TEMPLATE`, or the procedure of the team, to begin with")
	f.StringVar(&owner, "owner", "", "who keeps the procedure: `group:NAME` or user:NAME")
	f.BoolVar(&list, "list", false, "list the templates")
	if err := cmd.RegisterFlagCompletionFunc("from", templates); err != nil {
		panic(err)
	}
	return cmd
}

func (c *commands) listTemplates(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return prentice.Errorf(prentice.Invalid, "--list lists all templates, and %q is not used", args[0]).Try("leave one of them out")
	}
	all := starter.All()
	if cli.GlobalOf(cmd).Output == "name" || cli.GlobalOf(cmd).Quiet {
		for _, t := range all {
			fmt.Fprintln(c.stdout, t.Name) //nolint:errcheck // a reader who has gone away hears nothing
		}
		return nil
	}
	if cli.GlobalOf(cmd).Output != "table" {
		return c.tellOf(cmd, shelf{all}, "")
	}
	table := term.Table{Head: []string{"TEMPLATE", "WHAT IT IS FOR"}}
	for _, t := range all {
		table.Rows = append(table.Rows, []string{t.Name, t.Summary})
	}
	screen := term.On(c.stdout, os.Getenv, cli.GlobalOf(cmd).NoColour)
	if cli.GlobalOf(cmd).Wide {
		screen.Width = 0
	}
	return screen.Table(c.stdout, table)
}

// onlyGroup is the group of the team when the catalog has one, or "".
func onlyGroup(team string) string {
	c, _, _ := readCatalog(team)
	only := ""
	for _, e := range c.Entities {
		if e.Kind != "Group" {
			continue
		}
		if only != "" {
			return ""
		}
		only = "group:" + e.Ref.Name()
	}
	return only
}
