package prototyping

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/prototype"
)

// Claims keeps what is claimed of prototypes: that each is decided by its day.
type Claims interface {
	Declare(ctx context.Context, now time.Time, kind string, list []claims.Claim) error
	Add(ctx context.Context, list []claims.Verdict) error
}

// Places makes environments in which prototypes live. Nil is none here.
type Places interface {
	// Make makes one of a repository, in the name of the one who asks.
	Make(ctx context.Context, by prentice.Actor, repository, purpose string) (prentice.Ref, error)
	// Stop ends an environment; one that has ended already is no error.
	Stop(ctx context.Context, environment prentice.Ref, reason string) error
}

// Prototypes is that part of the chapter at work.
type Prototypes struct {
	Deps
	store *prototype.Store
	wake  chan struct{}
	wrong atomic.Pointer[[]prentice.Finding] // of the team's files, as they were read last
}

func newPrototypes(d Deps) *Prototypes {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Prototypes{Deps: d, store: &prototype.Store{DB: d.DB, Record: d.Record, Tell: d.Tell}, wake: make(chan struct{}, 1)}
}

func (p *Prototypes) there() error {
	if p.DB == nil || p.Clock == nil {
		return prentice.Errorf(prentice.Unavailable, "no prototypes are kept here").Try("start prentice: prentice up")
	}
	return nil
}

// ring says that the team's files may say something new.
func (p *Prototypes) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run takes in what the team's files say, and sees to it that none lives on past its day.
func (p *Prototypes) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := p.tend(ctx); err != nil && ctx.Err() == nil {
			p.Log.Error("look after prototypes", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.wake:
		}
	}
}

// tend is one round of it.
func (p *Prototypes) tend(ctx context.Context) error {
	if err := p.takeIn(ctx); err != nil {
		return err
	}
	now := p.Clock()
	list, err := p.store.Opened(ctx)
	if err != nil {
		return err
	}
	for i, one := range list {
		if one.Decided.IsZero() && one.Overdue.IsZero() && one.Past(now) {
			if list[i], err = p.overdue(ctx, one, now, self, "no one decided by "+one.DecideBy.Format(time.DateOnly)); err != nil {
				return err
			}
		}
		if err := p.stopPlace(ctx, list[i]); err != nil {
			p.Log.Error("stop the environment of a prototype", "prototype", one.Name, "err", err)
		}
	}
	return p.claim(ctx, now, list)
}

var self = prentice.Prentice("prototypes").Ref()

// overdue writes down that a prototype was not decided by its day, once, and tells of it.
func (p *Prototypes) overdue(ctx context.Context, one prototype.Prototype, now time.Time, by prentice.Ref, why string) (prototype.Prototype, error) {
	one.Overdue = now
	return p.store.Change(ctx, one, now, prentice.Note{Kind: "prototype.undecided", Actor: by, Refs: one.Refs(),
		Data: map[string]any{"question": one.Question, "decide_by": one.DecideBy.Format(time.DateOnly), "owner": string(one.Owner), "why": why}})
}

// stopPlace ends the environment of one that is over, and is tried again until it is
// stopped: a prototype that no one decided on does not live on.
func (p *Prototypes) stopPlace(ctx context.Context, one prototype.Prototype) error {
	over := !one.Decided.IsZero() || !one.Overdue.IsZero()
	if !over || one.Environment == "" || !one.Stopped.IsZero() || p.Places == nil {
		return nil
	}
	if err := p.Places.Stop(ctx, one.Environment, fmt.Sprintf("%s is %s", one.Ref(), one.State(p.Clock()))); err != nil {
		return err
	}
	one.Stopped = p.Clock()
	_, err := p.store.Change(ctx, one, one.Stopped, prentice.Note{Kind: "prototype.stopped", Actor: self, Refs: one.Refs(), Data: map[string]any{"environment": string(one.Environment)}})
	return err
}

const claimKind = "prototype"

// claim says of each that is not decided that it is to be, and whether its day is over.
func (p *Prototypes) claim(ctx context.Context, now time.Time, list []prototype.Prototype) error {
	if p.Claims == nil {
		return nil
	}
	var said []claims.Claim
	var verdicts []claims.Verdict
	for _, one := range list {
		if !one.Decided.IsZero() {
			continue
		}
		c := claims.Claim{ID: "prototype:" + one.Name, Kind: claimKind, About: one.Ref(), Says: fmt.Sprintf("%s is decided by %s", one.Ref(), one.DecideBy.Format(time.DateOnly)),
			Asks: "a decision, with its reason", Source: one.Source, Owner: one.Owner, Severity: claims.Warn}
		said = append(said, c)
		v := claims.Verdict{Claim: c.ID, Basis: claims.Basis{Claim: c.Digest(), Subject: one.Name, Environment: "live", Tool: "prototype@1"}, Time: now, Truth: prentice.Pass, Reason: "its day is not over", Until: one.Ends()}
		if !one.Overdue.IsZero() {
			v.Truth, v.Reason, v.Until = prentice.Fail, "its day is over, and no one decided: "+one.Question, now.Add(24*time.Hour)
		}
		if v.Until.After(v.Time) {
			verdicts = append(verdicts, v)
		}
	}
	if err := p.Claims.Declare(ctx, now, claimKind, said); err != nil {
		return err
	}
	return p.Claims.Add(ctx, verdicts)
}

// takeIn takes in what the files of the team folder say: a new one begins a prototype, an
// earlier day counts at once, a later one with its reason alone, and a decision ends it.
func (p *Prototypes) takeIn(ctx context.Context) error {
	if p.Files == nil {
		return nil
	}
	list, wrong, err := p.Files()
	if err != nil {
		return err
	}
	p.wrong.Store(&wrong)
	for _, d := range list {
		if err := p.take(ctx, d); err != nil && prentice.KindOf(err) == prentice.Internal {
			return err
		} else if err != nil {
			p.wrong.Store(new(append(slices.Clone(*p.wrong.Load()), prentice.Finding{At: d.At, Error: true, Text: err.Error()})))
		}
	}
	return nil
}

func (p *Prototypes) take(ctx context.Context, d prototype.Declared) error {
	now := p.Clock()
	one, err := p.store.Find(ctx, d.Name)
	if prentice.KindOf(err) == prentice.NotFound {
		one = prototype.Prototype{Name: d.Name, Title: d.Title, Question: d.Question, Technique: d.Technique, Owner: d.Owner, DecideBy: d.DecideBy, Tasks: d.Tasks, Source: d.At.File, Begun: now, By: self}
		if d.Decision == "" { // what is over already is kept all the same
			err = one.Fit(now)
		} else if one.DecideBy.After(now) {
			err = nil
		}
		if d.Decision == "" && err != nil {
			return err
		}
		if one, err = p.store.Add(ctx, one, begun(one)); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if !one.Decided.IsZero() {
		return nil // what is decided stays as it was decided
	}
	had := one
	one.Title, one.Question, one.Technique, one.Owner, one.Tasks, one.Source = d.Title, d.Question, d.Technique, d.Owner, d.Tasks, d.At.File
	var notes []prentice.Note
	switch {
	case d.Decision != "":
		if one, err = one.Decide(d.Decision, d.Reason, self, now); err != nil {
			return err
		}
		one.Learned, one.Otherwise = d.Learned, d.Otherwise
		notes = append(notes, decided(one))
	case d.DecideBy.After(one.DecideBy):
		if d.Extended == "" {
			return prentice.Errorf(prentice.Invalid, "%s is to be decided by %s, and its file says %s without a reason", one.Ref(), one.DecideBy.Format(time.DateOnly), d.DecideBy.Format(time.DateOnly)).In(d.At).Try("add extended: why it takes longer")
		}
		if one, err = one.Extend(d.DecideBy, now); err != nil {
			return err
		}
		notes = append(notes, extended(one, self, d.Extended))
	case d.DecideBy.Before(one.DecideBy):
		one.DecideBy = d.DecideBy
	case same(one, had):
		return nil
	}
	_, err = p.store.Change(ctx, one, now, notes...)
	return err
}

// same says whether a file says nothing new.
func same(a, b prototype.Prototype) bool {
	return a.Title == b.Title && a.Question == b.Question && a.Technique == b.Technique && a.Owner == b.Owner && a.Source == b.Source && slices.Equal(a.Tasks, b.Tasks)
}

func begun(one prototype.Prototype) prentice.Note {
	return prentice.Note{Kind: "prototype.begun", Actor: one.By, Refs: one.Refs(), Data: map[string]any{"question": one.Question, "technique": one.Technique, "decide_by": one.DecideBy.Format(time.DateOnly), "owner": string(one.Owner)}}
}

func extended(one prototype.Prototype, by prentice.Ref, reason string) prentice.Note {
	return prentice.Note{Kind: "prototype.extended", Actor: by, Refs: one.Refs(), Data: map[string]any{"decide_by": one.DecideBy.Format(time.DateOnly), "reason": reason}}
}

func decided(one prototype.Prototype) prentice.Note {
	data := map[string]any{"decision": one.Decision, "reason": one.Reason, "question": one.Question, "took_hours": int64(one.Took(one.Decided).Hours())}
	if one.Learned != "" {
		data["learned"] = one.Learned
	}
	if one.Otherwise != "" {
		data["otherwise"] = one.Otherwise
	}
	return prentice.Note{Kind: "prototype.decided", Actor: one.DecidedBy, Refs: one.Refs(), Data: data}
}
