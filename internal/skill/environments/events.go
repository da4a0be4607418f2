package environments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

// followEvery is how often environments are compared with changes, where nothing was told:
// what is told can be lost.
const followEvery = 30 * time.Second

// listen hears what became of changes.
func (k *Desk) listen(_ context.Context, e prentice.EventRecord) error {
	switch e.Type {
	case "change.opened", "change.updated", "change.landed", "change.abandoned":
		k.ring()
		if k.Conductor != nil {
			k.Conductor.Ring()
		}
	}
	return nil
}

func (k *Desk) ring() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// over says that what an environment was for is over: its change landed or was abandoned, or
// a newer patch set of it has an environment that is ready.
func (k *Desk) over(ctx context.Context, e environment.Environment) (string, error) {
	if e.Change == 0 || k.Change == nil {
		return "", nil
	}
	c, _, err := k.Change(ctx, e.Change)
	if err != nil {
		return "", err
	}
	if !c.Going() {
		return fmt.Sprintf("%s is %s", c.Ref(), c.State), nil
	}
	if c.PatchSet == e.PatchSet {
		return "", nil
	}
	others, err := k.List(ctx, environment.Filter{Repository: e.Repository, Change: e.Change})
	for _, o := range others {
		if o.PatchSet > e.PatchSet && (o.Stage == environment.Ready || e.Stage == environment.Queued) {
			return fmt.Sprintf("%s has patch set %d, in %s", c.Ref(), o.PatchSet, o.Ref()), err
		}
	}
	return "", err
}

// follow sees that the environments of changes are those of their newest patch sets. One
// process does so for all.
func (k *Desk) follow(ctx context.Context) error {
	if k.there() != nil || k.Changes == nil {
		return nil
	}
	for {
		if err := k.followAll(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("environments of changes", "err", err)
		}
		if err := k.forgetCopies(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("copies of folders", "err", err)
		}
		if err := k.settlePlaces(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("leases of places", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-time.After(followEvery):
		}
	}
}

// settlePlaces ends leases whose time is over, and gives places to who is next.
func (k *Desk) settlePlaces(ctx context.Context) (trouble error) {
	for _, p := range k.Rules().Places {
		if p.Leased {
			_, err := k.Lease(ctx, p, k.Clock(), nil)
			trouble = errors.Join(trouble, err)
		}
	}
	return trouble
}

// followAll asks for what changes are to have: those whose repository says so, and those of
// which someone asked for an environment of an older patch set.
func (k *Desk) followAll(ctx context.Context) (trouble error) {
	open, err := k.Changes(ctx, "")
	if err != nil {
		return err
	}
	always := map[string]bool{}
	for _, c := range open {
		branch := c.Repository + ":" + c.Branch
		if _, known := always[branch]; !known {
			p, err := k.preview(ctx, c.Repository, c.Branch)
			trouble = errors.Join(trouble, err)
			always[branch] = err == nil && p.Always
		}
		trouble = errors.Join(trouble, k.followOne(ctx, c, always[branch]))
	}
	return trouble
}

func (k *Desk) followOne(ctx context.Context, c change.Change, always bool) error {
	had, err := k.List(ctx, environment.Filter{Repository: c.Repository, Change: c.Number, Ended: true, Limit: 20})
	if err != nil {
		return err
	}
	wanted := always
	in := CreateIn{Change: fmt.Sprint(c.Number)}
	by := prentice.Prentice("environments")
	for _, e := range had {
		if e.PatchSet >= c.PatchSet {
			return nil // it has one, or had: who stopped it does not want it
		}
		if e.Live() && e.Stage != environment.Failed && !wanted {
			wanted, in.Purpose, in.Profiles, in.Backend, in.TTL = true, e.Purpose, e.Profiles, e.Backend, time.Until(e.Ends)
		}
	}
	if !wanted {
		return nil
	}
	if in.TTL < time.Minute {
		in.TTL = 0
	}
	return k.askFor(ctx, c, in, by)
}

// askFor asks for the environment of a patch set. Why it cannot be is said once, as one that
// failed: who proposed the change sees it beside the change.
func (k *Desk) askFor(ctx context.Context, c change.Change, in CreateIn, by prentice.Actor) error {
	now := k.Clock()
	_, err := k.create(ctx, callOf(by, now), in)
	switch prentice.KindOf(err) {
	case prentice.Invalid, prentice.Refused:
	default:
		return err
	}
	if err == nil {
		return nil
	}
	quota := k.Rules().Quota
	ends, bad := quota.End(now, min(time.Hour, quota.Longest))
	if bad != nil {
		return bad
	}
	e, bad := k.Add(ctx, environment.Environment{Repository: c.Repository, At: c.Commit, Commit: c.Commit, Change: c.Number, PatchSet: c.PatchSet, By: by.Ref(), Ends: ends}, now, quota)
	if bad != nil {
		return bad
	}
	_, bad = k.Edit(ctx, e.ID, now, by.Ref(), func(e *environment.Environment) error {
		return e.Turn(environment.Failed, now, err.Error())
	})
	return bad
}

func callOf(by prentice.Actor, now time.Time) op.Call { return op.Call{Actor: by, Now: now} }
