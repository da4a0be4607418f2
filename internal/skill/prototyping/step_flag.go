package prototyping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// FlagKind is the step kind flag: a variant of a flag holds for everyone, or the flag
// answers as flags.json says. So a flag is turned by a plan that others agree to, and a
// procedure's Undo puts it back.
type FlagKind struct{ flags *Flags }

var flagAttributes = []string{"name", "variant", "for", "restore", "id", "risk", "where", "expect", "idempotent", "of"}

// Name implements prentice.StepKind.
func (*FlagKind) Name() string { return "flag" }

// Needs implements prentice.StepKind.
func (*FlagKind) Needs() prentice.StepNeeds { return prentice.StepNeeds{} }

// Doc implements prentice.Documented.
func (*FlagKind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "A variant of a feature flag holds for everyone, or the flag answers as flags.json says. Under Check and Verify it only looks.",
		Attributes: []prentice.Attribute{
			{Name: "name", About: "The key of the flag."},
			{Name: "variant", About: "The variant that holds for everyone."},
			{Name: "for", About: "How long, such as 2h; without it 7 days, at most 90."},
			{Name: "restore", About: "The flag answers as flags.json says, in place of variant.", Values: []string{"true"}},
		},
	}
}

// Lint implements prentice.StepKind.
func (*FlagKind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, flagAttributes) {
		fail(u.Hint, "a flag step has no attribute %q", u.Word)
	}
	if s.Attrs["name"] == "" {
		fail("write name=new-checkout, the key of the flag", "a flag step names no flag")
	}
	if (s.Attrs["variant"] == "") == (s.Attrs["restore"] == "") {
		fail("write variant=off, or restore=true", "a flag step says either which variant holds or that the flag is restored")
	}
	if v := s.Attrs["restore"]; v != "" && v != "true" {
		fail("write restore=true, or name a variant", "restore=%q is not true", v)
	}
	if _, given := s.Attrs["for"]; given && s.Attrs["restore"] != "" {
		fail("take for out", "what is restored lasts")
	}
	if strings.TrimSpace(s.Body) != "" {
		fail("take the lines out", "a flag step has no body")
	}
	if s.Risk == prentice.Look && (s.Section == prentice.Act || s.Section == prentice.Undo) {
		fail("leave risk out, or write risk=change", "a flag step changes what people see, and risk=look says that it does not")
	}
	if _, err := lasts(s.Attrs["for"]); err != nil && !strings.Contains(s.Attrs["for"], "${") {
		fail(prentice.HintOf(err), "%s", err.(*prentice.Error).Text)
	}
	return findings
}

func lasts(text string) (time.Duration, error) {
	if text == "" {
		return usual, nil
	}
	d, err := span.Parse(text)
	if err != nil || d <= 0 || d > longest {
		return 0, prentice.Errorf(prentice.Invalid, "for=%q is not a time up to 90 days", text).Try("write it like 2h or 14d")
	}
	return d, nil
}

// Says implements prentice.StepKind.
func (*FlagKind) Says(s prentice.PlannedStep) string {
	if s.Attrs["restore"] != "" {
		return fmt.Sprintf("flag %s answers as %s says", bare(s.Attrs["name"]), flag.TeamFile)
	}
	says := fmt.Sprintf("flag %s answers %s for everyone", bare(s.Attrs["name"]), s.Attrs["variant"])
	if s.Section == prentice.Act || s.Section == prentice.Undo {
		last, err := lasts(s.Attrs["for"])
		if err != nil {
			return says + " (" + err.Error() + ")"
		}
		says += ", for " + span.String(last)
	}
	return says
}

// Apply implements prentice.StepKind.
func (k *FlagKind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "the step was stopped before it began: %w", err)
	}
	one, o, there, err := k.look(ctx, w.Step)
	if err != nil {
		return prentice.Outcome{}, refused(err)
	}
	variant, restore := w.Step.Attrs["variant"], w.Step.Attrs["restore"] != ""
	holds := restore && !there || !restore && there && o.Variant == variant
	switch {
	case holds:
		return prentice.Outcome{OK: true, Says: "it does"}, nil
	case w.Step.Section == prentice.Check || w.Step.Section == prentice.Verify:
		return prentice.Outcome{Says: now(o, there)}, nil
	case restore:
		o, err = k.flags.restore(ctx, one.Key, w.Run, w.Run, "a step of "+string(w.Run))
		return prentice.Outcome{OK: err == nil, Says: "ended: " + o.Variant}, refused(err)
	}
	last, err := lasts(w.Step.Attrs["for"])
	if err != nil {
		return prentice.Outcome{}, refused(err)
	}
	o, err = k.flags.override(ctx, Override{Flag: one.Key, Variant: variant, Reason: "a step of " + string(w.Run), By: w.Run, Cause: w.Run, Ends: k.flags.Clock().Add(last)})
	return prentice.Outcome{OK: err == nil, Says: "until " + op.At(o.Ends)}, refused(err)
}

// refused says of an error of ours that nothing was begun; of one of the world no one
// knows.
func refused(err error) error {
	if kind := prentice.KindOf(err); err != nil && slices.Contains([]prentice.Kind{prentice.Conflict, prentice.Invalid, prentice.NotFound}, kind) {
		return prentice.Errorf(prentice.Refused, "%w", err).Try("%s", prentice.HintOf(err))
	}
	return err
}

func now(o Override, there bool) string {
	if !there {
		return "nothing overrides it"
	}
	return "overridden: " + o.says()
}

// Done implements prentice.StepKind.
func (k *FlagKind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	_, o, there, err := k.look(ctx, w.Step)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case w.Step.Attrs["restore"] != "" && !there, w.Step.Attrs["restore"] == "" && there && o.Variant == w.Step.Attrs["variant"]:
		return prentice.Yes, nil
	}
	return prentice.No, nil
}

// look is the flag of a step, and what overrides it now by the database.
func (k *FlagKind) look(ctx context.Context, s prentice.PlannedStep) (one *flag.Flag, o Override, there bool, err error) {
	if k.flags == nil {
		return nil, o, false, (&Flags{}).there()
	}
	if one, err = k.flags.find(s.Attrs["name"]); err != nil {
		return nil, o, false, err
	}
	if err := hasVariant(one, s.Attrs["variant"]); s.Attrs["variant"] != "" && err != nil {
		return nil, o, false, err
	}
	k.flags.Ring()
	known, err := k.flags.overrides(ctx)
	if err != nil {
		return nil, o, false, err
	}
	o, there = known.of(one, k.flags.Clock())
	return one, o, there, nil
}

var (
	_ prentice.StepKind   = (*FlagKind)(nil)
	_ prentice.Documented = (*FlagKind)(nil)
)
