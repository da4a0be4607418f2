package shell

import (
	"context"
	"slices"
	"strings"

	"prentice"
)

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
