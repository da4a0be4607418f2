package oncall

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// ahead is how many days the pages and lists look ahead.
const ahead = 28

// NameIn names a rota.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"rota" maxLength:"100" example:"primary" doc:"The rota, such as primary."`
}

// WhoIn asks who is on call.
type WhoIn struct {
	Name string `json:"name,omitempty" arg:"1" of:"rota" maxLength:"100" example:"primary" doc:"The rota; all of them without it."`
	At   string `json:"at,omitempty" maxLength:"40" example:"2026-12-24 09:00" doc:"At which time, of the zone of the rota or with its offset; now without it."`
}

// CoverIn puts a person into the place of another.
type CoverIn struct {
	Name    string `json:"name" arg:"1" of:"rota" maxLength:"100" example:"primary" doc:"The rota."`
	Person  string `json:"person" arg:"2" of:"person" minLength:"1" maxLength:"100" example:"ben" doc:"Who is on call instead."`
	From    string `json:"from" minLength:"1" maxLength:"40" example:"2026-12-24 09:00" doc:"From when on, of the zone of the rota or with its offset."`
	Until   string `json:"until" minLength:"1" maxLength:"40" example:"2026-12-27 09:00" doc:"Until when."`
	Instead string `json:"instead,omitempty" of:"person" maxLength:"100" example:"ann" doc:"Whose shifts they take over; of anyone who is on call without it."`
	Reason  string `json:"reason,omitempty" maxLength:"500" doc:"Why, in one sentence."`
}

// UncoverIn names an override.
type UncoverIn struct {
	Number string `json:"number" arg:"1" maxLength:"40" example:"override/3" doc:"The override, such as override/3 or 3."`
}

func (k *Desk) rotaOps() []op.Op {
	return []op.Op{
		op.New("rota.list", prentice.Look, prentice.Viewer, "List the rotas: who is on call now, until when, and the next four weeks.", k.rotaList).
			WithExample("prentice rota list").Naming("rota").OfferedAsRefs("rota"),
		op.New("rota.show", prentice.Look, prentice.Viewer, "Show the shifts of a rota in the next four weeks, who covers for whom, and when no one is on call.", k.rotaShow).
			WithExample("prentice rota show primary"),
		op.New("rota.who", prentice.Look, prentice.Viewer, "Say who is on call, now or at another time.", k.rotaWho).
			WithExample("prentice rota who primary --at '2026-12-24 09:00'").
			WithHelp("The time may be past or to come. What is past is told by the rota as it is written now, with the overrides of then. A time that does not exist in the zone of the rota, or comes twice there, is refused."),
		op.New("rota.cover", prentice.Change, prentice.Operator, "Put someone on call in the place of another, for a while.", k.rotaCover).
			WithExample("prentice rota cover primary ben --from '2026-12-24 09:00' --until '2026-12-27 09:00' --instead ann").WithEvidence().
			WithHelp("With --instead they take over the shifts of that person alone; two such overrides are a swap. Without it they are on call all the time, also where no one is. Of overrides that overlap, the one that was made last counts."),
		op.New("rota.uncover", prentice.Change, prentice.Operator, "Take an override back.", k.rotaUncover).
			WithExample("prentice rota uncover override/3").WithEvidence().
			WithHelp("What has passed of it stays as it was."),
		op.New("rota.lint", prentice.Look, prentice.Viewer, "Look for people who cannot be reached, and for times without anyone on call.", k.rotaLint).
			WithExample("prentice rota lint").
			WithHelp("It looks four weeks ahead: a gap that is over cannot be filled. What is wrong with the text of oncall.yaml is told by: prentice doctor."),
	}
}

// rotaNamed is a rota that the team has.
func (k *Desk) rotaNamed(name string) (rota.Rota, error) {
	if err := k.there(); err != nil {
		return rota.Rota{}, err
	}
	name = strings.TrimPrefix(name, "rota/")
	if r, found := k.Settings().Rota(name); found {
		return r, nil
	}
	err := prentice.Errorf(prentice.NotFound, "oncall.yaml has no rota %q", clip.Text(name))
	var names []string
	for _, r := range k.Settings().All() {
		names = append(names, r.Name)
	}
	if near := nearest.Of(name, names); near != "" {
		return rota.Rota{}, err.Try("did you mean %s?", near)
	}
	return rota.Rota{}, err.Try("list them with: prentice rota list")
}

func (k *Desk) rotaList(ctx context.Context, c op.Call, _ struct{}) (Rotas, error) {
	if err := k.there(); err != nil {
		return Rotas{}, err
	}
	over, err := k.overrides(ctx, c.Now)
	out := Rotas{Now: c.Now.UTC(), Rotas: []Line{}}
	for _, r := range k.Settings().All() {
		out.Rotas = append(out.Rotas, LineOf(r, c.Now, over))
	}
	return out, err
}

// OnDuty is who is on call by each rota, and who is then.
func (k *Desk) OnDuty(ctx context.Context, now time.Time) (list []Line, err error) {
	out, err := k.rotaList(ctx, op.Call{Now: now}, struct{}{})
	return out.Rotas, err
}

func (k *Desk) rotaShow(ctx context.Context, c op.Call, in NameIn) (Shown, error) {
	r, err := k.rotaNamed(in.Name)
	if err != nil {
		return Shown{}, err
	}
	over, err := k.overrides(ctx, c.Now)
	if err != nil {
		return Shown{}, err
	}
	out := Shown{Line: LineOf(r, c.Now, over), Now: c.Now.UTC(), People: r.People(), Overrides: []rota.Override{}}
	for _, o := range over {
		if o.Rota == r.Name && o.Ended.IsZero() {
			out.Overrides = append(out.Overrides, o)
		}
	}
	return out, nil
}

func (k *Desk) rotaWho(ctx context.Context, c op.Call, in WhoIn) (Who, error) {
	if err := k.there(); err != nil {
		return Who{}, err
	}
	list := k.Settings().All()
	if in.Name != "" {
		one, err := k.rotaNamed(in.Name)
		if err != nil {
			return Who{}, err
		}
		list = []rota.Rota{one}
	}
	out := Who{OnCall: []OnCall{}}
	for _, r := range list {
		at := c.Now.UTC()
		if in.At != "" {
			var err error
			if at, err = rota.Typed(in.At, r.Zone); err != nil {
				return Who{}, err
			}
		}
		over, err := k.overrides(ctx, at)
		if err != nil {
			return Who{}, err
		}
		who, _ := r.At(at, over)
		out.OnCall = append(out.OnCall, OnCall{Rota: r.Ref(), Person: who.Person, At: at, Override: who.Override})
	}
	return out, nil
}

// person finds someone who is known here.
func (k *Desk) person(ctx context.Context, name string) (prentice.Ref, error) {
	known, err := k.People(ctx)
	if err != nil {
		return "", err
	}
	ref := prentice.NewRef(string(prentice.Person), strings.TrimPrefix(name, "person/"))
	if slices.Contains(known, ref) {
		return ref, nil
	}
	var names []string
	for _, one := range known {
		names = append(names, one.Name())
	}
	e := prentice.Errorf(prentice.NotFound, "there is no person %q here", clip.Text(name))
	if near := nearest.Of(name, names); near != "" {
		return "", e.Try("did you mean %s?", near)
	}
	return "", e.Try("list them with: prentice person list")
}

func (k *Desk) rotaCover(ctx context.Context, c op.Call, in CoverIn) (Covered, error) {
	r, err := k.rotaNamed(in.Name)
	if err != nil {
		return Covered{}, err
	}
	o := rota.Override{Rota: r.Name, By: c.Actor.Ref(), Reason: clip.To(in.Reason, 500), Made: c.Now.UTC()}
	if o.Person, err = k.person(ctx, in.Person); err != nil {
		return Covered{}, err
	}
	if in.Instead != "" {
		if o.For, err = k.person(ctx, in.Instead); err != nil {
			return Covered{}, err
		}
	}
	if o.From, err = rota.Typed(in.From, r.Zone); err != nil {
		return Covered{}, err
	}
	if o.Until, err = rota.Typed(in.Until, r.Zone); err != nil {
		return Covered{}, err
	}
	switch {
	case !o.Until.After(o.From):
		return Covered{}, prentice.Errorf(prentice.Invalid, "it would end at %s, and begin at %s", in.Until, in.From).Try("write an end behind the beginning")
	case !o.Until.After(c.Now):
		return Covered{}, prentice.Errorf(prentice.Invalid, "it would end at %s, which is over: who was on call cannot be changed", in.Until).Try("write an end that lies ahead")
	case o.Until.Sub(o.From) > rota.Longest:
		return Covered{}, prentice.Errorf(prentice.Invalid, "it would last longer than 400 days").Try("write the turns into oncall.yaml")
	case o.For == o.Person:
		return Covered{}, prentice.Errorf(prentice.Invalid, "%s cannot cover for themselves", o.Person).Try("name another person")
	}
	if o.From.Before(c.Now) {
		o.From = c.Now.UTC() // what was, stays
	}
	if err := k.keep(ctx, c.Now, &o); err != nil {
		return Covered{}, err
	}
	over, err := k.overrides(ctx, c.Now)
	out := Covered{Ref: o.Ref(), Override: o, Shifts: []rota.Shift{}}
	shifts, _ := r.Shifts(o.From, o.Until, over)
	for _, s := range shifts {
		if s.Override == o.Ref() {
			out.Shifts = append(out.Shifts, s)
		}
	}
	return out, err
}

func (k *Desk) rotaUncover(ctx context.Context, c op.Call, in UncoverIn) (Covered, error) {
	if err := k.there(); err != nil {
		return Covered{}, err
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(in.Number, "override/"), 10, 64)
	if err != nil || number < 1 {
		return Covered{}, prentice.Errorf(prentice.Invalid, "%q is not an override", clip.Text(in.Number)).Try("write override/3 or 3; see those of a rota: prentice rota show NAME")
	}
	o, err := k.takeBack(ctx, c.Now, number, c.Actor.Ref())
	return Covered{Ref: o.Ref(), Override: o, Shifts: []rota.Shift{}, Back: true}, err
}

func (k *Desk) rotaLint(ctx context.Context, c op.Call, _ struct{}) (Lint, error) {
	if err := k.there(); err != nil {
		return Lint{}, err
	}
	known, err := k.People(ctx)
	if err != nil {
		return Lint{}, err
	}
	over, err := k.overrides(ctx, c.Now)
	return lint(k.Settings(), c.Now, over, known, k.Reached), err
}

// zoned is an instant on the wall of a rota.
func zoned(zone *time.Location, at time.Time) string {
	return at.In(zone).Format("Mon 2006-01-02 15:04 MST")
}
