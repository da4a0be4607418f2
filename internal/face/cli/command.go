package cli

import (
	"context"
	"os/user"
	"reflect"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// command draws one operation.
func (f *face) command(o op.Op, verb string, globals *pflag.FlagSet) *cobra.Command {
	in := reflect.New(o.In).Elem()
	values, words := f.values(o, in), []*value(nil)
	for _, v := range values {
		if v.field.Arg > 0 {
			words = append(words, v)
		}
	}
	ordered(o, words)
	cmd := &cobra.Command{
		Use:     strings.TrimSpace(verb + " " + usage(words)),
		Short:   strings.TrimSuffix(o.Summary, "."),
		Long:    strings.TrimSpace(o.Summary + "\n\n" + o.Help),
		Example: o.Example,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := take(cmd, words, args); err != nil {
				return err
			}
			if err := nameFiles(values); err != nil {
				return err
			}
			if err := complete(cmd, o, values); err != nil {
				return err
			}
			if other, given, ok, err := f.turned(cmd, o, in.Interface()); ok || err != nil {
				if err != nil {
					return err
				}
				return f.perform(cmd, other, given)
			}
			return f.perform(cmd, o, in.Interface())
		},
		ValidArgsFunction: completeWords(words),
	}
	cmd.Flags().SortFlags = false
	for _, v := range values {
		v.flag = flagName(o, v.field, globals)
		v.add(cmd)
	}
	offerWait(cmd, o)
	offerTurns(cmd, o)
	if len(words) > 0 && words[0].field.Many() {
		helpFirst(cmd)
	}
	return cmd
}

// flagName is a field's name with dashes. A name that a global flag has taken
// gets the noun in front: the data of an event is --event-data.
func flagName(o op.Op, field op.Field, globals *pflag.FlagSet) string {
	name := strings.ReplaceAll(field.Name, "_", "-")
	if globals.Lookup(name) != nil || name == "help" || name == "version" {
		noun, _, _ := strings.Cut(o.Name, ".")
		return noun + "-" + name
	}
	return name
}

// perform asks the door and prints what it answers.
func (f *face) perform(cmd *cobra.Command, o op.Op, in any) (err error) {
	ctx := cmd.Context()
	if err := unfit(o, GlobalOf(cmd)); err != nil {
		return err
	}
	door, shut, err := f.door(ctx, o, in, GlobalOf(cmd))
	if err != nil {
		return err
	}
	defer func() { // an operation's own error says more than that of its door
		if shutErr := shut(); err == nil {
			err = shutErr
		}
	}()
	if in, err = f.sendFiles(ctx, door, o, in); err != nil {
		return err
	}
	wait, err := toWait(cmd, door, o)
	if err != nil {
		return err
	}
	show := f.printer(cmd)
	request := op.Request{Actor: f.actor(), Op: o.Name, In: in}
	if o.Attend {
		err = f.attend(ctx, door, request, show)
	} else if o.Streams() {
		if err = door.Watch(ctx, request, show.item); ctx.Err() != nil {
			err = prentice.Errorf(prentice.Canceled, "not watched any more; what was watched goes on")
		}
	} else {
		err = show.answer(ctx, door, o, request, wait)
	}
	if err != nil {
		return err
	}
	return show.end()
}

func (f *face) door(ctx context.Context, o op.Op, in any, g Global) (op.Door, func() error, error) {
	if f.Told != nil {
		if err := f.Told(g); err != nil {
			return nil, nil, err
		}
	}
	if o.Offline {
		door, err := app.Offline([]op.Op{o}, f.Now)
		return door, func() error { return nil }, err
	}
	if f.Open == nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "%s needs a server or a data folder, and this program opens neither", path(o.Name))
	}
	return f.Open(ctx, g, o, in)
}

// actor is who sits at this machine. A far door trusts only the token.
func (f *face) actor() prentice.Actor {
	name := f.Env("USER")
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if !prentice.ValidName(name) {
		name = "local"
	}
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: prentice.Owner, Door: "cli"}
}

// group is a noun: alone it shows its help, or what it is when it can only be
// shown (prentice now is prentice now show); with a word that is no command of
// its own it says which one is near.
func (f *face) group(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && args[0] == "help" {
		return helpOf(cmd, args[1:])
	}
	if len(args) > 0 {
		return unknown(cmd, args[0])
	}
	if verbs := cmd.Commands(); cmd.HasParent() && len(verbs) == 1 && verbs[0].Name() == "show" {
		return verbs[0].RunE(cmd, nil)
	}
	return cmd.Help()
}

// withVerb is the commands below a group's nouns that are called so: approve is said
// of a run.
func withVerb(cmd *cobra.Command, word string) []string {
	var found []string
	for _, noun := range cmd.Commands() {
		if verb := named(noun, word); verb != nil && verb.IsAvailableCommand() {
			found = append(found, verb.CommandPath())
		}
	}
	if len(found) > mostMeant {
		return nil
	}
	return found
}

// mostMeant is how many commands are worth offering for one word.
const mostMeant = 3

func unknown(cmd *cobra.Command, word string) error {
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
			known = append(known, c.Name())
		}
	}
	e := prentice.Errorf(prentice.Invalid, "%s has no command %q", cmd.CommandPath(), word)
	if nouns := withVerb(cmd, word); len(nouns) > 0 {
		return e.Try("did you mean: %s", strings.Join(nouns, " or "))
	}
	if near := nearest.Of(word, known); near != "" {
		return e.Try("did you mean: %s %s", cmd.CommandPath(), near)
	}
	return e.Try("see: %s --help", cmd.CommandPath())
}

// strict makes a command that is no operation refuse wrong words as operations
// do, with exit code 2.
func strict(cmd *cobra.Command) {
	if args := cmd.Args; args != nil {
		cmd.Args = func(cmd *cobra.Command, words []string) error {
			err := args(cmd, words)
			if err == nil || prentice.KindOf(err) != prentice.Internal {
				return err
			}
			return prentice.Errorf(prentice.Invalid, "%s: %w", cmd.CommandPath(), err).Try("see: %s --help", cmd.CommandPath())
		}
	}
	for _, child := range cmd.Commands() {
		strict(child)
	}
}

func path(name string) string { return "prentice " + strings.ReplaceAll(name, ".", " ") }
