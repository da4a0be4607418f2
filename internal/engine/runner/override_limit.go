package runner

import (
	"context"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Override ends a hold that lies on something. It changes what was counted, never
// the limit: that is in the team's git.
func (r *Runner) Override(ctx context.Context, code prentice.HoldCode, name string, actor prentice.Actor, reason string) error {
	now := r.Clock()
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := run.Override(tx, code, name, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return prentice.Errorf(prentice.NotFound, "no %s blocks %q", code, name).Try("see what is in force with: prentice limit show")
		}
		refs := []prentice.Ref{"op/limit.override"}
		if ref, err := prentice.ParseRef(name); err == nil {
			refs = append(refs, ref)
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "limit.overridden", Actor: actor.Ref(), Refs: refs, Data: map[string]any{"code": code, "name": name, "reason": reason}})
	})
}
