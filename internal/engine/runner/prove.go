package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

// beganWith is the way in which a step is begun, or was by anyone who meant it first.
func (r *Runner) beganWith(from run.Origin, found bool) run.Origin {
	how := run.Origin{Session: r.Session, Place: r.Peers.Place(), Lasting: run.OnlyOnce}
	if found {
		how.Lasting, how.Seal, how.Again = max(from.Lasting, run.ByName), from.Seal, from.Again
		return how
	}
	how.Seal = rand.Text()
	return how
}

// intend writes that a step is about to be performed.
func (r *Runner) intend(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int, how run.Origin) (run.StepRecord, error) {
	rec := d.Meant(step, target, round, r.Clock())
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		run.Intend(tx, rec, how)
		return r.secretsUsed(tx, d, step, target)
	})
	if err != nil {
		return rec, fmt.Errorf("write the intention of %s: %w", run.StepKey(rec), err)
	}
	r.say(d.Moment(rec, rec.Started, step.Says))
	return rec, nil
}

// prove writes how a step came out. A store that cannot be written now is asked
// again until it can: a proof is not given up while the process lives.
func (r *Runner) prove(ctx context.Context, d *detail, rec run.StepRecord, state run.StepState, out prentice.Outcome) (run.StepRecord, error) {
	rec.State, rec.Says, rec.Code, rec.Ended = state, run.Keepable(out.Says), out.Code, r.Clock()
	if rec.Out = nil; state == run.Done {
		rec.Out = out.Out
	}
	for {
		err := r.DB.WriteWith(context.WithoutCancel(ctx), int(d.flying.Load()), func(tx *db.Tx) error {
			if err := r.own(tx, d); err != nil {
				return err
			}
			return r.writeProof(tx, d, rec)
		})
		if err == nil {
			break
		}
		if errors.Is(err, run.ErrMoved) {
			return rec, err // it is another's now, who asks whether it is done
		}
		r.cannot("write the proof of step "+rec.Step, rec.Run, d.State, err)
		span.Wait(ctx, time.Second)
		if ctx.Err() != nil {
			return rec, fmt.Errorf("write the proof of %s: %w", run.StepKey(rec), err)
		}
	}
	r.stuck.no(rec.Run)
	d.Note(rec)
	r.say(d.Moment(rec, rec.Ended, rec.Step+": "+string(rec.State)+". "+rec.Says))
	return rec, nil
}

func (r *Runner) writeProof(tx *db.Tx, d *detail, rec run.StepRecord) error {
	run.Prove(tx, rec, run.Origin{Session: r.Session, Place: r.Peers.Place(), Lasting: run.OnlyOnce})
	at := rec.Ended
	if at.IsZero() {
		at = rec.Started // a step that waits for a person has not ended
	}
	data := map[string]any{
		"step": rec.Step, "section": rec.Section, "kind": rec.Kind, "target": rec.Target, "says": rec.Says, "code": rec.Code, "plan": d.Plan, "round": rec.Round,
		"started": rec.Started.UTC().Format(time.RFC3339Nano),
	}
	if len(rec.Out) > 0 {
		data["out"] = rec.Out
	}
	if d.rolling > 0 {
		data["batch"] = d.rolling
	}
	if by := r.Peers.ID(); by != "" {
		data["state"], data["replica"] = d.State, by
	}
	refs := run.Refs(d.Run)
	if _, err := prentice.ParseRef(string(rec.Target)); err == nil && !slices.Contains(refs, rec.Target) {
		refs = append(refs, rec.Target) // anyone who looks at the host finds what was done there
	}
	return r.Ledger.Append(tx, at, prentice.Note{Kind: "step." + string(rec.State), Actor: "self/prentice", Refs: refs, Data: data})
}
