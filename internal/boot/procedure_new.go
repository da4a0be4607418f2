package boot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/engine/starter"
	"prentice/internal/face/cli"
	"prentice/internal/kit/term"
)

// taken is a procedure that was taken over.
type taken struct {
	Procedure string `json:"procedure"`
	Template  string `json:"template"`
	File      string `json:"file"`
	Owner     string `json:"owner,omitempty"`
}

// shelf is the templates, for anyone who asks what there is.
type shelf struct {
	Templates []starter.Template `json:"templates"`
}

func (c *commands) procedureNew() *cobra.Command {
	var from, owner string
	var list bool
	cmd := &cobra.Command{
		Use: "new NAME", Short: "Write a procedure from a template into the team folder", Args: cobra.MaximumNArgs(1),
		Example: "  prentice procedure new restart-checkout --from restart-service",
		Long: "Writes procedures/NAME.md into the team folder, from a template of the library that is in the program. It is the team's own then: read it, change it, keep it in git. " +
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
			if len(args) == 0 || from == "" {
				return prentice.Errorf(prentice.Invalid, "say what it is called, and from which template it is made").Try("prentice procedure new restart-checkout --from restart-service — templates: prentice procedure new --list")
			}
			made, err := takeOver(set.Team, args[0], from, owner, time.Now())
			if err != nil {
				return err
			}
			return c.tellOf(cmd, made, made.text())
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "the `TEMPLATE` to begin with")
	f.StringVar(&owner, "owner", "", "who keeps the procedure: `group:NAME` or user:NAME")
	f.BoolVar(&list, "list", false, "list the templates")
	if err := cmd.RegisterFlagCompletionFunc("from", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		for _, t := range starter.All() {
			names = append(names, t.Name+"\t"+t.Summary)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}); err != nil {
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

// takeOver writes a template as a procedure of the team.
func takeOver(team, name, from, owner string, now time.Time) (taken, error) {
	t, err := starter.Find(from)
	if err != nil {
		return taken{}, err
	}
	if !prentice.ValidName(name) || strings.EqualFold(name, prentice.AdhocName) {
		return taken{}, prentice.Errorf(prentice.Invalid, "%q is no name of a procedure", name).Try("use letters, digits, dots and dashes, such as %s", from)
	}
	if !isFolder(team) {
		return taken{}, prentice.Errorf(prentice.NotFound, "there is no team folder %s", team).Try("make one with: prentice init — or name it with --team DIR")
	}
	if owner == "" {
		owner = onlyGroup(team)
	} else if kind, who, ok := strings.Cut(owner, ":"); !ok || kind != "group" && kind != "user" || !prentice.ValidName(who) {
		return taken{}, prentice.Errorf(prentice.Invalid, "the owner %q is neither a group nor a user", owner).Try("write group:platform or user:ann")
	}
	made := taken{Procedure: name, Template: from, File: filepath.Join(team, "procedures", name+".md"), Owner: owner}
	if _, err := os.Lstat(made.File); err == nil {
		return taken{}, cannotMake(made.File, errThere)
	}
	if _, err := writeNew(made.File, []byte(t.As(name, owner, now)), 0o644); err != nil {
		return taken{}, cannotMake(made.File, err)
	}
	return made, nil
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

func (t taken) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "● %s is written, from the template %s.\n", t.File, t.Template)
	if t.Owner == "" {
		b.WriteString("  No one owns it: add a line such as owner: group:platform.\n")
	}
	fmt.Fprintf(&b, "\nRead it, then:\n  prentice procedure lint\n  prentice procedure show %s\n", t.Procedure)
	return b.String()
}
