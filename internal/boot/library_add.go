package boot

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/starter"
	"prentice/internal/kit/clip"
)

// taken is a procedure that was taken over.
type taken struct {
	Procedure string `json:"procedure"`
	Template  string `json:"template"`
	File      string `json:"file"`
	Owner     string `json:"owner,omitempty"`
}

func (c *commands) libraryAdd() *cobra.Command {
	var as, owner string
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add a procedure of the library to the team folder", Args: cobra.ExactArgs(1),
		Example: "  prentice procedure library add restart-unit --as restart-checkout",
		Long: "Writes procedures/NAME.md into the team folder. It is the team's own then: read it, change it, keep it in git. A file that is there already is not touched.\n\n" +
			"Its front matter says under origin what it was made of, and that text is kept in procedures/.library: keep both in git, so that prentice procedure library upgrade can bring later changes to it.\n\n" +
			"The owner is --owner, or else the only group of the catalog.",
		ValidArgsFunction: templates,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a procedure")
			if err != nil {
				return err
			}
			if err := set.editable(); err != nil {
				return err
			}
			if as == "" {
				as = args[0]
			}
			made, err := (taker{set.Team, c.build.Version}).take(args[0], as, owner, time.Now())
			if err != nil {
				return err
			}
			return c.tellOf(cmd, made, made.text())
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "the `NAME` of the procedure in the team (default: that in the library)")
	cmd.Flags().StringVar(&owner, "owner", "", "who keeps the procedure: `group:NAME` or user:NAME")
	return cmd
}

// templates completes the names of the library.
func templates(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, t := range starter.All() {
		names = append(names, t.Name+"\t"+t.Summary)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// taker takes procedures over into a team folder.
type taker struct{ team, version string }

// take writes a template as a procedure of the team. Its text in the library goes
// first: a procedure is not there without what its upgrade needs.
func (t taker) take(from, name, owner string, now time.Time) (taken, error) {
	template, ready, err := t.template(from)
	if err != nil {
		return taken{}, err
	}
	if !prentice.ValidName(name) || strings.EqualFold(name, prentice.AdhocName) {
		return taken{}, prentice.Errorf(prentice.Invalid, "%q is no name of a procedure", clip.Text(name)).Try("use letters, digits, dots and dashes, such as restart-checkout")
	}
	if !isFolder(t.team) {
		return taken{}, prentice.Errorf(prentice.NotFound, "there is no team folder %s", t.team).Try("make one with: prentice init — or name it with --team DIR")
	}
	if owner == "" {
		owner = onlyGroup(t.team)
	} else if kind, who, ok := strings.Cut(owner, ":"); !ok || kind != "group" && kind != "user" || !prentice.ValidName(who) {
		return taken{}, prentice.Errorf(prentice.Invalid, "the owner %q is neither a group nor a user", owner).Try("write group:platform or user:ann")
	}
	made := taken{Procedure: name, Template: from, File: filepath.Join(t.team, "procedures", name+".md"), Owner: owner}
	if _, err := os.Lstat(made.File); err == nil {
		return taken{}, cannotMake(made.File, errThere)
	}
	as := starter.As{Name: name, Owner: owner, ReviewBy: starter.Review(now), Version: t.version}
	text := template.As(as)
	if !ready {
		text, err = template.Own(as)
	} else {
		err = t.keep(template.Digest, template.Text)
	}
	if err != nil {
		return taken{}, err
	}
	if _, err := writeNew(made.File, []byte(text), 0o644); err != nil {
		return taken{}, cannotMake(made.File, err)
	}
	return made, nil
}

// template is what a procedure is made from: one of the library, which is ready; another
// of the team's, which has its name only when the library has none of that name; or a
// blank one.
func (t taker) template(from string) (_ starter.Template, ready bool, err error) {
	if from == "" {
		return starter.Blank(), false, nil
	}
	template, err := starter.Find(from)
	if err == nil {
		return template, true, nil
	}
	library, _ := procedure.Load(t.team, nil)
	for _, p := range library.Known() {
		if p.Name == strings.TrimPrefix(from, "procedure/") {
			return starter.Of(p.Name, p.Text), false, nil
		}
	}
	return starter.Template{}, false, err
}

// keep puts a text beside the procedures, by its digest.
func (t taker) keep(digest, text string) error {
	file := filepath.Join(t.team, starter.Kept(digest))
	if _, err := writeNew(file, []byte(text), 0o644); err != nil {
		return cannotMake(file, err)
	}
	return nil
}

// origin is what it was made from, in words.
func (t taken) origin() string {
	if t.Template == "" {
		return "a blank procedure"
	}
	return "the template " + t.Template
}

func (t taken) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "● %s is written, from %s.\n", t.File, t.origin())
	if t.Owner == "" {
		b.WriteString("  No one owns it: add a line such as owner: group:platform.\n")
	}
	fmt.Fprintf(&b, "\nRead it, then:\n  prentice procedure lint\n  prentice procedure show %s\n", t.Procedure)
	return b.String()
}

// libraryTable is all of the library, by group.
func libraryTable() string {
	var b strings.Builder
	head(&b, "group", "procedure", "what it does")
	all := starter.All()
	slices.SortStableFunc(all, func(a, b starter.Template) int { return strings.Compare(a.Group, b.Group) })
	for _, t := range all {
		row(&b, t.Group, "`"+t.Name+"`", t.Summary)
	}
	return b.String()
}
