package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// widestHelp keeps sentences short enough to read, and help that is piped the
// same everywhere.
const widestHelp = 100

// help prints a command's help. It begins with an example that works.
func (f *face) help(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	screen := term.On(out, f.Env, GlobalOf(cmd).NoColour)
	if screen.Width == 0 || screen.Width > widestHelp {
		screen.Width = widestHelp
	}
	fmt.Fprint(out, f.manual(cmd, screen)) //nolint:errcheck // help that cannot be printed cannot be helped
}

func (f *face) manual(cmd *cobra.Command, screen term.Screen) string {
	var b strings.Builder
	if example := exampleOf(cmd); example != "" {
		for line := range strings.Lines(strings.TrimSpace(example)) {
			b.WriteString(screen.Paint(term.Head, "  "+strings.TrimSpace(line)) + "\n")
		}
		b.WriteByte('\n')
	}
	if about := strings.TrimSpace(first(cmd.Long, cmd.Short)); about != "" {
		b.WriteString(screen.Wrap(ended(about)) + "\n")
	}
	if cmd.IsAdditionalHelpTopicCommand() {
		return b.String()
	}
	part := func(title, body string) {
		if body = strings.TrimRight(body, "\n "); body != "" {
			b.WriteString("\n" + screen.Paint(term.Head, title) + "\n" + body + "\n")
		}
	}
	if !cmd.HasParent() {
		part("Start here", f.firsts(screen))
	}
	part("Usage", "  "+usageLine(cmd))
	part("Words", words(cmd, screen))
	if !cmd.HasParent() && slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.GroupID != "" }) {
		for _, section := range append(op.Sections(), "") {
			part(first(string(section), "Other commands"), commands(cmd, screen, func(c *cobra.Command) bool { return c.IsAvailableCommand() && c.GroupID == string(section) }))
		}
	} else {
		part("Commands", commands(cmd, screen, (*cobra.Command).IsAvailableCommand))
	}
	if words := saysFor(cmd.Root(), strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")); len(words) > 0 {
		part("Also typed as", "  "+cmd.Root().Name()+" "+strings.Join(words, ", "+cmd.Root().Name()+" "))
	}
	part("Chapters", commands(cmd, screen, (*cobra.Command).IsAdditionalHelpTopicCommand))
	part("Flags", flags(ownFlags(cmd).FlagUsagesWrapped(screen.Width)))
	part("Flags of every command", flags(globalFlags(cmd).FlagUsagesWrapped(screen.Width)))
	return b.String()
}

// firsts is what a newcomer needs.
func (f *face) firsts(screen term.Screen) string {
	var rows [][]string
	for _, first := range f.First {
		rows = append(rows, []string{"  " + first.Command, first.About})
	}
	return table(rows, screen)
}

// exampleOf is a command's example; a noun without one borrows that of what
// lists or shows it, or else of its first verb.
func exampleOf(cmd *cobra.Command) string {
	if cmd.Example != "" || !cmd.HasAvailableSubCommands() {
		return cmd.Example
	}
	for _, verb := range []string{"list", "show"} {
		if c := named(cmd, verb); c != nil && c.Example != "" {
			return c.Example
		}
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Example != "" {
			return c.Example
		}
	}
	return ""
}

// ended is a first paragraph that ends as a sentence does.
func ended(about string) string {
	top, rest, more := strings.Cut(about, "\n\n")
	if !strings.ContainsAny(top[len(top)-1:], ".:!?") {
		top += "."
	}
	if more {
		return top + "\n\n" + rest
	}
	return top
}

func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}

// commands lists what stands below a command, in a table without a head.
func commands(cmd *cobra.Command, screen term.Screen, which func(*cobra.Command) bool) string {
	var rows [][]string
	for _, c := range cmd.Commands() {
		if which(c) {
			rows = append(rows, []string{"  " + c.Name(), first(c.Short, verbs(c))})
		}
	}
	return table(rows, screen)
}

// verbs says of a noun without a sentence of its own what can be done with it.
func verbs(cmd *cobra.Command) string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if len(names) == 1 {
		return named(cmd, names[0]).Short
	}
	return strings.Join(names, ", ")
}

// words lists the words that a command takes, with what they mean.
func words(cmd *cobra.Command, screen term.Screen) string {
	var rows [][]string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		for _, name := range f.Annotations[isWord] {
			_, about := pflag.UnquoteUsage(f)
			rows = append(rows, []string{"  " + name, about})
		}
	})
	return table(rows, screen)
}

func table(rows [][]string, screen term.Screen) string {
	var b strings.Builder
	screen.Table(&b, term.Table{Rows: rows}) //nolint:errcheck // a builder takes everything
	return b.String()
}

// ownFlags are a command's flags but those of every command, in the order in
// which they were declared.
func ownFlags(cmd *cobra.Command) *pflag.FlagSet {
	own := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
	own.SortFlags = false
	cmd.LocalFlags() // makes cobra sort out whose flags are whose
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if globalFlags(cmd).Lookup(f.Name) != f {
			own.AddFlag(f)
		}
	})
	return own
}

// flags drops the line about --help, which everyone who reads it has found.
func flags(usages string) string {
	var b strings.Builder
	for line := range strings.Lines(usages) {
		if !strings.Contains(line, "  help for ") && !strings.Contains(line, "  version for ") {
			b.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
	}
	return b.String()
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
