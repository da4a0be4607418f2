package runner

import (
	"context"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// work is a step with all that it needs to be done.
func (r *Runner) work(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (prentice.Work, func(), error) {
	w, secrets, err := r.bare(ctx, d, step, target)
	if err != nil {
		return w, nil, err
	}
	if w.Env, err = environment(r.ours(d, step, target), given(d, step, target), target, d.ThePlan.FactsOf(target), secrets); err != nil {
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

// given is what a step is given beside its target's facts and the secrets: what its plan
// says, what earlier steps handed on, and where it is made here the names of the run's
// targets, one a line.
func given(d *detail, step prentice.PlannedStep, target prentice.Target) map[string]string {
	env := maps.Clone(step.Env)
	if env == nil {
		env = map[string]string{}
	}
	if all := d.ThePlan.TargetsOf(step); target.Ref == "" && len(all) > 0 {
		names := make([]string, len(all))
		for i, t := range all {
			names[i] = t.Ref.Name()
		}
		env = also(env, map[string]string{"TARGETS": strings.Join(names, "\n")})
	}
	return also(env, handedOn(d, step, target))
}

// also adds what is not there already: what was approved is never replaced.
func also(env, more map[string]string) map[string]string {
	for name, value := range more {
		if _, has := env[name]; !has {
			env[name] = value
		}
	}
	return env
}

// prepared is a step with what it needs to look: it gets no secret, and keeps no log.
func (r *Runner) prepared(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (w prentice.Work, err error) {
	if w, _, err = r.bare(ctx, d, step, target); err != nil {
		return w, err
	}
	w.Env, err = environment(r.ours(d, step, target), given(d, step, target), target, d.ThePlan.FactsOf(target), nil)
	return w, err
}

// bare is a step without an environment and a log, and the secrets of its plan.
func (r *Runner) bare(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (prentice.Work, map[string]string, error) {
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
	return w, secrets, nil
}

func (r *Runner) ours(d *detail, step prentice.PlannedStep, target prentice.Target) []string {
	return slices.Concat(r.Env, []string{"PRENTICE_RUN=" + string(d.Ref()), "PRENTICE_STEP=" + run.KeyOf(d.Number, step.ID, target.Ref)})
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
