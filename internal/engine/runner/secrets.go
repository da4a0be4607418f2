package runner

import (
	"strconv"

	"prentice"
	"prentice/internal/kit/db"
)

// secretsUsed writes down which secrets a step is given, before it is: names,
// never values. A look outside any run has no number.
func (r *Runner) secretsUsed(tx *db.Tx, d *detail, step prentice.PlannedStep, target prentice.Target) error {
	if len(d.ThePlan.Secrets) == 0 {
		return nil
	}
	refs := []prentice.Ref{}
	if d.Number != 0 {
		refs = append(refs, prentice.NewRef("run", strconv.FormatInt(d.Number, 10)))
	}
	if target.Ref != "" {
		refs = append(refs, target.Ref)
	}
	for _, name := range d.ThePlan.Secrets {
		refs = append(refs, prentice.NewRef("secret", name))
	}
	return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "secret.used", Actor: "self/prentice", Refs: refs,
		Data: map[string]any{"procedure": d.Procedure, "step": step.ID}})
}
