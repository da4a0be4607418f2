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
)

// one performs one step on one target, at most once for every step that must
// not be repeated. The intention is written before the act and the proof after
// it, so that a crash between the two leaves a question that Done can answer.
// The error is errParked or the store's; how the step came out is in the record.
func (r *Runner) one(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (run.StepRecord, error) {
	rec, from, found := d.Past(step.ID, target.Ref, round)
	if found && rec.State != run.Intended {
		return rec, nil
	}
	if r.draining.Load() || ctx.Err() != nil {
		return rec, r.parkedOrStop(ctx)
	}
	if !r.Peers.Fit() {
		return rec, errParked
	}
	if r.Stopped() || r.cancelled(ctx, d) {
		return rec, run.ErrMoved // the stage looks again and gives up
	}
	kind := r.kinds[step.Kind]
	if kind == nil {
		rec = d.Unbegun(step, target, round, r.Clock())
		return r.prove(ctx, d, rec, unmade(step), prentice.Outcome{Says: fmt.Sprintf("this prentice knows no step kind %q", step.Kind)})
	}
	work, cleanup, err := r.work(ctx, d, step, target)
	if err != nil {
		rec = d.Unbegun(step, target, round, r.Clock())
		return r.prove(ctx, d, rec, unmade(step), prentice.Outcome{Says: err.Error()})
	}
	defer cleanup()
	how := r.beganWith(from, found)
	work.Once, work.Seal = run.Making(d.Created, round, how.Lasting), how.Seal
	if found {
		state, says, err := r.afterCrash(ctx, d, kind, work, rec, from)
		if err != nil {
			return rec, err
		}
		if state != "" {
			if rec, err = r.prove(ctx, d, rec, state, prentice.Outcome{Says: says}); err == nil {
				tellProved(ctx, kind, work)
			}
			return rec, err
		}
	}
	if r.forPeople(step.Kind) && !found {
		return r.askPerson(ctx, d, step, target, round)
	}
	if rec, err = r.intend(ctx, d, step, target, round, how); err != nil {
		return rec, err
	}
	if r.Stopped() { // while the intention waited for the database
		rec.Attempts--
		if rec, err = r.prove(ctx, d, rec, run.NotDone, prentice.Outcome{Says: "everything was stopped before it began"}); err == nil {
			err = run.ErrMoved
		}
		return rec, err
	}
	if !r.Peers.Fit() { // while the intention waited for the database
		return rec, errParked
	}
	return r.apply(ctx, d, kind, work, rec)
}

// parkedOrStop is parkedOr as an error that makes the stage look again.
func (r *Runner) parkedOrStop(ctx context.Context) error {
	if err := r.parkedOr(ctx); err != nil {
		return err
	}
	return run.ErrMoved
}

// cancelled looks whether a person has asked to stop since the run was loaded.
func (r *Runner) cancelled(ctx context.Context, d *detail) bool {
	return d.Cancel != "" || r.wanted(ctx)
}

// afterCrash decides what becomes of a step whose intention is there and whose
// proof is not. The empty state means: perform it (again).
func (r *Runner) afterCrash(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec run.StepRecord, from run.Origin) (run.StepState, string, error) {
	if _, err := r.Reaper.Reap(ctx, run.StepKey(rec), from.Session); err != nil {
		return "", "", fmt.Errorf("end what a crash left of %s: %w", run.StepKey(rec), err)
	}
	if work.Step.Risk == prentice.Look || r.forPeople(work.Step.Kind) {
		return "", "", nil
	}
	if err := r.DB.Write(ctx, func(tx *db.Tx) error { return r.secretsUsed(tx, d, work.Step, work.Target) }); err != nil {
		return "", "", fmt.Errorf("write which secrets %s uses: %w", run.StepKey(rec), err)
	}
	work.DetachAware, work.Begun = from.Lasting != 0, from.Begun
	answer, err := kind.Done(ctx, work)
	switch {
	case ctx.Err() != nil:
		return "", "", r.parkedOrStop(ctx)
	case err == nil && answer == prentice.Yes:
		return run.WasDone, "was done before the interruption; not repeated", nil
	case r.outOfSight(kind, work, from):
		return run.Unsure, "the replica that was at it is gone, and was on another machine: it cannot be seen from here how far it came, and it may still go on; look there", nil
	case err == nil && answer == prentice.No, work.Step.Idempotent:
		return "", "", nil
	case err != nil:
		return run.Unsure, fmt.Sprintf("prentice was interrupted in the middle, and asking whether it is done came out as: %v; look for yourself", err), nil
	default:
		return run.Unsure, "prentice was interrupted in the middle, the step must not be repeated, and it has no done? question; look whether it happened", nil
	}
}

// outOfSight says whether a step may go on where the process was that began it,
// and whether that is a place which cannot be seen from here.
func (r *Runner) outOfSight(kind prentice.StepKind, work prentice.Work, from run.Origin) bool {
	detached, ok := kind.(prentice.Detached)
	return ok && detached.Lingers(work) && from.Place != "" && from.Place != r.Peers.Place()
}

// apply does it and proves it.
func (r *Runner) apply(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec run.StepRecord) (run.StepRecord, error) {
	timed, cancel := context.WithTimeout(ctx, r.allowance(d.ThePlan, work.Step))
	defer cancel()
	heard := r.hearing(ctx, d, rec)
	work.Heard = heard.now
	out, err := kind.Apply(timed, work)
	unproved := ctx.Err() != nil && !r.wanted(ctx) && !known(work.Step, out, err)
	heard.over(unproved)
	if unproved {
		return rec, errParked // no proof: the next launch asks whether it is done
	}
	state := r.judge(work.Step, out, err)
	if err != nil {
		if prentice.KindOf(err) == prentice.Refused {
			rec.Attempts-- // it was not begun
		}
		out.Says = err.Error()
		if timed.Err() != nil && ctx.Err() == nil {
			out.Says = fmt.Sprintf("not over after %s: %v", r.allowance(d.ThePlan, work.Step), err)
		}
	}
	stopped := err != nil && work.Step.Risk == prentice.Look && r.wanted(ctx)
	rec, err = r.prove(ctx, d, rec, state, out)
	if stopped && err == nil {
		return rec, run.ErrMoved // a look that a person stopped says nothing of the world: the stage looks again, and gives up
	}
	if err == nil {
		tellProved(ctx, kind, work)
	}
	return rec, err
}

// known says that an act came to its own end, whatever interrupted us as it did.
// Then that is proved: what is known is not asked again. A look is repeated, and
// what has no code may have been cut short.
func known(step prentice.PlannedStep, out prentice.Outcome, err error) bool {
	return err == nil && step.Risk != prentice.Look && (out.OK || out.Code != 0)
}

// judge says how a step stands, from what it said of itself. A check is judged
// by what was expected, and is unsure when it could not be made; an act of which no one knows how far it came is unsure,
// unless its kind can be repeated or looks only.
func (r *Runner) judge(step prentice.PlannedStep, out prentice.Outcome, err error) run.StepState {
	if err != nil {
		kind := prentice.KindOf(err)
		if step.Section == prentice.Check && (kind == prentice.Unavailable || kind == prentice.Internal) {
			return run.Unsure
		}
		if step.Risk != prentice.Look && (kind == prentice.Unavailable || kind == prentice.Canceled || kind == prentice.Internal) {
			return run.Unsure
		}
		return run.NotDone
	}
	if step.Section == prentice.Check && step.Expect == "any" || out.OK == (step.Expect != "fail") {
		return run.Done
	}
	return run.NotDone
}

// unmade is how a step stands that was not made for a reason of ours: an act did
// nothing, and of a check nothing is known.
func unmade(step prentice.PlannedStep) run.StepState {
	if step.Section == prentice.Check {
		return run.Unsure
	}
	return run.NotDone
}

// work is a step with all that it needs to be done.
func (r *Runner) work(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (prentice.Work, func(), error) {
	w := prentice.Work{Run: d.Ref(), Nonce: r.nonce(d), Plan: &d.ThePlan, Step: step, Target: target}
	secrets := map[string]string{}
	for _, name := range d.ThePlan.Secrets {
		value, err := r.Secrets.Value(ctx, name)
		if err != nil {
			return w, nil, err
		}
		w.Secrets = append(w.Secrets, value)
		secrets[name] = value
	}
	ours := slices.Concat(r.Env, []string{"PRENTICE_RUN=" + string(d.Ref()), "PRENTICE_STEP=" + run.KeyOf(d.Number, step.ID, target.Ref)})
	var err error
	if w.Env, err = environment(ours, step.Env, target, d.ThePlan.FactsOf(target), secrets); err != nil {
		return w, nil, err
	}
	log := r.Logs.Writer(d.Number, step.ID, target.Ref, w.Secrets)
	w.Log = log
	return w, func() {
		if err := log.Close(); err != nil {
			r.Log.Error("close log", "run", d.Number, "step", step.ID, "err", err)
		}
	}, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// beganWith is the way in which a step is begun, or was by anyone who meant it first.
func (r *Runner) beganWith(from run.Origin, found bool) run.Origin {
	how := run.Origin{Session: r.Session, Place: r.Peers.Place(), Lasting: run.OnlyOnce}
	if found {
		how.Lasting, how.Seal = max(from.Lasting, run.ByName), from.Seal
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
	r.hub.tell(d.Moment(rec, rec.Started, step.Says))
	return rec, nil
}

// prove writes how a step came out. A store that cannot be written now is asked
// again until it can: a proof is not given up while the process lives.
func (r *Runner) prove(ctx context.Context, d *detail, rec run.StepRecord, state run.StepState, out prentice.Outcome) (run.StepRecord, error) {
	rec.State, rec.Says, rec.Code, rec.Ended = state, run.Keepable(out.Says), out.Code, r.Clock()
	for {
		err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
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
		rest(ctx, time.Second)
		if ctx.Err() != nil {
			return rec, fmt.Errorf("write the proof of %s: %w", run.StepKey(rec), err)
		}
	}
	r.stuck.no(rec.Run)
	d.Note(rec)
	r.hub.tell(d.Moment(rec, rec.Ended, rec.Step+": "+string(rec.State)+". "+rec.Says))
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
