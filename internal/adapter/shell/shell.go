// Package shell is the step kind sh: a few lines of POSIX shell, run on this
// machine or on the target.
//
// The lines are written to a private file and read from there by /bin/sh -eu, so
// that they may be long and may themselves read standard input. They get the
// environment of the step and nothing of ours. What they print goes to the
// step's log as it comes. Whatever they start belongs to the step and ends with
// it; a daemon has to be started with setsid.
//
// A target that is another machine is acted on through Remote; without one, it is
// refused.
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
	"time"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/proc"
)

// Kind is the step kind. Scratch is a folder of ours for the scripts; whoever
// owns it may empty it when no step runs. Dir is where scripts run; empty is
// Scratch. Env stands in for what a step's own environment leaves out (PATH,
// LANG, HOME, TMPDIR). Grace is how long a script may take to end when it is told
// to; 0 is five seconds.
type Kind struct {
	Scratch string
	Dir     string
	Env     []string
	Grace   time.Duration
	Remote  Remote // nil refuses every target that is another machine
}

// Remote performs steps on other machines. Done asks the procedure's own
// question by itself when it needs to.
type Remote interface {
	Apply(context.Context, prentice.Work) (prentice.Outcome, error)
	Done(ctx context.Context, w prentice.Work, ask func(context.Context) (prentice.Answer, error)) (prentice.Answer, error)
	Proved(ctx context.Context, w prentice.Work)
}

// Name implements prentice.StepKind.
func (*Kind) Name() string { return "sh" }

// Says implements prentice.StepKind: the first line that does something.
func (*Kind) Says(s prentice.PlannedStep) string {
	if s.Attrs["sudo"] == "true" {
		return "with sudo: " + says(s.Body)
	}
	return says(s.Body)
}

// Apply implements prentice.StepKind: the step is well when the script ends with
// exit code 0.
func (k *Kind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if k.remote(w.Step, w.Target) {
		return k.Remote.Apply(ctx, w)
	}
	exit, said, err := k.run(ctx, w, w.Step)
	if err != nil {
		return prentice.Outcome{Code: exit.Code}, err
	}
	return prentice.Outcome{OK: exit.OK(), Code: exit.Code, Says: mask.String(outcome(exit, said), w.Secrets)}, nil
}

// Done implements prentice.StepKind: it asks the question that the procedure
// gives, and does not know when there is none or when it cannot be asked.
func (k *Kind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	if k.remote(w.Step, w.Target) {
		return k.Remote.Done(ctx, w, func(ctx context.Context) (prentice.Answer, error) { return k.question(ctx, w) })
	}
	return k.question(ctx, w)
}

// Proved implements prentice.Prover.
func (k *Kind) Proved(ctx context.Context, w prentice.Work) {
	if k.remote(w.Step, w.Target) {
		k.Remote.Proved(ctx, w)
	}
}

// Lingers implements prentice.Lingerer: what was started on this machine may go on.
func (k *Kind) Lingers(w prentice.Work) bool { return !k.remote(w.Step, w.Target) }

// remote says whether a step acts on another machine.
func (k *Kind) remote(step prentice.PlannedStep, target prentice.Target) bool {
	return k.Remote != nil && step.Where == "target" && !target.Local && target.Ref != ""
}

// question asks what the procedure asks.
func (k *Kind) question(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	question := w.Step.Done
	if question == nil || strings.TrimSpace(question.Body) == "" {
		return prentice.Unknown, nil
	}
	if question.Kind != "" && question.Kind != k.Name() {
		return prentice.Unknown, prentice.Errorf(prentice.Invalid, "the done? question of step %s is a %s block", w.Step.ID, question.Kind).Try("ask it with an sh block")
	}
	for name, value := range question.Env {
		w.Env = append(slices.Clip(w.Env), name+"="+value)
	}
	if k.remote(*question, w.Target) {
		return k.askThere(ctx, w, *question)
	}
	exit, _, err := k.run(ctx, w, *question)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case exit.OK():
		return prentice.Yes, nil
	case exit.Signal != "":
		return prentice.Unknown, prentice.Errorf(prentice.Unavailable, "the done? question of step %s was %s", w.Step.ID, exit)
	default:
		return prentice.No, nil
	}
}

// askThere asks the question on another machine. It is a look, whatever risk it
// was given: it may be asked again.
func (k *Kind) askThere(ctx context.Context, w prentice.Work, question prentice.PlannedStep) (prentice.Answer, error) {
	question.Risk, w.Step, w.Log = prentice.Look, question, nil
	out, err := k.Remote.Apply(ctx, w)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case out.OK:
		return prentice.Yes, nil
	case out.Code > 128:
		return prentice.Unknown, prentice.Errorf(prentice.Unavailable, "the done? question of step %s ended with %s", question.ID, out.Says)
	default:
		return prentice.No, nil
	}
}

// run writes the script, runs it, and takes it away again.
func (k *Kind) run(ctx context.Context, w prentice.Work, step prentice.PlannedStep) (proc.Exit, string, error) {
	if err := within(step.Where, w.Target); err != nil {
		return proc.Exit{}, "", err
	}
	if step.Attrs["sudo"] == "true" {
		return proc.Exit{}, "", prentice.Errorf(prentice.Refused, "step %s wants sudo, which is for hosts over SSH", step.ID).Try("write sudo -n into the script")
	}
	script, err := k.script(step)
	if err != nil {
		return proc.Exit{}, "", prentice.Errorf(prentice.Unavailable, "write the script of step %s: %w", step.ID, err).Try("make room in %s and let prentice write there", k.Scratch)
	}
	defer os.RemoveAll(filepath.Dir(script)) //nolint:errcheck // Scratch is emptied at the next start

	tail := &tail{}
	exit, err := proc.Run(ctx, proc.Spec{
		Argv: []string{"/bin/sh", "-eu", script}, Dir: k.dir(), Env: k.environment(w.Env),
		Out: io.MultiWriter(tail, out(w.Log)), Grace: k.Grace,
	})
	return exit, tail.line(), explain(step, err, w.Log)
}

// within refuses a place that this kind does not reach.
func within(where string, target prentice.Target) error {
	switch {
	case where == "sandbox":
		return prentice.Errorf(prentice.Refused, "an sh step cannot run in a sandbox here").Try("write where=here or where=target")
	case where == "here" || target.Local || target.Ref == "":
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
		return prentice.Errorf(prentice.Canceled, "step %s was stopped because its time was up: %w", step.ID, err).Try("look how far it came; give it more time with limits: timeout")
	case errors.Is(err, proc.ErrCanceled):
		return prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle: %w", step.ID, err).Try("look how far it came")
	default:
		return prentice.Errorf(prentice.Invalid, "step %s did not start: %w", step.ID, err)
	}
}

var (
	_ prentice.StepKind = (*Kind)(nil)
	_ prentice.Prover   = (*Kind)(nil)
	_ prentice.Lingerer = (*Kind)(nil)
)
