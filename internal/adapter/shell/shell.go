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
	"io"
	"slices"
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
	Sandbox Sandbox // nil refuses every step that is for one
}

// Sandbox performs a script with nothing of this machine but its programs, and without a
// network. What prevents that is an error, and nothing is performed then.
type Sandbox func(ctx context.Context, argv []string, script, text string, env map[string]string, out io.Writer) (proc.Exit, error)

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
func (*Kind) Needs() prentice.StepNeeds { return needsOf("sh") }

func needsOf(shell string) prentice.StepNeeds {
	return prentice.StepNeeds{Script: shell, Files: []string{"script"}, Libs: "libs", Words: []string{"args"}}
}

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
	w.Step = called(w.Step)
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
	w.Step = called(w.Step)
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

var _ prentice.Detached = (*Kind)(nil)
