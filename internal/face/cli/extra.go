package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// globalFlags are the flags that every command knows, wherever it stands.
func globalFlags(cmd *cobra.Command) *pflag.FlagSet { return cmd.Root().PersistentFlags() }

// built is what is known of the program.
type built struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

// Text is the one line of prentice version.
func (b built) Text() string {
	return fmt.Sprintf("prentice %s, commit %s, %s, %s", b.Version, b.Commit, b.Go, b.System)
}

func (f *face) built() built {
	return built{first(f.Version, "unreleased"), first(f.Commit, "unknown"), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
}

func (f *face) version() string { return f.built().Text() }

func (f *face) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Version, commit and Go version of this program", Example: "prentice version -o json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := f.printer(cmd)
			switch p.as {
			case "json":
				return p.json(f.built())
			case "yaml":
				return p.yaml(f.built())
			}
			return p.human(f.built())
		},
	}
}

// helpCommand is prentice help: with words, of the command that they name.
func (f *face) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND...]", Short: "Help for a command, or a topic", Example: "prentice help exit-codes",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			at, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, c := range at.Commands() {
				if c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return helpOf(cmd.Root(), expand(cmd.Root(), args))
		},
	}
}

// helpOf is help for the command that words name below another.
func helpOf(at *cobra.Command, words []string) error {
	for _, word := range words {
		next := named(at, word)
		if next == nil {
			return unknown(at, word)
		}
		at = next
	}
	at.InitDefaultHelpFlag()
	return at.Help()
}
