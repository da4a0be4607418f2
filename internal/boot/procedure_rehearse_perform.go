package boot

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/runner"
	"prentice/internal/kit/capture"
)

// perform runs the scripts for one target in a world of its own, one after the other, and
// notes how they came out. What one hands on is given to those behind it. What came before
// the time was up is known.
func (on *rehearsedOn) perform(ctx context.Context, box *sandbox.Sandbox, tree string, plan prentice.Plan, scripts []rehearsal, most time.Duration) error {
	if most < time.Second {
		return nil
	}
	defer os.RemoveAll(tree) //nolint:errcheck // it goes with the folder that it is in
	if err := writeScripts(filepath.Join(tree, "work"), scripts); err != nil {
		return err
	}
	t, err := talkIn(ctx, box, sandbox.Job{Tree: os.DirFS(tree), Limits: sandbox.Limits{Time: most, Output: 1 << 20}})
	if err != nil {
		return err
	}
	for i := range scripts {
		if scripts[i].why == "" && !on.one(t, plan, scripts[i], i) {
			break // the time or the room for output was up
		}
	}
	return t.end()
}

// one does the script of a step. It is false where the sandbox is over.
func (on *rehearsedOn) one(t *talk, plan prentice.Plan, r rehearsal, i int) bool {
	target := prentice.Target{Ref: on.Target}
	if r.step.Where != "target" {
		target.Ref = ""
	}
	vars := runner.Handed(plan, r.step, target, func(step string, ref prentice.Ref) prentice.Values {
		if ref != "" && ref != on.Target {
			return nil
		}
		return on.handed[step]
	})
	step := &on.Steps[i]
	if why := unknownTo(r.step, vars); why != "" {
		step.Cannot, step.Why = true, why
		return true
	}
	printed, code, ok := t.do(r.command(on.target, vars, "/work/step-"+strconv.Itoa(i)))
	if !ok {
		return false
	}
	step.came(r, printed, code)
	if step.Why != "" || !step.Ran || len(r.step.Out) == 0 {
		return true
	}
	values, err := runner.Values(r.step, printed, func(name string) (string, bool) {
		text, code, ok := t.do("head -c " + strconv.Itoa(capture.MaxJSON+1) + " <" + word(runFolder+"/"+name))
		return text, ok && code == 0
	})
	if err != nil {
		step.Why = err.Error()
		return true
	}
	step.HandsOn, on.handed[r.step.ID] = values, values
	return true
}
