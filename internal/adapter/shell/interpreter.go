package shell

import (
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/proc"
)

// bash is the name of the kind, and of the shell that runs its steps.
const bash = "bash"

// Bash is the step kind bash: as sh, but a step's lines are run by the machine's
// bash, with -eu and pipefail. A machine without one refuses the step before it
// begins.
type Bash struct{ *Kind }

// Name implements prentice.StepKind.
func (Bash) Name() string { return bash }

// Needs implements prentice.StepKind.
func (Bash) Needs() prentice.StepNeeds { return needsOf(bash) }

// Sweep implements prentice.Detached: the kind sh sweeps for both.
func (Bash) Sweep(context.Context, func() ([]prentice.Work, error)) error { return nil }

// shellOf is the shell that runs a step, by the name of its kind; "" is /bin/sh.
func shellOf(step prentice.PlannedStep) string {
	if step.Kind == bash {
		return bash
	}
	return ""
}

// plain begins a script with /bin/sh. A pipe fails with any of its commands where
// the shell can tell; to one that cannot, the option is a fault that ends it.
const plain = `if (set -o pipefail) 2>/dev/null; then exec /bin/sh -eu -o pipefail "$0"; fi; exec /bin/sh -eu "$0"`

// argv is how a script is begun on this machine. A shell is looked for where the
// machine's own programs are, whatever PATH the step has.
func (k *Kind) argv(step prentice.PlannedStep, script string) ([]string, error) {
	shell := shellOf(step)
	if shell == "" {
		return []string{"/bin/sh", "-c", plain, script}, nil
	}
	file, err := proc.Find(shell, k.Env)
	if err != nil {
		return nil, without(step, "this machine")
	}
	return []string{file, "-eu", "-o", "pipefail", script}, nil
}

// without is why a step is not begun whose shell is not there.
func without(step prentice.PlannedStep, where string) error {
	return prentice.Errorf(prentice.Refused, "step %s was not begun: there is no bash on %s", step.ID, where).Try("install bash there, or write the block as sh")
}

// withPath puts folders before those that an environment has programs in.
func withPath(env, folders []string) []string {
	if len(folders) == 0 {
		return env
	}
	path, env := strings.Join(folders, ":"), slices.Clone(env)
	for i, e := range env {
		if own, is := strings.CutPrefix(e, "PATH="); is {
			env[i] = "PATH=" + path + ":" + own
			return env
		}
	}
	return append(env, "PATH="+path)
}

// brokenPipe is the code of a command that wrote to one which had stopped reading.
const brokenPipe = 128 + 13

const stoppedReading = " (a command of a pipe was ended because the next one had stopped reading, as head and grep -q do)"

// answer is what a look came out as. A look that is expected to fail is not taken
// at its word when its pipe broke: that says nothing of the world.
func answer(step prentice.PlannedStep, out prentice.Outcome, err error) (prentice.Outcome, error) {
	if err != nil || out.Code != brokenPipe {
		return out, err
	}
	out.Says += stoppedReading
	if step.Risk != prentice.Look || step.Expect != "fail" {
		return out, nil
	}
	return out, prentice.Errorf(prentice.Unavailable, "step %s gave no answer: %s", step.ID, out.Says).Try("let the last command read all: grep PATTERN >/dev/null instead of grep -q")
}

// unanswered says whether a question ended in a way that is no answer.
func unanswered(exit proc.Exit) bool { return exit.Signal != "" || exit.Code > 128 }

var _ prentice.Detached = Bash{}
