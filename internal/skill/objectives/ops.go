package objectives

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// ListIn says which are wanted.
type ListIn struct {
	Service string `json:"service,omitempty" of:"service" maxLength:"200" example:"checkout" doc:"Only those of this service."`
	State   Word   `json:"state,omitempty" enum:"kept,low,burning,spent,unknown" doc:"Only those in this state."`
}

// NameIn names one.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"objective" maxLength:"63" example:"checkout-answers" doc:"Its name."`
}

// About says what it acts on.
func (in NameIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("objective", in.Name)}, nil
}

// ArmIn arms one.
type ArmIn struct {
	Name string `json:"name" arg:"1" of:"objective" maxLength:"63" example:"checkout-answers" doc:"Its name."`
	Seen string `json:"seen" maxLength:"40" example:"5f0c4f1ba7e3d2c1" doc:"What its replay said it is called: prentice objective replay NAME."`
}

// LintIn is a file.
type LintIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The file to check, such as objectives/checkout.yaml."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.New("objective.list", prentice.Look, prentice.Viewer, "List objectives: how much of each budget is left, what no one saw, and how fast it burns.", k.list).
			WithExample("prentice objective list").Naming("objective").OfferedAsRefs("objective"),
		op.New("objective.show", prentice.Look, prentice.Viewer, "Show an objective: its budget to the look, how it was spent, and how its alerts stand.", k.show).
			WithExample("prentice objective show checkout-answers"),
		op.New("objective.replay", prentice.Look, prentice.Viewer, "Replay the alerts of an objective on what was counted of its service: when they would have called someone.", k.replay).
			WithExample("prentice objective replay checkout-answers").
			WithHelp("It judges each minute that is kept by the same rules as now. What is older than the minutes stands in hours; their bad looks are taken to have come one after another, which is the worst for an alert.\n\nIts last line is what arms exactly that which was replayed."),
		op.New("objective.arm", prentice.Change, prentice.Operator, "Arm the alerts of an objective, after their replay: from then on they call people.", k.arm).
			WithExample("prentice objective arm checkout-answers --seen 5f0c4f1ba7e3d2c1").
			WithHelp("It arms what the replay has shown and nothing else: where the file was changed since, it refuses. What was armed before goes on until then."),
		op.New("objective.disarm", prentice.Change, prentice.Operator, "Disarm the alerts of an objective: they call no one until they are armed again.", k.disarm).
			WithExample("prentice objective disarm checkout-answers"),
		op.New("objective.lint", prentice.Look, prentice.Viewer, "Check a file of objectives (OpenSLO v1) for mistakes.", k.lint).
			WithExample("prentice objective lint objectives/checkout.yaml").WithoutState().
			WithHelp("It says what is no OpenSLO v1, and what cannot be meant here, with the line. Whether the services and probes are there, and whether what they need makes a target impossible, is said by prentice objective list, of the files in the team folder."),
	}
}

func (k *Desk) list(ctx context.Context, c op.Call, in ListIn) (List, error) {
	if err := k.there(); err != nil {
		return List{}, err
	}
	list, findings, err := k.read()
	if err != nil {
		return List{}, err
	}
	kept, err := k.kept.states(ctx)
	if kept == nil {
		return List{}, err
	}
	out := List{Objectives: []Line{}, Wrong: []prentice.Finding{}, Filtered: in.Service != "" || in.State != ""}
	out.Wrong = append(out.Wrong, findings...)
	if err != nil {
		out.Wrong = append(out.Wrong, prentice.Finding{Error: true, Text: err.Error(), Hint: "arm it again"})
	}
	slices.SortFunc(list, func(a, b objective.Objective) int { return cmpText(a.Name, b.Name) })
	for _, o := range list {
		if in.Service != "" && o.Service != prentice.NewRef("service", in.Service) && string(o.Service) != in.Service {
			continue
		}
		l, err := k.line(ctx, c.Now, o, kept[o.Name])
		if err != nil {
			return List{}, err
		}
		if in.State == "" || in.State == l.State {
			out.Objectives = append(out.Objectives, l)
		}
	}
	return out, nil
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// find is an objective in force, and what is kept of it.
func (k *Desk) find(ctx context.Context, name string) (objective.Objective, state, error) {
	if err := k.there(); err != nil {
		return objective.Objective{}, state{}, err
	}
	list, findings, err := k.read()
	if err != nil {
		return objective.Objective{}, state{}, err
	}
	kept, err := k.kept.states(ctx)
	if kept == nil {
		return objective.Objective{}, state{}, err
	}
	var names []string
	for _, o := range list {
		if o.Name == name {
			return o, kept[name], nil
		}
		names = append(names, o.Name)
	}
	for _, f := range findings {
		if f.Error {
			return objective.Objective{}, state{}, prentice.Errorf(prentice.NotFound, "no objective %s is in force, and the files have errors: %s", name, f.Text).In(f.At).Try("%s", f.Hint)
		}
	}
	hint := "see which there are: prentice objective list"
	if near := nearest.Of(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return objective.Objective{}, state{}, prentice.Errorf(prentice.NotFound, "no objective is called %s", name).Try("%s", hint)
}

func (k *Desk) show(ctx context.Context, c op.Call, in NameIn) (Shown, error) {
	o, s, err := k.find(ctx, in.Name)
	if err != nil {
		return Shown{}, err
	}
	out := Shown{}
	if out.Line, err = k.line(ctx, c.Now, o, s); err != nil {
		return Shown{}, err
	}
	if out.Alerts, err = k.alerts(ctx, c.Now, o, s); err != nil {
		return Shown{}, err
	}
	if s.Armed != nil {
		out.Saw, out.ArmedBy, out.ArmedAt = s.Armed.Saw, s.Armed.By, s.Armed.Since
	}
	from, _ := o.Period.Span(c.Now)
	hours, err := k.kept.read(ctx, o, hour, from.Unix()/hour)
	if err != nil {
		return Shown{}, err
	}
	out.Spent = spending(out.Budget, hours)
	return out, nil
}

func (k *Desk) replay(ctx context.Context, c op.Call, in NameIn) (Replayed, error) {
	o, s, err := k.find(ctx, in.Name)
	if err != nil {
		return Replayed{}, err
	}
	return k.replayed(ctx, c.Now, o, s)
}

func (k *Desk) replayed(ctx context.Context, now time.Time, o objective.Objective, s state) (Replayed, error) {
	out := Replayed{Ref: o.Ref(), Rules: o.Rules, Digest: o.Digest(), Armed: s.Armed != nil && s.Armed.Digest() == o.Digest(), Fired: []Would{}}
	if len(o.Rules) == 0 {
		return out, prentice.Errorf(prentice.Invalid, "%s has no alerts", o.Name).In(o.At).Try("write the annotation prentice.dev/alerts: standard, or alertPolicies")
	}
	minutes, fine, err := k.history(ctx, now, o)
	if err != nil {
		return Replayed{}, err
	}
	if len(minutes) > 0 {
		out.From, out.Fine = objective.StartOf(minutes[0].At), fine
		for _, m := range minutes {
			out.Counts = out.Counts.Plus(m.Counts)
		}
	}
	var incidents []Incident
	if k.Incidents != nil {
		if incidents, err = k.Incidents(ctx, o.Service); err != nil {
			return Replayed{}, err
		}
	}
	for _, f := range objective.Replay(o.Target, o.Rules, minutes) {
		w := Would{Fired: f}
		for _, i := range incidents {
			if (f.To.IsZero() || i.Opened.Before(f.To)) && (i.Closed.IsZero() || i.Closed.After(f.From)) {
				w.Incidents = append(w.Incidents, i.Ref)
			}
		}
		if f.Severity == objective.Page {
			out.Pages++
		} else {
			out.Tickets++
		}
		out.Fired = append(out.Fired, w)
	}
	return out, nil
}

// history is what is kept of an objective, by the minute; before the first minute that was counted for
// it, what was counted by longer spans. Fine is when the minutes begin.
func (k *Desk) history(ctx context.Context, now time.Time, o objective.Objective) (minutes []objective.Minute, fine time.Time, err error) {
	from := now.Add(-keepMinutes)
	minutes, err = k.kept.read(ctx, o, minute, objective.MinuteOf(from))
	if err != nil {
		return nil, time.Time{}, err
	}
	end := objective.MinuteOf(now)
	if len(minutes) > 0 {
		end, fine = minutes[0].At, objective.StartOf(minutes[0].At)
	}
	if k.Before == nil || o.Indicator.Within > 0 || o.Indicator.Counts() { // how quick each was is not known of the past
		return minutes, fine, nil
	}
	spans, err := k.Before(ctx, o.Service, o.Indicator.Probe, from)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read what was seen of %s before: %w", o.Service, err)
	}
	var before []objective.Minute
	for _, s := range spans {
		if at := objective.MinuteOf(s.From.Add(s.Each)); at <= end {
			before = append(before, objective.Spread(objective.MinuteOf(s.From), int64(s.Each/time.Minute), s.Counts)...)
		}
	}
	return append(before, minutes...), fine, nil
}

func (k *Desk) arm(ctx context.Context, c op.Call, in ArmIn) (ArmedOut, error) {
	o, s, err := k.find(ctx, in.Name)
	if err != nil {
		return ArmedOut{}, err
	}
	if in.Seen != o.Digest() {
		return ArmedOut{}, prentice.Errorf(prentice.Conflict, "what was replayed is not what the file says now").Try("see what it would have done: prentice objective replay %s", o.Name)
	}
	r, err := k.replayed(ctx, c.Now, o, s)
	if err != nil {
		return ArmedOut{}, err
	}
	next := state{Armed: &Armed{Objective: o, By: c.Actor.Ref(), Since: c.Now, Saw: []objective.Fired{}}, Rules: map[string]objective.State{}}
	for _, f := range r.Fired {
		next.Armed.Saw = append(next.Armed.Saw, f.Fired)
	}
	if s.Armed != nil {
		for _, was := range s.Armed.Rules {
			if now := s.Rules[was.Name]; now.Firing() {
				if slices.Contains(o.Rules, was) { // it fires on
					next.Rules[was.Name] = now
				} else if err := k.Send(ctx, burnEvent(c.Now, s.Armed.Objective, was, objective.Windows{}, objective.Ends, objective.State{}, now)); err != nil {
					return ArmedOut{}, err
				}
			}
		}
	}
	return ArmedOut{o.Ref(), len(o.Rules), r.Pages}, k.kept.put(ctx, o.Name, next)
}

func (k *Desk) disarm(ctx context.Context, c op.Call, in NameIn) (Disarmed, error) {
	if err := k.there(); err != nil {
		return Disarmed{}, err
	}
	kept, err := k.kept.states(ctx)
	s, there := kept[in.Name]
	if !there {
		if err == nil {
			err = prentice.Errorf(prentice.NotFound, "nothing is armed of %s", in.Name).Try("see how objectives stand: prentice objective list")
		}
		return Disarmed{}, err
	}
	return Disarmed{prentice.NewRef("objective", in.Name)}, k.end(ctx, c.Now, in.Name, s)
}

func (k *Desk) lint(_ context.Context, _ op.Call, in LintIn) (Linted, error) {
	list, findings := objective.Read(objective.File{Name: in.Name, Text: []byte(in.File)})
	for _, f := range findings {
		if f.Error {
			return Linted{}, prentice.Errorf(prentice.Invalid, "%s", f.Text).In(f.At).Try("%s", f.Hint)
		}
	}
	out := Linted{Objectives: []Read{}, Findings: []prentice.Finding{}}
	out.Findings = append(out.Findings, findings...)
	for _, o := range list {
		out.Objectives = append(out.Objectives, Read{o.Ref(), o})
	}
	return out, nil
}
