package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"prentice"
)

// manCommand writes a manual page for every command. SOURCE_DATE_EPOCH fixes
// their date.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Example: "prentice man ./man && man -l ./man/prentice.1",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := os.MkdirAll(args[0], 0o755)
			if err == nil {
				err = manTree(cmd.Root(), args[0], manDate())
			}
			if err != nil {
				return prentice.Errorf(prentice.Unavailable, "%w", err).Try("name a folder that can be made and written")
			}
			return nil
		},
	}
}

func manDate() string {
	at := time.Now()
	if epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		at = time.Unix(epoch, 0).UTC()
	}
	return at.Format("Jan 2006")
}

func manTree(cmd *cobra.Command, folder, date string) error {
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
			continue
		}
		if err := manTree(c, folder, date); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, manName(cmd)+".1"), []byte(manPage(cmd, date)), 0o644)
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage is the manual page of a command, in the macros that man reads
// (https://man7.org/linux/man-pages/man7/groff_man.7.html).
func manPage(cmd *cobra.Command, date string) string {
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	section := func(head, text string) { fmt.Fprintf(&b, ".SH %s\n%s\n", head, strings.TrimSuffix(text, "\n")) }
	fmt.Fprintf(&b, ".nh\n.TH \"PRENTICE\" \"1\" %q \"prentice\" \"prentice\"\n", date)
	section("NAME", roff(manName(cmd)+" - "+cmd.Short))
	section("SYNOPSIS", ".B "+roff(cmd.UseLine()))
	section("DESCRIPTION", roff(cmp.Or(cmd.Long, cmd.Short)))
	if flags := cmd.NonInheritedFlags(); flags.HasAvailableFlags() {
		section("OPTIONS", manFlags(flags))
	}
	if flags := cmd.InheritedFlags(); flags.HasAvailableFlags() {
		section("OPTIONS OF ALL COMMANDS", manFlags(flags))
	}
	if cmd.Example != "" {
		section("EXAMPLE", ".EX\n"+roff(cmd.Example)+"\n.EE")
	}
	if also := manAlso(cmd); len(also) > 0 {
		section("SEE ALSO", strings.Join(also, ",\n"))
	}
	return b.String()
}

func manFlags(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := `\fB` + roff("--"+f.Name) + `\fP`
		if f.Shorthand != "" {
			name = `\fB` + roff("-"+f.Shorthand) + `\fP, ` + name
		}
		if value != "" {
			name += ` \fI` + roff(value) + `\fP`
		}
		fmt.Fprintf(&b, ".TP\n%s\n%s\n", name, roff(usage))
	})
	return b.String()
}

// manAlso are the pages of the command above and of those below.
func manAlso(cmd *cobra.Command) (also []string) {
	about := func(c *cobra.Command) { also = append(also, `\fB`+roff(manName(c))+`\fP(1)`) }
	if cmd.HasParent() {
		about(cmd.Parent())
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand() {
			about(c)
		}
	}
	return also
}

// roff is a text that is printed as it is: no character of it is a request.
func roff(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)) {
		switch {
		case strings.TrimSpace(line) == "":
			line = ".PP\n"
		case line[0] == '.' || line[0] == '\'':
			line = `\&` + line
		}
		b.WriteString(line)
	}
	return b.String()
}
