package environments

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

// PlaceIn names a shared place.
type PlaceIn struct {
	Place string `json:"place" arg:"1" minLength:"1" maxLength:"120" example:"stage" doc:"The place, as environments.yaml of the team folder calls it."`
}

// name is it without its kind.
func (in PlaceIn) name() string { return strings.TrimPrefix(in.Place, "place/") }

// LeaseIn asks for a place.
type LeaseIn struct {
	PlaceIn
	Purpose string        `json:"purpose" minLength:"1" maxLength:"300" example:"try the new basket" doc:"What for, in a sentence; it is shown to who waits."`
	For     time.Duration `json:"for,omitempty" example:"2h" doc:"How long; without it 2h, or as long as the place lets it last."`
	Change  string        `json:"change,omitempty" maxLength:"40" example:"42" doc:"The change that is tried there."`
	Digest  string        `json:"digest,omitempty" maxLength:"200" example:"sha256:4f…" doc:"What is tried there, a commit or an artefact: nothing else is deployed there meanwhile."`
}

// RenewIn lets a lease last longer.
type RenewIn struct {
	PlaceIn
	For time.Duration `json:"for,omitempty" example:"2h" doc:"How long from now; without it as long as it was asked for."`
}

// ReleaseIn gives a place back.
type ReleaseIn struct {
	PlaceIn
	To      string `json:"to,omitempty" of:"person" maxLength:"120" example:"ben" doc:"Hand it over to this person at once, before who waits."`
	Of      string `json:"of,omitempty" of:"person" maxLength:"120" example:"ann" doc:"End the lease of this person, who forgot it; of no one's own only an owner may."`
	Purpose string `json:"purpose,omitempty" maxLength:"300" example:"ben looks at it" doc:"With --to: what for."`
}

func (k *Desk) leaseOps() []op.Op {
	of := func(in PlaceIn) ([]prentice.Ref, error) {
		p, err := k.Rules().Place(in.name())
		if err != nil || p.Service == "" {
			return nil, nil //nolint:nilerr // the operation itself says that there is none
		}
		return []prentice.Ref{p.Service}, nil
	}
	return []op.Op{
		op.New("env.place", prentice.Look, prentice.Viewer, "Show a shared place: what is deployed there, who has it and who waits.", k.place).
			WithExample("prentice env place stage"),
		op.About(op.New("env.lease", prentice.Change, prentice.Operator, "Take a shared place for a time, or wait in its queue.", k.lease), func(_ context.Context, in LeaseIn) ([]prentice.Ref, error) { return of(in.PlaceIn) }).
			WithExample("prentice env lease stage --purpose 'try the new basket' --for 2h").WithEvidence().
			WithHelp("Nothing is deployed to a leased place by others until the lease ends. At its end the next in the queue has it, and is told."),
		op.About(op.New("env.renew", prentice.Change, prentice.Operator, "Let a lease of yours last longer, where no one waits.", k.renew), func(_ context.Context, in RenewIn) ([]prentice.Ref, error) { return of(in.PlaceIn) }).
			WithExample("prentice env renew stage --for 2h").WithEvidence(),
		op.About(op.New("env.release", prentice.Change, prentice.Operator, "Give a shared place back, hand it over, or leave its queue.", k.release), func(_ context.Context, in ReleaseIn) ([]prentice.Ref, error) { return of(in.PlaceIn) }).
			WithExample("prentice env release stage").WithEvidence(),
	}
}

func (k *Desk) place(ctx context.Context, c op.Call, in PlaceIn) (PlaceShown, error) {
	if err := k.there(); err != nil {
		return PlaceShown{}, err
	}
	p, err := k.Rules().Place(in.name())
	if err != nil {
		return PlaceShown{}, err
	}
	return k.placeShown(ctx, p, c.Now)
}

func (k *Desk) placeShown(ctx context.Context, p environment.Place, now time.Time) (PlaceShown, error) {
	h, err := k.Held(ctx, p.Name, now)
	if err != nil {
		return PlaceShown{}, err
	}
	deployed, err := k.deployed(ctx, now)
	if err != nil {
		return PlaceShown{}, err
	}
	out := PlaceShown{PlaceOut: placeOut(p, h, deployed, now), Longest: p.Longest, Queue: []LeaseOut{}, Past: []LeaseOut{}, Like: p.Like}
	for _, l := range h.Queue {
		out.Queue = append(out.Queue, leaseOut(l))
	}
	for _, l := range h.Past {
		out.Past = append(out.Past, leaseOut(l))
	}
	return out, nil
}

// mayHave refuses who the team did not name for a place.
func mayHave(p environment.Place, a prentice.Actor) error {
	if len(p.Who) == 0 || slices.Contains(p.Who, a.Ref()) || slices.ContainsFunc(a.Groups, func(g prentice.Ref) bool { return slices.Contains(p.Who, g) }) {
		return nil
	}
	return prentice.Errorf(prentice.Denied, "%s is for %s", p.Ref(), joined(p.Who)).Try("ask one of them, or add yourself under who in %s", environment.TeamFile.Name)
}

func joined(refs []prentice.Ref) string {
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = string(r)
	}
	return strings.Join(texts, ", ")
}

func (k *Desk) lease(ctx context.Context, c op.Call, in LeaseIn) (PlaceShown, error) {
	p, err := k.shared(in.PlaceIn, c.Actor)
	if err != nil {
		return PlaceShown{}, err
	}
	l := environment.Lease{Holder: c.Actor.Ref(), People: c.Actor.People(), Digest: strings.TrimSpace(in.Digest), Purpose: strings.TrimSpace(in.Purpose), For: in.For}
	if l.Purpose == "" {
		return PlaceShown{}, prentice.Errorf(prentice.Invalid, "the lease has no purpose").Try("say what for: --purpose '…'")
	}
	if in.Change != "" {
		if l.Change, err = change.ParseNumber(in.Change); err != nil {
			return PlaceShown{}, err
		}
	}
	_, err = k.Lease(ctx, p, c.Now, func(h environment.Held, number func() (int64, error)) (environment.Held, []prentice.Note, error) {
		n, err := number()
		if err != nil {
			return h, nil, err
		}
		asked := l
		asked.Number = n
		h, got, err := h.Ask(p, asked, c.Now)
		if err != nil || got.Number != n {
			return h, nil, err
		}
		return h, got.Taken(c.Actor.Ref()), nil
	})
	if err != nil {
		return PlaceShown{}, err
	}
	return k.placeShown(ctx, p, c.Now)
}

// shared is a place that is leased, for someone who may have it.
func (k *Desk) shared(in PlaceIn, by prentice.Actor) (environment.Place, error) {
	if err := k.there(); err != nil {
		return environment.Place{}, err
	}
	p, err := k.Rules().Place(in.name())
	if err != nil {
		return p, err
	}
	if !p.Leased {
		return p, prentice.Errorf(prentice.Refused, "%s is not leased: it is what users have", p.Ref()).Try("deploy by a release, or write leased: true in %s", environment.TeamFile.Name)
	}
	return p, mayHave(p, by)
}

func (k *Desk) renew(ctx context.Context, c op.Call, in RenewIn) (PlaceShown, error) {
	p, err := k.shared(in.PlaceIn, c.Actor)
	if err != nil {
		return PlaceShown{}, err
	}
	_, err = k.Lease(ctx, p, c.Now, func(h environment.Held, _ func() (int64, error)) (environment.Held, []prentice.Note, error) {
		h, l, err := h.Renew(p, c.Actor.Ref(), c.Now, in.For)
		return h, l.Renewed(c.Actor.Ref()), err
	})
	if err != nil {
		return PlaceShown{}, err
	}
	return k.placeShown(ctx, p, c.Now)
}

func (k *Desk) release(ctx context.Context, c op.Call, in ReleaseIn) (PlaceShown, error) {
	if err := k.there(); err != nil {
		return PlaceShown{}, err
	}
	p, err := k.Rules().Place(in.name())
	if err != nil {
		return PlaceShown{}, err
	}
	holder := c.Actor.Ref()
	if in.Of != "" {
		holder = personRef(in.Of)
	}
	if holder != c.Actor.Ref() && !c.Actor.Role.Includes(prentice.Owner) {
		return PlaceShown{}, prentice.Errorf(prentice.Denied, "a lease of %s is not yours to end", holder).Try("ask %s, or an owner", holder)
	}
	_, err = k.Lease(ctx, p, c.Now, func(h environment.Held, number func() (int64, error)) (environment.Held, []prentice.Note, error) {
		var to *environment.Lease
		if in.To != "" {
			n, err := number()
			if err != nil {
				return h, nil, err
			}
			to = &environment.Lease{Number: n, Holder: personRef(in.To), People: []prentice.Ref{personRef(in.To)}, Purpose: firstOf(strings.TrimSpace(in.Purpose), "handed over by "+string(holder))}
			if h.Lease != nil {
				to.Change, to.Digest = h.Lease.Change, h.Lease.Digest
			}
		}
		h, l, err := h.Release(p, holder, c.Actor.Ref(), to, c.Now)
		switch {
		case err != nil:
			return h, nil, err
		case to != nil:
			return h, l.Taken(c.Actor.Ref()), nil
		}
		return h, l.Left(c.Actor.Ref(), nil), nil
	})
	if err != nil {
		return PlaceShown{}, err
	}
	return k.placeShown(ctx, p, c.Now)
}

func personRef(name string) prentice.Ref {
	if strings.Contains(name, "/") {
		return prentice.Ref(name)
	}
	return prentice.NewRef(string(prentice.Person), name)
}

// deployed is what stands in the places at a moment.
func (k *Desk) deployed(ctx context.Context, at time.Time) ([]Deployed, error) {
	if k.Deployed == nil {
		return nil, nil
	}
	return k.Deployed(ctx, at)
}

// places are the shared ones, at a moment: now, or the one that is asked for. Who had one in
// the past is what its last leases say.
func (k *Desk) places(ctx context.Context, now, at time.Time) ([]PlaceOut, error) {
	then := now
	if !at.IsZero() {
		then = at
	}
	deployed, err := k.deployed(ctx, then)
	if err != nil {
		return nil, err
	}
	list := []PlaceOut{}
	for _, p := range k.Rules().Places {
		h, err := k.Held(ctx, p.Name, now)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			h = heldAt(h, at)
		}
		list = append(list, placeOut(p, h, deployed, then))
	}
	return list, nil
}

// heldAt is who had a place at a moment of the past.
func heldAt(h environment.Held, at time.Time) environment.Held {
	was := environment.Held{Place: h.Place}
	all := h.Past
	if h.Lease != nil {
		all = append([]environment.Lease{*h.Lease}, all...)
	}
	for _, l := range all {
		end := l.Ends
		if !l.Ended.IsZero() {
			end = l.Ended
		}
		if !l.Began.After(at) && at.Before(end) {
			l.Ended, l.Ends = time.Time{}, end
			was.Lease = &l
			break
		}
	}
	return was
}

// Holds says why someone may not deploy to a place now; nil is that they may.
func (k *Desk) Holds(ctx context.Context, place string, by prentice.Actor, digest string, now time.Time) error {
	if err := k.there(); err != nil {
		return err
	}
	p, err := k.Rules().Place(place)
	if err != nil {
		return err
	}
	h, err := k.Held(ctx, p.Name, now)
	if err != nil {
		return err
	}
	return environment.Holds(p, h, by.Ref(), by.People(), digest, now)
}
