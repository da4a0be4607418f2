package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/proc"
)

// run writes the script, runs it, and takes it away again.
func (k *Kind) run(ctx context.Context, w prentice.Work, step prentice.PlannedStep) (proc.Exit, string, error) {
	if step.Where == "sandbox" {
		return k.enclosed(ctx, w, step)
	}
	if err := refused(step, w.Target); err != nil {
		return proc.Exit{}, "", err
	}
	script, err := k.script(step)
	if err != nil {
		return proc.Exit{}, "", prentice.Errorf(prentice.Unavailable, "write the script of step %s: %w", step.ID, err).Try("make room in %s and let prentice write there", k.Scratch)
	}
	defer os.RemoveAll(filepath.Dir(script)) //nolint:errcheck // what stays is swept by anyone who owns Scratch

	argv, err := k.argv(step, script)
	if err != nil {
		return proc.Exit{}, "", err
	}
	tail := &tail{}
	exit, err := proc.Run(ctx, proc.Spec{
		Argv: argv, Dir: k.dir(), Env: withPath(k.environment(w.Env), step.Path),
		Out: io.MultiWriter(tail, out(w.Log)), Grace: k.Grace,
	})
	return exit, tail.line(), explain(step, err, w.Log)
}

// refused is why a step cannot run on this machine.
func refused(step prentice.PlannedStep, target prentice.Target) error {
	switch {
	case step.Attrs["sudo"] == "true":
		return prentice.Errorf(prentice.Refused, "step %s wants sudo, which is for hosts over SSH", step.ID).Try("write sudo -n into the script")
	case step.Where == "here" || target.Local || target.Ref == "":
		return nil
	default:
		return prentice.Errorf(prentice.Refused, "target %s is not this machine, and sh acts on this machine only", target.Ref.Name()).
			Try("run the step with where=here, or mark the host as local if it is this machine")
	}
}

// script writes the body where only we can read it, in a folder of its own so
// that messages of the shell carry the step's name.
func (k *Kind) script(step prentice.PlannedStep) (string, error) {
	if err := os.MkdirAll(k.Scratch, 0o700); err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(k.Scratch, "sh-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, filename(step.ID)+".sh")
	if err := os.WriteFile(file, []byte(step.Body), 0o600); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return filepath.Abs(file)
}

// filename keeps a step's id from being a path.
func filename(id string) string {
	if id == "" || strings.ContainsAny(id, "/\x00") || strings.HasPrefix(id, ".") || len(id) > 100 {
		return "step"
	}
	return id
}

func (k *Kind) dir() string {
	if k.Dir != "" {
		return k.Dir
	}
	return k.Scratch
}

// environment is the step's own, and what it leaves out of ours to give.
func (k *Kind) environment(own []string) []string {
	has := map[string]bool{}
	for _, e := range own {
		name, _, _ := strings.Cut(e, "=")
		has[name] = true
	}
	env := slices.Clone(own)
	for _, e := range k.Env {
		if name, _, _ := strings.Cut(e, "="); !has[name] {
			env = append(env, e)
		}
	}
	return env
}

func out(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// explain says what a failure to run means for the step. A script that was
// stopped may have done anything; one that did not start has done nothing. A log
// that cannot be kept does not change what the script did.
func explain(step prentice.PlannedStep, err error, log io.Writer) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, proc.ErrOutput):
		fmt.Fprintf(out(log), "prentice: %v\n", err)
		return nil
	case errors.Is(err, proc.ErrTimeout):
		return prentice.Errorf(prentice.Canceled, "step %s was stopped because its time was up: %w", step.ID, err).Try("look how far it came; give it more time with timeout= or limits: timeout")
	case errors.Is(err, proc.ErrCanceled):
		return prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle: %w", step.ID, err).Try("look how far it came")
	default:
		return prentice.Errorf(prentice.Invalid, "step %s did not start: %w", step.ID, err)
	}
}
