package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// Override ends a hold that lies on something. It changes what was counted, never
// the limit: that is in the team's git.
func (r *Runner) Override(ctx context.Context, code prentice.HoldCode, name string, actor prentice.Actor, reason string) error {
	now := r.Clock()
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := override(tx, code, name, now)
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

func override(tx *db.Tx, code prentice.HoldCode, name string, now time.Time) (int64, error) {
	switch code {
	case prentice.HoldCooldown:
		return tx.Exec(`DELETE FROM run_cooldowns WHERE target = ? AND until > ?`, name, db.Micros(now))
	case prentice.HoldFlapping:
		return tx.Exec(`DELETE FROM run_mended WHERE subject = ?`, name)
	case prentice.HoldOverLimit:
		if name == gate.Installation {
			return tx.Exec(`DELETE FROM run_counts WHERE layer = ?`, gate.Installation)
		}
		return tx.Exec(`DELETE FROM run_counts WHERE name = ? AND layer <> ?`, name, gate.Installation)
	case prentice.HoldUseless:
		if _, err := tx.Exec(`DELETE FROM run_useless WHERE subject = ?`, name); err != nil {
			return 0, err
		}
		return tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(code), name)
	case prentice.HoldFailures, prentice.HoldBackOff:
		return tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(code), name)
	}
	return 0, prentice.Errorf(prentice.Invalid, "%q cannot be overridden", code).Try("one of %v can", gate.Overridable())
}
