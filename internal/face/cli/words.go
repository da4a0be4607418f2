package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/op"
)

// ordered sorts an operation's words and refuses a declaration with a gap, with
// a word that must be there behind one that need not, or with a list that is not
// last.
func ordered(o op.Op, words []*value) {
	slices.SortFunc(words, func(a, b *value) int { return cmp.Compare(a.field.Arg, b.field.Arg) })
	for i, w := range words {
		if w.field.Arg != i+1 {
			panic(fmt.Sprintf("operation %s: word %d is missing or there twice", o.Name, i+1))
		}
		if w.field.Many() && i < len(words)-1 {
			panic(fmt.Sprintf("operation %s: the list %s is not its last word", o.Name, w.field.Name))
		}
		if i > 0 && words[i-1].field.Optional && !w.field.Optional {
			panic(fmt.Sprintf("operation %s: the word %s must be there, the one before it need not", o.Name, w.field.Name))
		}
	}
}

// usage is the words as help shows them: PROCEDURE [INPUTS...].
func usage(words []*value) string {
	shown := make([]string, len(words))
	for i, w := range words {
		text := w.name()
		if w.field.Many() {
			text += "..."
		}
		if w.field.Optional {
			text = "[" + text + "]"
		}
		shown[i] = text
	}
	return strings.Join(shown, " ")
}

// name is the word in help; a name of two words gets a dash.
func (v *value) name() string { return strings.ToUpper(strings.ReplaceAll(v.field.Name, "_", "-")) }

// take gives the words of a command line to their fields.
func take(cmd *cobra.Command, words []*value, args []string) error {
	for i, arg := range args {
		if len(words) == 0 {
			return extra(cmd, words, arg)
		}
		w := words[min(i, len(words)-1)]
		if i >= len(words) && !w.field.Many() {
			return extra(cmd, words, arg)
		}
		if err := w.Set(arg); err != nil {
			return about(w.name(), err)
		}
	}
	return nil
}

// nameFiles tells an operation what the files are called that it was given.
func nameFiles(values []*value) error {
	for _, name := range values {
		for _, of := range values {
			if name.given || name.field.NameOf == "" || of.field.Name != name.field.NameOf || of.file == "" || of.file == "-" {
				continue
			}
			if err := name.Set(of.file); err != nil {
				return about(of.name(), err)
			}
		}
	}
	return nil
}

func extra(cmd *cobra.Command, words []*value, arg string) error {
	takes := "no words"
	if len(words) > 0 {
		takes = usage(words)
	}
	return prentice.Errorf(prentice.Invalid, "%s takes %s; %q is one too many", cmd.CommandPath(), takes, arg).
		Try("see: %s --help", cmd.CommandPath())
}

// complete refuses a command line that leaves out what the operation needs.
func complete(cmd *cobra.Command, o op.Op, values []*value) error {
	var missing []string
	for _, v := range values {
		switch {
		case v.given || v.field.Optional:
		case v.field.Arg > 0:
			missing = append(missing, v.name())
		default:
			missing = append(missing, "--"+v.flag)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	e := prentice.Errorf(prentice.Invalid, "%s needs %s", cmd.CommandPath(), strings.Join(missing, " and "))
	if o.Example != "" {
		return e.Try("such as: %s", strings.TrimSpace(o.Example))
	}
	return e.Try("see: %s --help", cmd.CommandPath())
}

// completeWords offers the shell the values of the next word, or files where the
// word names one.
func completeWords(words []*value) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(words) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		w := words[min(len(args), len(words)-1)]
		switch {
		case len(args) >= len(words) && !w.field.Many():
			return nil, cobra.ShellCompDirectiveNoFileComp
		case w.field.File || w.field.Maybe || w.field.Sent || w.field.Folder:
			return nil, cobra.ShellCompDirectiveDefault
		}
		return w.field.Enum, cobra.ShellCompDirectiveNoFileComp
	}
}
