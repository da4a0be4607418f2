package cli

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"prentice"
	"prentice/internal/kit/nearest"
)

var outputs = []string{"table", "wide", "json", "yaml", "name", "markdown", "html"}

// choice is a flag with a few words to choose from.
type choice struct {
	is   string
	from []string
}

// Set refuses a word that is not among them.
func (c *choice) Set(s string) error {
	for _, known := range c.from {
		if s == known {
			c.is = s
			return nil
		}
	}
	return prentice.Errorf(prentice.Invalid, "%q is not one of %s", s, strings.Join(c.from, ", ")).Try("use one of: %s", strings.Join(c.from, ", "))
}

// String is the chosen word.
func (c *choice) String() string { return c.is }

// Type is what help shows behind the flag.
func (c *choice) Type() string { return strings.Join(c.from, "|") }

// wrongFlag says which flag is wrong and, if there is none of that name, which
// is near.
func wrongFlag(cmd *cobra.Command, err error) error {
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if words := cmd.Flags().Args(); len(words) > 0 && cmd.HasSubCommands() { // the flag may well be one of the command that was meant
			return unknown(cmd, words[0])
		}
		return noFlag(cmd, missing.GetSpecifiedName(), err)
	}
	if value, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return about("--"+value.GetFlag().Name, errors.Unwrap(err))
	}
	return prentice.Errorf(prentice.Invalid, "%s: %w", cmd.CommandPath(), err).Try("see: %s --help", cmd.CommandPath())
}

// helpFirst lets --help stand only before the words of a command whose words are
// another command: in df -h the -h is not for us, and help with exit code 0 would
// look as if something had been done.
func helpFirst(cmd *cobra.Command) {
	flag := cmd.Flags().VarPF(&askedHelp{cmd: cmd}, "help", "h", "help for "+cmd.Name())
	flag.NoOptDefVal = "true"
}

type askedHelp struct {
	cmd *cobra.Command
	is  bool
}

// Set refuses to be asked behind a word.
func (h *askedHelp) Set(s string) (err error) {
	if words := h.cmd.Flags().Args(); len(words) > 0 {
		return prentice.Errorf(prentice.Invalid, "it comes after %q", words[0]).Try("write -- before %s if it is a flag of that; help is: %s -h", words[0], h.cmd.CommandPath())
	}
	h.is, err = strconv.ParseBool(s)
	return err
}

// String is whether help was asked for.
func (h *askedHelp) String() string { return strconv.FormatBool(h.is) }

// Type is what cobra wants of a flag for help.
func (h *askedHelp) Type() string { return "bool" }

func noFlag(cmd *cobra.Command, name string, err error) error {
	otherwise := "see: " + cmd.CommandPath() + " --help"
	if strings.Contains(cmd.Use, "...") {
		otherwise = "write -- before words that begin with a dash and are no flags of it"
	}
	if len(name) <= 1 {
		return prentice.Errorf(prentice.Invalid, "%s: %w", cmd.CommandPath(), err).Try("%s", otherwise)
	}
	var known []string
	see := func(f *pflag.Flag) { known = append(known, f.Name) }
	cmd.Flags().VisitAll(see)
	cmd.InheritedFlags().VisitAll(see)
	e := prentice.Errorf(prentice.Invalid, "%s has no flag --%s", cmd.CommandPath(), name)
	if near := nearest.Of(name, known); near != "" {
		return e.Try("did you mean: --%s", near)
	}
	return e.Try("%s", otherwise)
}

// about puts the flag or word in front of what is wrong with it.
func about(what string, err error) error {
	if e, ok := errors.AsType[*prentice.Error](err); ok {
		named := *e
		named.Text = what + ": " + e.Text
		return &named
	}
	return prentice.Errorf(prentice.Invalid, "%s: %w", what, err)
}
