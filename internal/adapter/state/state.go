package state

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"prentice"
	"prentice/internal/kit/mask"
)

// Kind is one sort of state as a step kind.
type Kind struct {
	sort
	sh prentice.Detached
}

// sort is what one kind has of its own.
type sort struct {
	name     string
	attrs    []string // that it knows, beside those of all sorts
	open     string   // "" or how more of its attributes begin
	files    []string // those of attrs that name a file of the team folder
	template string   // that of attrs which says that its content is a template
	body     bool     // its block may have text
	data     bool     // which is data
	lint     func(*linting)
	says     func(prentice.PlannedStep) string
	script   string
	values   func(prentice.PlannedStep) map[string]string // variables of its script
	strict   bool                                         // it is made only of what was there when it was planned
}

// Kinds is all of them. sh performs their scripts.
func Kinds(sh prentice.Detached) []prentice.StepKind {
	var kinds []prentice.StepKind
	for _, s := range []sort{file, kubectl, line, pack, service, user, job} {
		kinds = append(kinds, &Kind{s, sh})
	}
	return kinds
}

// Name implements prentice.StepKind.
func (k *Kind) Name() string { return k.name }

// Needs implements prentice.StepKind.
func (k *Kind) Needs() prentice.StepNeeds {
	return prentice.StepNeeds{State: true, Files: k.files, Template: k.template, Data: k.data}
}

// Says implements prentice.StepKind.
func (k *Kind) Says(s prentice.PlannedStep) string {
	says := k.says(s)
	if s.Of != "" {
		says = "put back what was there before " + s.Of + ": " + says
	}
	if s.Attrs["sudo"] == "true" {
		says = "with sudo: " + says
	}
	return oneLine(says)
}

// Apply implements prentice.StepKind. What only looks asks whether it is so.
func (k *Kind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	secrets := w.Secrets
	w = k.plain(w)
	last := &lastLine{}
	w.Log = also(w.Log, last)
	out, err := k.sh.Apply(ctx, w)
	if says := mask.String(last.text(), secrets); err == nil && says != "" {
		out.Says = says
	}
	return out, err
}

// Done implements prentice.StepKind.
func (k *Kind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	return k.sh.Done(ctx, k.plain(w))
}

// Lingers implements prentice.Detached.
func (k *Kind) Lingers(w prentice.Work) bool { return k.sh.Lingers(k.plain(w)) }

// End implements prentice.Detached.
func (k *Kind) End(ctx context.Context, w prentice.Work) error { return k.sh.End(ctx, k.plain(w)) }

// Proved implements prentice.Detached.
func (k *Kind) Proved(ctx context.Context, w prentice.Work) { k.sh.Proved(ctx, k.plain(w)) }

// Sweep implements prentice.Detached: the kind sh sweeps for all of them.
func (*Kind) Sweep(context.Context, func() ([]prentice.Work, error)) error { return nil }

// Far says whether a step is performed on another machine, over the network.
func (k *Kind) Far(step prentice.PlannedStep, target prentice.Target) bool {
	far, ok := k.sh.(interface {
		Far(prentice.PlannedStep, prentice.Target) bool
	})
	return ok && far.Far(step, target)
}

// plain is the work as a step of kind sh, with its question.
func (k *Kind) plain(w prentice.Work) prentice.Work {
	step := w.Step
	makes, asks := "make", "so"
	switch {
	case step.Of != "":
		makes, asks = "undo", "undone"
	case step.Risk == prentice.Look:
		makes = "so"
	}
	done := step
	done.Kind, done.Risk, done.Done, done.Attrs = k.sh.Name(), prentice.Look, nil, onlySudo(step.Attrs)
	done.Body, w.Step.Body = k.text(w, asks), k.text(w, makes)
	w.Step.Kind, w.Step.Attrs, w.Step.Done = done.Kind, done.Attrs, &done
	return w
}

func onlySudo(attrs map[string]string) map[string]string {
	if attrs["sudo"] != "true" {
		return nil
	}
	return map[string]string{"sudo": "true"}
}

// key tells what is kept for one step of a run on a target from all else.
func key(w prentice.Work) string {
	id := w.Step.ID
	if w.Step.Of != "" {
		id = w.Step.Of
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{w.Nonce, string(w.Run), id, string(w.Target.Ref)}, "\x00")))
	return hex.EncodeToString(sum[:12])
}

var (
	_ prentice.Detached = (*Kind)(nil)
)
