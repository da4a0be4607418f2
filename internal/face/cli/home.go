package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/op"
)

// home is prentice alone: what is going on here, in a few lines, or how to begin
// where there is nothing.
func (f *face) home(cmd *cobra.Command, args []string) error {
	at := slices.IndexFunc(f.Ops, func(o op.Op) bool { return o.Name == f.Home })
	if len(args) > 0 || at < 0 || f.Open == nil {
		return f.group(cmd, args)
	}
	o := f.Ops[at]
	in, err := o.Typed(nil, f.Now())
	if err != nil {
		return err
	}
	door, shut, err := f.door(cmd.Context(), o, in, GlobalOf(cmd))
	if prentice.KindOf(err) == prentice.Unavailable && GlobalOf(cmd).Output == "table" {
		return f.begin(cmd, err)
	}
	if err != nil {
		return err
	}
	out, err := door.Invoke(cmd.Context(), op.Request{Actor: f.actor(), Op: o.Name, In: in})
	if shutErr := shut(); err == nil {
		err = shutErr
	}
	if err != nil {
		return err
	}
	p := f.printer(cmd)
	if brief, ok := out.(op.Briefer); ok && p.as == "table" {
		return p.text(brief.Brief())
	}
	return p.whole(out, o)
}

// begin says how to begin where there is nothing to ask.
func (f *face) begin(cmd *cobra.Command, why error) error {
	text, _ := sentence(why)
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:] + ".\n\n"
	}
	var b strings.Builder
	b.WriteString(text + "Try:\n")
	const all = "prentice --help"
	wide := len(all)
	for _, first := range f.First {
		wide = max(wide, len(first.Command))
	}
	for _, first := range f.First {
		fmt.Fprintf(&b, "  %-*s  %s\n", wide, first.Command, first.About)
	}
	fmt.Fprintf(&b, "  %-*s  %s\n", wide, all, "All commands")
	_, err := io.WriteString(cmd.OutOrStdout(), f.printer(cmd).screen.Wrap(b.String()))
	return err
}
