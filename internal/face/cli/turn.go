package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"prentice/internal/op"
)

// offerTurns adds the flags that perform another operation in the place of one.
func offerTurns(cmd *cobra.Command, o op.Op) {
	if o.DryRun.Op != "" {
		cmd.Flags().Bool("dry-run", false, "Show what it would do, as "+path(o.DryRun.Op)+" does, and do nothing")
	}
	if o.Follow.Op != "" {
		cmd.Flags().BoolP("follow", "f", false, "Go on with what comes, as "+path(o.Follow.Op)+" does, until it is over")
	}
}

// turned is the operation that is performed instead, if a flag says so.
func (f *face) turned(cmd *cobra.Command, o op.Op, in any) (other op.Op, given any, ok bool, err error) {
	var t op.Turn
	if dry, _ := cmd.Flags().GetBool("dry-run"); dry && o.DryRun.Op != "" {
		t = o.DryRun
	}
	if follow, _ := cmd.Flags().GetBool("follow"); follow && o.Follow.Op != "" {
		t = o.Follow
	}
	if o.Lend.Op != "" && f.lends(cmd) {
		t = o.Lend
	}
	at := slices.IndexFunc(f.Ops, func(one op.Op) bool { return one.Name == t.Op })
	if t.Op == "" || at < 0 {
		return other, nil, false, nil
	}
	given, err = t.Input(o, f.Ops[at], in)
	return f.Ops[at], given, err == nil, err
}
