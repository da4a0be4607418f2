package shell

import (
	"context"
	"io"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/proc"
)

// enclosed runs the script in a sandbox. It has the values of the step, and none of those
// that say where something of this machine is.
func (k *Kind) enclosed(ctx context.Context, w prentice.Work, step prentice.PlannedStep) (proc.Exit, string, error) {
	if k.Sandbox == nil {
		return proc.Exit{}, "", prentice.Errorf(prentice.Refused, "step %s is for a sandbox, and there is none here", step.ID).Try("write where=here or where=target")
	}
	env := map[string]string{}
	for _, e := range w.Env {
		if name, value, set := strings.Cut(e, "="); set && !slices.Contains(k.Here, e) && name != "PATH" {
			env[name] = value
		}
	}
	name := filename(step.ID) + ".sh"
	argv := []string{"/bin/sh", "-c", plain, name}
	if shell := shellOf(step); shell != "" {
		argv = []string{shell, "-eu", "-o", "pipefail", name}
	}
	tail := &tail{}
	exit, err := k.Sandbox(ctx, argv, name, step.Body, env, io.MultiWriter(tail, out(w.Log)))
	if err == nil && exit.TimedOut {
		err = proc.ErrTimeout
	}
	if prentice.KindOf(err) == prentice.Unavailable || prentice.KindOf(err) == prentice.Limited {
		return exit, "", err
	}
	return exit, tail.line(), explain(step, err, w.Log)
}
