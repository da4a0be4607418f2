package prototyping

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/experiment"
	"prentice/internal/op"
)

type experimentIn struct {
	Experiment string `json:"experiment" arg:"1" of:"experiment" doc:"The experiment, such as pay-on-one-page." example:"pay-on-one-page" minLength:"1" maxLength:"120"`
}

func (in experimentIn) name() string { return strings.TrimPrefix(in.Experiment, "experiment/") }

// About implements op.Abouter.
func (in experimentIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("experiment", in.name())}, nil
}

type experimentsIn struct {
	State string `json:"state,omitempty" enum:"designed,counting,ended" doc:"Only those that stand so."`
}

type sizeIn struct {
	Rule     string  `json:"rule,omitempty" enum:"sequential,fixed" doc:"How it ends: sequential may look at any time, fixed looks once; sequential where nothing is said."`
	Baseline float64 `json:"baseline" doc:"The share of users of the control with the outcome, as expected: 0.04 is 4 in 100." example:"0.04"`
	Effect   float64 `json:"effect" doc:"The smallest difference worth finding, in the same measure: 0.01 is from 4 to 5 in 100." example:"0.01"`
	Alpha    float64 `json:"alpha,omitempty" doc:"How often a difference is seen where there is none, at most; 0.05 where nothing is said."`
	Power    float64 `json:"power,omitempty" doc:"How often that difference is found where it is; 0.8 where nothing is said."`
	Share    float64 `json:"share,omitempty" doc:"Of the users, that the treatment gets; 0.5 where nothing is said."`
}

func (in sizeIn) design() (experiment.Design, error) {
	return experiment.Design{Rule: cmp.Or(in.Rule, experiment.Sequential), Baseline: in.Baseline, Effect: in.Effect, Alpha: cmp.Or(in.Alpha, 0.05), Power: cmp.Or(in.Power, 0.8), Share: cmp.Or(in.Share, 0.5)}.Sized()
}

type newExperimentIn struct {
	experimentIn
	Question  string `json:"question" doc:"What you want to know, in one sentence that ends with a question mark." example:"Do more people buy when they pay on one page?" minLength:"1" maxLength:"1000"`
	Flag      string `json:"flag" of:"flag" doc:"The flag that assigns users by chance." example:"new-checkout" minLength:"1" maxLength:"120"`
	Control   string `json:"control" doc:"The variant that is compared with." example:"off" minLength:"1" maxLength:"200"`
	Treatment string `json:"treatment" doc:"The variant that may be better." example:"on" minLength:"1" maxLength:"200"`
	Outcome   string `json:"outcome" doc:"What is counted, in a few words." example:"bought a ticket" minLength:"1" maxLength:"300"`
	Owner     string `json:"owner" doc:"Who decides, such as group/shop." example:"group/shop" minLength:"1" maxLength:"200"`
	sizeIn
}

type startIn struct {
	experimentIn
	For time.Duration `json:"for,omitempty" doc:"How long it counts at most, such as 14d; 28 days where nothing is said, at most 90."`
}

type stopIn struct {
	experimentIn
	Reason string `json:"reason" doc:"Why, in one sentence; it is kept as evidence." example:"the shop closes" minLength:"1" maxLength:"1000"`
}

type exposeIn struct {
	experimentIn
	User    string `json:"user" arg:"2" doc:"The targeting key of the user; only a digest of it is kept." example:"user-1" minLength:"1" maxLength:"500"`
	Variant string `json:"variant" arg:"3" doc:"The variant that the user was given." example:"on" minLength:"1" maxLength:"200"`
}

type outcomeIn struct {
	experimentIn
	User string `json:"user" arg:"2" doc:"The targeting key of the user, as it was when the flag was asked for." example:"user-1" minLength:"1" maxLength:"500"`
}

func (x *Experiments) ops() []op.Op {
	return []op.Op{
		op.New("experiment.list", prentice.Look, prentice.Viewer, "List experiments, and what came of them.", x.list).
			WithExample("prentice experiment list --state counting").Naming("experiment").OfferedAsRefs("experiment"),
		op.New("experiment.show", prentice.Look, prentice.Viewer, "Show an experiment: its rule, what was counted, and what the rule says of it.", x.show).
			WithExample("prentice experiment show pay-on-one-page"),
		op.New("experiment.size", prentice.Look, prentice.Viewer, "Say how many users an experiment needs.", x.size).
			WithExample("prentice experiment size --baseline 0.04 --effect 0.01").WithoutState().
			WithHelp("sequential is the mixture sequential probability ratio test: one may look at any time, and it ends early where the difference is clear. fixed is the test of two proportions, once, when all users are there; it needs fewer at most."),
		op.New("experiment.new", prentice.Change, prentice.Operator, "Design an experiment: its flag, its two variants, and the rule by which it ends.", x.design).
			WithExample("prentice experiment new pay-on-one-page --question 'Do more people buy when they pay on one page?' --flag new-checkout --control off --treatment on --outcome 'bought a ticket' --owner group/shop --baseline 0.04 --effect 0.01").WithEvidence(),
		op.New("experiment.start", prentice.Change, prentice.Operator, "Start to count; from here on neither the rule nor the flag's assignment may change.", x.start).
			WithExample("prentice experiment start pay-on-one-page --for 28d").WithEvidence().
			WithHelp("The flag is asked for 20,000 made-up users first: where it assigns them in another ratio than was designed, the experiment does not begin. A flag that is changed while it counts ends it as disturbed."),
		op.New("experiment.stop", prentice.Change, prentice.Operator, "End an experiment before its rule does, with a reason.", x.stop).
			WithExample("prentice experiment stop pay-on-one-page --reason 'the shop closes'").WithEvidence(),
		op.New("experiment.expose", prentice.Look, prentice.Operator, "Count that a user was given a variant, where a program evaluates the flag itself.", x.expose).
			WithExample("prentice experiment expose pay-on-one-page user-1 on").ThatKeeps().
			WithHelp("Who is asked for by OFREP or flag evaluate with a targetingKey is counted already."),
		op.New("experiment.outcome", prentice.Look, prentice.Operator, "Count that a user did what is counted, once.", x.outcome).
			WithExample("prentice experiment outcome pay-on-one-page user-1").ThatKeeps(),
	}
}

func (x *Experiments) find(ctx context.Context, in experimentIn) (experiment.Experiment, error) {
	if err := x.there(); err != nil {
		return experiment.Experiment{}, err
	}
	return x.store.Find(ctx, in.name())
}

func (x *Experiments) list(ctx context.Context, _ op.Call, in experimentsIn) (ExperimentList, error) {
	if err := x.there(); err != nil {
		return ExperimentList{}, err
	}
	all, err := x.store.List(ctx)
	if err != nil {
		return ExperimentList{}, err
	}
	list := ExperimentList{Experiments: []ExperimentOut{}}
	for _, e := range all {
		if in.State == "" || in.State == e.State() {
			list.Experiments = append(list.Experiments, experimentOut(e))
		}
	}
	slices.SortStableFunc(list.Experiments, func(a, b ExperimentOut) int { return cmp.Compare(a.rank(), b.rank()) })
	return list, nil
}

func (x *Experiments) show(ctx context.Context, _ op.Call, in experimentIn) (ExperimentShown, error) {
	e, err := x.find(ctx, in)
	if err != nil {
		return ExperimentShown{}, err
	}
	return x.shown(ctx, e)
}

// mostLooks is how many looks are shown.
const mostLooks = 120

func (x *Experiments) shown(ctx context.Context, e experiment.Experiment) (ExperimentShown, error) {
	out := ExperimentShown{ExperimentOut: experimentOut(e), Design: e.Design}
	var err error
	if out.Counts, out.Both, out.Beyond, err = x.store.Count(ctx, e.Number); err != nil {
		return out, err
	}
	if !e.Stopped.IsZero() { // what came after its end is no part of it
		if last, err := x.store.Looks(ctx, e.Number, 1); err == nil && len(last) > 0 {
			out.Counts = last[0].Counts
		}
	} else if !e.Began.IsZero() {
		_, r := e.Look(out.Counts)
		out.Result = r
	}
	if e.Design.Rule == experiment.Fixed && !out.Result.Told { // no one peeks
		out.Counts.ControlDid, out.Counts.TreatmentDo = 0, 0
	}
	out.Looks, err = x.store.Looks(ctx, e.Number, mostLooks)
	for i := range out.Looks {
		if !out.Looks[i].Result.Told && e.Design.Rule == experiment.Fixed {
			out.Looks[i].Counts.ControlDid, out.Looks[i].Counts.TreatmentDo = 0, 0
		}
	}
	return out, err
}

func (x *Experiments) size(_ context.Context, _ op.Call, in sizeIn) (ExperimentSize, error) {
	out := ExperimentSize{}
	d, err := in.design()
	if err != nil {
		return out, err
	}
	out.Design = d
	other := in
	if other.Rule = experiment.Fixed; d.Rule == experiment.Fixed {
		other.Rule = experiment.Sequential
	}
	if o, err := other.design(); err == nil {
		out.Other = o
	}
	return out, nil
}

func (x *Experiments) design(ctx context.Context, c op.Call, in newExperimentIn) (ExperimentShown, error) {
	if err := x.there(); err != nil {
		return ExperimentShown{}, err
	}
	owner, err := prentice.ParseRef(in.Owner)
	if err != nil {
		return ExperimentShown{}, err
	}
	f, err := x.flags.find(in.Flag)
	if err != nil {
		return ExperimentShown{}, err
	}
	for _, variant := range []string{in.Control, in.Treatment} {
		if err := hasVariant(f, variant); err != nil {
			return ExperimentShown{}, err
		}
	}
	e := experiment.Experiment{Name: in.name(), Question: strings.TrimSpace(in.Question), Flag: f.Key, Control: in.Control, Treatment: in.Treatment, Outcome: in.Outcome, Owner: owner, Created: c.Now, By: c.Actor.Ref(), P: 1, Skew: 1}
	if err := e.Fit(); err != nil {
		return ExperimentShown{}, err
	}
	if e.Design, err = in.sizeIn.design(); err != nil {
		return ExperimentShown{}, err
	}
	note := prentice.Note{Kind: "experiment.designed", Actor: e.By, Refs: e.Refs(), Data: map[string]any{"question": e.Question, "rule": e.Design.Rule, "units": e.Design.Units, "control": e.Control, "treatment": e.Treatment, "outcome": e.Outcome}}
	if e, err = x.store.Add(ctx, e, note); err != nil {
		return ExperimentShown{}, err
	}
	return x.shown(ctx, e)
}

func (x *Experiments) start(ctx context.Context, c op.Call, in startIn) (ExperimentShown, error) {
	e, err := x.find(ctx, in.experimentIn)
	if err != nil {
		return ExperimentShown{}, err
	}
	f, err := x.flags.find(e.Flag)
	if err != nil {
		return ExperimentShown{}, err
	}
	if e, err = e.Begin(assignment(f), salt(), cmp.Or(in.For, 28*24*time.Hour), c.Now); err != nil {
		return ExperimentShown{}, err
	}
	if err := x.balanced(f, e, c.Now); err != nil {
		return ExperimentShown{}, err
	}
	note := prentice.Note{Kind: "experiment.started", Actor: c.Actor.Ref(), Refs: e.Refs(), Data: map[string]any{"rule": e.Design.Rule, "units": e.Design.Units, "assignment": e.Pinned, "ends": e.Ends.UTC().Format(time.RFC3339)}}
	if e, err = x.store.Change(ctx, e, c.Now, note); err != nil {
		return ExperimentShown{}, err
	}
	if _, err := x.read(ctx); err != nil {
		return ExperimentShown{}, err
	}
	return x.shown(ctx, e)
}

func (x *Experiments) stop(ctx context.Context, c op.Call, in stopIn) (ExperimentShown, error) {
	e, err := x.find(ctx, in.experimentIn)
	if err != nil {
		return ExperimentShown{}, err
	}
	if _, err := e.Stop(c.Actor.Ref(), in.Reason, c.Now); err != nil {
		return ExperimentShown{}, err
	}
	if err := x.look(ctx, e, c.Actor.Ref(), strings.TrimSpace(in.Reason)); err != nil {
		return ExperimentShown{}, err
	}
	return x.show(ctx, c, in.experimentIn)
}

// counting is an experiment that counts now.
func (x *Experiments) counting(ctx context.Context, in experimentIn) (experiment.Experiment, error) {
	e, err := x.find(ctx, in)
	if err == nil && e.State() != experiment.Running {
		err = prentice.Errorf(prentice.Conflict, "%s is %s, and counts nothing", e.Ref(), e.State()).Try("look at it: prentice experiment show %s", e.Name)
	}
	return e, err
}

func (x *Experiments) expose(ctx context.Context, c op.Call, in exposeIn) (Counted, error) {
	e, err := x.counting(ctx, in.experimentIn)
	if err != nil {
		return Counted{}, err
	}
	if in.Variant != e.Control && in.Variant != e.Treatment {
		return Counted{}, prentice.Errorf(prentice.Invalid, "%s compares %s with %s, and not %q", e.Ref(), e.Treatment, e.Control, in.Variant).Try("count only those who were given one of them")
	}
	beyond, err := x.store.Expose(ctx, []experiment.Exposure{{Experiment: e.Number, Unit: e.Unit(in.User), Treatment: in.Variant == e.Treatment, At: c.Now}})
	return Counted{Counted: err == nil && beyond == 0}, err
}

func (x *Experiments) outcome(ctx context.Context, c op.Call, in outcomeIn) (Counted, error) {
	e, err := x.counting(ctx, in.experimentIn)
	if err != nil {
		return Counted{}, err
	}
	counted, err := x.store.Did(ctx, e.Number, e.Unit(in.User), c.Now)
	return Counted{Counted: counted}, err
}
