package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// lends says whether a person sits here and nothing else reads what is printed.
func (f *face) lends(cmd *cobra.Command) bool {
	g := GlobalOf(cmd)
	return g.Output == "table" && !g.Quiet && term.IsTerminal(f.Stdin) && term.IsTerminal(f.Stdout)
}

// attend lends this terminal to an operation, and prints what came of it once the terminal is
// as it was. What is printed meanwhile steers it, as with any shell elsewhere.
func (f *face) attend(ctx context.Context, door op.Door, request op.Request, show *printer) error {
	in, _ := f.Stdin.(*os.File)
	if in == nil || !term.IsTerminal(in) || !term.IsTerminal(f.Stdout) {
		return prentice.Errorf(prentice.Invalid, "there is no terminal here to lend to %s", request.Op).Try("type it at a terminal; elsewhere say what to do: prentice env enter ENV SERVICE -- ls")
	}
	sizes, back, err := term.Lend(in)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "this terminal cannot be lent: %w", err)
	}
	request.Terminal = &op.Terminal{Name: f.Env("TERM"), In: in, Out: f.Stdout, Sizes: sizes}
	var items []any
	err = door.Watch(ctx, request, func(item any) error { items = append(items, item); return nil })
	back()
	for _, item := range items {
		if err == nil {
			err = show.item(item)
		}
	}
	return err
}
