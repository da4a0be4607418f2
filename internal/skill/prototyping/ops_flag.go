package prototyping

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

type flagIn struct {
	Flag string `json:"flag" arg:"1" doc:"The flag's key, such as new-checkout or flag/new-checkout." example:"new-checkout" minLength:"1" maxLength:"120"`
}

type listIn struct {
	Due        bool   `json:"due,omitempty" doc:"Only those whose day is over."`
	Overridden bool   `json:"overridden,omitempty" doc:"Only those that are overridden now."`
	Owner      string `json:"owner,omitempty" doc:"Only those of an owner, such as group/shop." maxLength:"200"`
}

type overrideIn struct {
	flagIn
	Variant string        `json:"variant" arg:"2" doc:"The variant that holds for everyone." example:"off" minLength:"1" maxLength:"200"`
	Reason  string        `json:"reason" doc:"Why, in one sentence; it is shown, and kept as evidence." example:"payments fail" minLength:"1" maxLength:"1000"`
	For     time.Duration `json:"for,omitempty" doc:"How long, such as 2h or 14d, at most 90d; without it, 7 days."`
}

type restoreIn struct {
	flagIn
	Reason string `json:"reason" doc:"Why, in one sentence; it is kept as evidence." example:"payments work again" minLength:"1" maxLength:"1000"`
}

type evaluateIn struct {
	flagIn
	Context json.RawMessage `json:"context,omitempty" doc:"What is known of the user or request, as a JSON object of at most 64 KiB." example:"{\"targetingKey\":\"user-1\",\"plan\":\"gold\"}" maxLength:"65536"`
}

type evaluateAllIn struct {
	Context json.RawMessage `json:"context,omitempty" doc:"What is known of the user or request, as a JSON object of at most 64 KiB." maxLength:"65536"`
}

type checkIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"4194304" doc:"The flags.json to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (f *Flags) ops() []op.Op {
	about := func(_ context.Context, key string) ([]prentice.Ref, error) {
		return []prentice.Ref{prentice.NewRef("flag", bare(key))}, nil
	}
	return []op.Op{
		op.New("flag.list", prentice.Look, prentice.Viewer, "List feature flags, what they are for, and by when they are to be gone.", f.list).
			WithExample("prentice flag list --due").Naming("flag"),
		op.New("flag.show", prentice.Look, prentice.Viewer, "Show a flag: its variants and targeting, and what overrides it or did.", f.show).
			WithExample("prentice flag show new-checkout"),
		op.New("flag.evaluate", prentice.Look, prentice.Viewer, "Say what a flag answers in a context.", f.evaluateOne).
			WithExample(`prentice flag evaluate new-checkout --context '{"targetingKey":"user-1"}'`).
			WithHelp("Programs ask by OFREP, the protocol of OpenFeature, with a token: POST /ofrep/v1/evaluate/flags/KEY."),
		op.New("flag.evaluate-all", prentice.Look, prentice.Viewer, "Say what each flag answers in a context.", f.evaluateAll).
			WithExample(`prentice flag evaluate-all --context '{"targetingKey":"user-1"}'`),
		op.About(op.New("flag.override", prentice.Change, prentice.Operator, "Let a variant of a flag hold for everyone at once, until a time.", f.overrideFlag), func(ctx context.Context, in overrideIn) ([]prentice.Ref, error) { return about(ctx, in.Flag) }).
			WithExample("prentice flag override new-checkout off --reason 'payments fail' --for 2h").WithEvidence().
			WithHelp("It is in force at once, whatever the targeting says and also where the flag is disabled, and what comes after is as the file says. flags.json is not changed by it. " +
				"Where a second person has to agree, let a procedure do it with a step of the kind flag."),
		op.About(op.New("flag.restore", prentice.Change, prentice.Operator, "End what overrides a flag, so that it answers as flags.json says.", f.restoreFlag), func(ctx context.Context, in restoreIn) ([]prentice.Ref, error) { return about(ctx, in.Flag) }).
			WithExample("prentice flag restore new-checkout --reason 'payments work again'").WithEvidence(),
		op.New("flag.check", prentice.Look, prentice.Viewer, "Check a flags.json for mistakes.", f.check).
			WithExample("prentice flag check flags.json").WithoutState(),
	}
}

func bare(key string) string { return strings.TrimPrefix(key, "flag/") }

func (f *Flags) list(ctx context.Context, c op.Call, in listIn) (FlagList, error) {
	if err := f.there(); err != nil {
		return FlagList{}, err
	}
	k, err := f.overrides(ctx)
	if err != nil {
		return FlagList{}, err
	}
	list := FlagList{Flags: []FlagOut{}}
	if f.Wrong != nil {
		list.Wrong = f.Wrong()
	}
	set := f.Set()
	if set != nil {
		for _, one := range set.Flags {
			out := flagOut(one, k, c.Now)
			if in.Due && !out.Due || in.Overridden && out.Override == nil || in.Owner != "" && in.Owner != out.Owner {
				continue
			}
			list.Flags = append(list.Flags, out)
		}
	}
	slices.SortStableFunc(list.Flags, func(a, b FlagOut) int { return cmp.Compare(a.rank(), b.rank()) })
	return list, nil
}

func (f *Flags) show(ctx context.Context, c op.Call, in flagIn) (FlagShown, error) {
	one, err := f.find(in.Flag)
	if err != nil {
		return FlagShown{}, err
	}
	k, err := f.overrides(ctx)
	if err != nil {
		return FlagShown{}, err
	}
	past, err := f.past(ctx, one.Key, 20)
	if err != nil {
		return FlagShown{}, err
	}
	out := FlagShown{FlagOut: flagOut(one, k, c.Now), Variants: variantsOf(one), Targeting: one.Targeting, Past: past, At: flag.TeamFile}
	if f.URL != nil {
		out.URL = f.URL() + "/ofrep/v1/evaluate/flags/" + one.Key
	}
	return out, nil
}

func (f *Flags) evaluateOne(ctx context.Context, _ op.Call, in evaluateIn) (Evaluated, error) {
	if err := f.there(); err != nil {
		return Evaluated{}, err
	}
	about, err := contextOf(in.Context)
	if err != nil {
		return Evaluated{}, err
	}
	answer, err := f.Evaluate(ctx, bare(in.Flag), about)
	return evaluated(answer), err
}

func (f *Flags) evaluateAll(ctx context.Context, _ op.Call, in evaluateAllIn) (EvaluatedAll, error) {
	if err := f.there(); err != nil {
		return EvaluatedAll{}, err
	}
	about, err := contextOf(in.Context)
	if err != nil {
		return EvaluatedAll{}, err
	}
	k, err := f.overrides(ctx)
	if err != nil {
		return EvaluatedAll{}, err
	}
	set := f.Set()
	out := EvaluatedAll{Flags: []Evaluated{}}
	for _, key := range set.Keys() {
		out.Flags = append(out.Flags, evaluated(f.evaluate(ctx, set, k, key, about)))
	}
	if set != nil {
		out.Metadata = set.Metadata
	}
	return out, nil
}

// contextOf reads what is known of the one who is asked about.
func contextOf(text json.RawMessage) (context map[string]any, err error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	if json.Unmarshal(text, &context) != nil {
		return nil, prentice.Errorf(prentice.Invalid, "the context is not a JSON object").Try(`write it like {"targetingKey": "user-1", "plan": "gold"}`)
	}
	return context, nil
}

func (f *Flags) overrideFlag(ctx context.Context, c op.Call, in overrideIn) (FlagShown, error) {
	one, err := f.find(in.Flag)
	if err != nil {
		return FlagShown{}, err
	}
	if err := hasVariant(one, in.Variant); err != nil {
		return FlagShown{}, err
	}
	last := cmp.Or(in.For, usual)
	if last < 0 || last > longest {
		return FlagShown{}, prentice.Errorf(prentice.Invalid, "an override lasts at most 90 days, and this one %s", last).Try("change %s instead", flag.TeamFile)
	}
	reason := strings.TrimSpace(in.Reason)
	if reason == "" {
		return FlagShown{}, prentice.Errorf(prentice.Invalid, "the override has no reason").Try("say why, in one sentence: --reason '…'")
	}
	if _, err := f.override(ctx, Override{Flag: one.Key, Variant: in.Variant, Reason: reason, By: c.Actor.Ref(), Ends: c.Now.Add(last)}); err != nil {
		return FlagShown{}, err
	}
	return f.show(ctx, c, in.flagIn)
}

func (f *Flags) restoreFlag(ctx context.Context, c op.Call, in restoreIn) (FlagShown, error) {
	one, err := f.find(in.Flag)
	if err != nil {
		return FlagShown{}, err
	}
	if _, err := f.restore(ctx, one.Key, c.Actor.Ref(), "", strings.TrimSpace(in.Reason)); err != nil {
		return FlagShown{}, err
	}
	return f.show(ctx, c, in.flagIn)
}

func (f *Flags) check(_ context.Context, _ op.Call, in checkIn) (FlagsChecked, error) {
	return FlagsChecked{op.Found(flag.File.Check(cmp.Or(in.Name, flag.TeamFile), []byte(in.File)))}, nil
}

// hasVariant refuses a variant that a flag does not have.
func hasVariant(f *flag.Flag, variant string) error {
	if _, ok := f.Variants[variant]; ok {
		return nil
	}
	names := slices.Sorted(maps.Keys(f.Variants))
	err := prentice.Errorf(prentice.Invalid, "flag/%s has no variant %q", f.Key, variant)
	if near := nearest.Of(variant, names); near != "" {
		return err.Try("did you mean %s?", near)
	}
	return err.Try("it has %s", strings.Join(names, ", "))
}
