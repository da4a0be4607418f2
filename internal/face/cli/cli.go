package cli

import (
	"cmp"
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice/internal/op"
)

// Options is what the command line is made of. Everything may be left out.
type Options struct {
	Ops []op.Op
	// Told hears what the global flags say before anything is done, also by an
	// operation that needs no door.
	Told func(Global) error
	// Open gives the door for a request, near (a data folder) or far (a server), and
	// what closes it. It is called once, when the request needs it.
	Open func(context.Context, Global, op.Op, any) (op.Door, func() error, error)
	// Pack gives the files of a folder, to be sent to an operation.
	Pack            func(ctx context.Context, folder string) (io.ReadCloser, error)
	Version, Commit string
	Extra           []*cobra.Command            // commands that are no operations: up, demo
	Nested          map[string][]*cobra.Command // those that stand below a noun: procedure new, procedure.library add
	First           []First                     // what a newcomer needs, in order
	Home            string                      // the operation that says what is going on here; "" for none

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) string
	Now            func() time.Time
}

// Global is what the flags of every command say, or the environment where a flag
// is not given. Empty means that neither says anything.
type Global struct {
	Server   string // URL of a server; "" means anyone who serves Data, or Data itself
	Token    string
	Data     string // the data folder
	Team     string // the team folder
	Output   string // table, json, yaml or name
	Wide     bool   // a table with nothing cut
	Quiet    bool   // only what a script wants
	NoColour bool
}

// First is a command that a newcomer needs, and what it does.
type First struct{ Command, About string }

// New draws the commands. The result is good for one execution, because flags
// remember what they were given.
func New(o Options) *cobra.Command {
	f := &face{Options: o.filled(), nouns: op.NounsOf(o.Ops)}
	root := &cobra.Command{
		Use:           "prentice",
		Short:         "The junior DevOps engineer a team runs as one binary",
		Long:          "prentice keeps the agreed procedures of a team, proposes them when something happens, asks before anything risky, carries them out, and shows what it did.",
		Example:       "prentice demo",
		Version:       f.version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          f.home,
		Annotations:   map[string]string{},
	}
	maps.Copy(root.Annotations, aliasesOf(f.Options))
	root.SetIn(f.Stdin)
	root.SetOut(f.Stdout)
	root.SetErr(f.Stderr)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(wrongFlag)
	root.SetHelpFunc(f.help)
	root.SetHelpCommand(f.helpCommand())
	f.globals(root)
	for _, o := range slices.SortedFunc(slices.Values(f.Ops), func(a, b op.Op) int { return cmp.Compare(a.Name, b.Name) }) {
		f.draw(root, o)
	}
	for _, extra := range append(f.Extra, f.versionCommand(), manCommand(), exitCodes()) {
		add(root, extra)
	}
	for _, section := range op.Sections() {
		root.AddGroup(&cobra.Group{ID: string(section), Title: string(section)})
	}
	for _, c := range root.Commands() {
		if c.GroupID == "" {
			c.GroupID = string(f.nouns[c.Name()].Part)
		}
	}
	for noun, commands := range f.Nested {
		for _, c := range commands {
			parent := root
			for word := range strings.SplitSeq(noun, ".") {
				parent = named(parent, word)
			}
			add(parent, c)
		}
	}
	root.InitDefaultCompletionCmd()
	named(root, "completion").Short = "Completion for bash, zsh, fish and PowerShell"
	return root
}

// GlobalOf reads the global flags of a running command, for commands that are
// no operations.
func GlobalOf(cmd *cobra.Command) Global {
	text := func(name string) string { s, _ := cmd.Flags().GetString(name); return s }
	plain, _ := cmd.Flags().GetBool("no-color")
	quiet, _ := cmd.Flags().GetBool("quiet")
	output := "table"
	if flag := cmd.Flags().Lookup("output"); flag != nil {
		output = flag.Value.String()
	}
	wide := output == "wide"
	if wide {
		output = "table"
	}
	return Global{Server: text("server"), Token: text("token"), Data: text("data"), Team: text("team"), Output: output, Wide: wide, Quiet: quiet, NoColour: plain}
}

type face struct {
	Options
	nouns map[string]op.Noun
}

func (o Options) filled() Options {
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// globals adds the flags that every command knows. What they stand at without
// being given comes from the environment and is not shown in help: a token is
// no one's default.
func (f *face) globals(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.VarP(&choice{"table", outputs}, "output", "o", "how to print: table; wide: a table with nothing cut; json, yaml; name: names alone; markdown, html: what is a document")
	flags.BoolP("quiet", "q", false, "print only what a script wants: names, or the one token or link")
	for _, g := range []struct{ name, env, usage string }{
		{"server", "PRENTICE_SERVER", "ask the server at `URL` (PRENTICE_SERVER)"},
		{"token", "PRENTICE_TOKEN", "show the server this `TOKEN` (better: PRENTICE_TOKEN)"},
		{"data", "PRENTICE_DATA", "use the data folder `DIR` (PRENTICE_DATA; else ./prentice-data)"},
		{"team", "PRENTICE_TEAM", "use the team folder `DIR` (PRENTICE_TEAM; else team in the data folder)"},
	} {
		flags.String(g.name, f.Env(g.env), g.usage)
		flags.Lookup(g.name).DefValue = ""
	}
	flags.Bool("no-color", f.Env("NO_COLOR") != "", "print without colour (NO_COLOR)")
	flags.Lookup("no-color").DefValue = "false"
	must(root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(outputs, cobra.ShellCompDirectiveNoFileComp)))
	must(root.MarkPersistentFlagDirname("data"))
	must(root.MarkPersistentFlagDirname("team"))
}

// draw adds an operation as a command below the commands of its noun.
func (f *face) draw(root *cobra.Command, o op.Op) {
	words := strings.Split(o.Name, ".")
	parent := root
	for i, noun := range words[:len(words)-1] {
		child := named(parent, noun)
		if child == nil {
			child = &cobra.Command{Use: noun, Short: f.nouns[strings.Join(words[:i+1], ".")].About, Args: cobra.ArbitraryArgs, RunE: f.group}
			parent.AddCommand(child)
		}
		parent = child
	}
	add(parent, f.command(o, words[len(words)-1], root.PersistentFlags()))
}

// add puts a command below its parent. Two commands of one name are a broken
// program.
func add(parent, child *cobra.Command) {
	if named(parent, child.Name()) != nil {
		panic("two commands are called " + parent.CommandPath() + " " + child.Name())
	}
	strict(child)
	parent.AddCommand(child)
}

func named(parent *cobra.Command, name string) *cobra.Command {
	for _, c := range parent.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

func must(err error) {
	if err != nil {
		panic("the command line is drawn wrongly: " + err.Error())
	}
}
