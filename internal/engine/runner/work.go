package runner

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/run"
)

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
