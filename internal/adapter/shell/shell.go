// Package shell is the step kinds sh and bash: a few lines of shell, run on this
// machine or on the target.
//
// A step that changes something is a claim of kit/outlive, here as on another
// machine: it is begun at most once, goes on when prentice or the connection is
// gone, and is taken up where it stands. One that only looks ends with us and is
// made again.
//
// The lines are written to a private file and read from there by /bin/sh -eu, so
// that they may be long and may themselves read standard input. Where that shell
// knows pipefail, a pipe fails with any of its commands. They get the
// environment of the step and nothing of ours. What they print goes to the
// step's log as it comes. Whatever they start belongs to the step and ends with
// it; a daemon has to be started with setsid.
//
// A target that is another machine is reached through Remote; without one, it is
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
	"prentice/internal/kit/outlive"
	"prentice/internal/kit/proc"
)

// Kind is the step kind. Scratch is a folder of ours for the scripts of looks, in
// folders sh-*; anyone who owns it may remove those when no step runs. Home is the absolute folder of
// the claims of this machine; where it is empty, steps that change something end
// with us. Dir is where scripts run; empty is Scratch. Env stands in for what a
// step's own environment leaves out (PATH, LANG, HOME, TMPDIR). Here is what steps
// get on this machine and not on others. Grace is how long a script may take to
// end when it is told to; 0 is five seconds.
type Kind struct {
	Scratch string
	Home    string
	Dir     string
	Env     []string
	Here    []string
	Grace   time.Duration
	Remote  Remote  // nil refuses every target that is another machine
	Claims  *Claims // not nil where Remote or Home is there
}

// Remote reaches other machines.
type Remote interface {
	// Way leads to the shells of the work's target.
	Way(prentice.Work) (outlive.Way, error)
	// Glance performs a step that only looks, in a shell of that machine; "" is
	// /bin/sh.
	Glance(ctx context.Context, w prentice.Work, shell string) (prentice.Outcome, error)
}

// Name implements prentice.StepKind.
func (*Kind) Name() string { return "sh" }

// Needs implements prentice.StepKind.
func (*Kind) Needs() prentice.StepNeeds { return prentice.StepNeeds{Script: "sh"} }

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
	ask := k.asking(w)
	way, w, err := k.way(w)
	switch {
	case err != nil:
		return prentice.Outcome{}, err
	case way != nil:
		out, err := k.Claims.apply(ctx, way, w, ask)
		return answer(w.Step, out, err)
	case k.remote(w.Step, w.Target):
		out, err := k.Remote.Glance(ctx, w, shellOf(w.Step))
		return answer(w.Step, out, err)
	}
	exit, said, err := k.run(ctx, w, w.Step)
	if err != nil {
		return prentice.Outcome{Code: exit.Code}, err
	}
	return answer(w.Step, prentice.Outcome{OK: exit.OK(), Code: exit.Code, Says: mask.String(outcome(exit, said), w.Secrets)}, nil)
}

// Done implements prentice.StepKind: it asks the question that the procedure
// gives, and does not know when there is none or when it cannot be asked. A step
// that is a claim is looked for first.
func (k *Kind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	way, claimed, err := k.way(w)
	if err != nil {
		return prentice.Unknown, err
	}
	if _, local := way.(here); way == nil || local && !w.DetachAware {
		return k.question(ctx, w)
	}
	return k.Claims.done(ctx, way, claimed, k.asking(w))
}

// Proved implements prentice.Detached.
func (k *Kind) Proved(_ context.Context, w prentice.Work) {
	if way, w, err := k.way(w); err == nil && way != nil {
		k.Claims.proved(way, w)
	}
}

// End implements prentice.Detached.
func (k *Kind) End(ctx context.Context, w prentice.Work) error {
	way, w, err := k.way(w)
	if err != nil || way == nil {
		return err
	}
	return k.Claims.end(ctx, way, w)
}

// Lingers implements prentice.Detached: what was started on this machine may go
// on, unless it is known to have ended.
func (k *Kind) Lingers(w prentice.Work) bool {
	return !k.remote(w.Step, w.Target) && (k.Claims == nil || !k.Claims.over(w))
}

// way is the way of a step that is performed as a claim, and the work as it goes
// that way. It is nil for one that only looks, and where claims cannot be kept.
func (k *Kind) way(w prentice.Work) (outlive.Way, prentice.Work, error) {
	remote := k.remote(w.Step, w.Target)
	if remote {
		w.Env = slices.DeleteFunc(slices.Clone(w.Env), func(e string) bool { return slices.Contains(k.Here, e) })
	}
	switch {
	case w.Step.Risk == prentice.Look:
		return nil, w, nil
	case remote:
		way, err := k.Remote.Way(w)
		return way, w, err
	case k.Home == "" || refused(w.Step, w.Target) != nil:
		return nil, w, nil
	default:
		w.Env = k.environment(w.Env)
		return here{k}, w, nil
	}
}

// Far says whether a step is performed on another machine, over the network.
func (k *Kind) Far(step prentice.PlannedStep, target prentice.Target) bool {
	return k.remote(step, target)
}

// remote says whether a step acts on another machine.
func (k *Kind) remote(step prentice.PlannedStep, target prentice.Target) bool {
	return k.Remote != nil && step.Where == "target" && !target.Local && target.Ref != ""
}

// asking is the procedure's question about a step, to be asked when it is needed.
type asking func(context.Context) (prentice.Answer, error)

func (k *Kind) asking(w prentice.Work) asking {
	return func(ctx context.Context) (prentice.Answer, error) { return k.question(ctx, w) }
}

// question asks what the procedure asks.
func (k *Kind) question(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	question := w.Step.Done
	if question == nil || strings.TrimSpace(question.Body) == "" {
		return prentice.Unknown, nil
	}
	if question.Kind != "" && question.Kind != k.Name() && question.Kind != bash {
		return prentice.Unknown, prentice.Errorf(prentice.Invalid, "the done? question of step %s is a %s block", w.Step.ID, question.Kind).Try("ask it with an sh block")
	}
	w.Env = also(w.Env, question.Env)
	if k.remote(*question, w.Target) {
		return k.askThere(ctx, w, *question)
	}
	exit, _, err := k.run(ctx, w, *question)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case exit.OK():
		return prentice.Yes, nil
	case unanswered(exit):
		return prentice.Unknown, prentice.Errorf(prentice.Unavailable, "the done? question of step %s was %s", w.Step.ID, exit)
	default:
		return prentice.No, nil
	}
}

// also is an environment with the variables that it has not.
func also(env []string, more map[string]string) []string {
	has := map[string]bool{}
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		has[name] = true
	}
	env = slices.Clip(env)
	for name, value := range more {
		if !has[name] {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// askThere asks the question on another machine. It is a look, whatever risk it
// was given: it may be asked again.
func (k *Kind) askThere(ctx context.Context, w prentice.Work, question prentice.PlannedStep) (prentice.Answer, error) {
	question.Risk, w.Step, w.Log = prentice.Look, question, nil
	out, err := k.Apply(ctx, w)
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
	case step.Where == "sandbox":
		return prentice.Errorf(prentice.Refused, "an sh step cannot run in a sandbox here").Try("write where=here or where=target")
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
		return prentice.Errorf(prentice.Canceled, "step %s was stopped because its time was up: %w", step.ID, err).Try("look how far it came; give it more time with limits: timeout")
	case errors.Is(err, proc.ErrCanceled):
		return prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle: %w", step.ID, err).Try("look how far it came")
	default:
		return prentice.Errorf(prentice.Invalid, "step %s did not start: %w", step.ID, err)
	}
}

var _ prentice.Detached = (*Kind)(nil)
