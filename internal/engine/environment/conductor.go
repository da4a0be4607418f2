package environment

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
)

// Conductor makes the environments that were asked for, keeps them as they are to be, and
// removes them. Where it stands is in the store and in what the back ends say: a process
// that begins with what another left goes on there.
type Conductor struct {
	*Store
	Backends map[string]Backend
	Clock    func() time.Time
	Log      *slog.Logger
	Self     string                  // the process among those that share the database; "" is the only one
	Lives    func(owner string) bool // whether another of them lives; nil is that none does
	Quota    func() Quota            // the team's
	Pressure func() Pressure         // of this machine
	Tree     func(ctx context.Context, repository, commit string) (fs.FS, func() error, error)
	Copied   func(ctx context.Context, digest string) (Copy, error)
	Secret   func(ctx context.Context, name string) (string, error)
	Over     func(ctx context.Context, e Environment) (why string, err error) // what it was for is over; nil never is
	Saw      func(moment string)                                              // told of each moment, for tests that end it there

	mu      sync.Mutex
	keeping map[string]*keeper
	given   map[string]map[string][]string // the values of secrets, by environment and name
	left    atomic.Bool                    // another took over what this process kept: what is here of it is to go
	wake    chan struct{}
	once    sync.Once
	all     sync.WaitGroup
}

// How often it looks, where nothing rings.
const (
	lookEvery   = 2 * time.Second
	sweepEvery  = 5 * time.Minute
	mostMaking  = 15 * time.Minute // until an environment is ready
	tailBytes   = 64 << 10         // of what a service printed, that are kept
	tailTimeout = 5 * time.Second
)

func (c *Conductor) init() {
	c.once.Do(func() {
		c.wake, c.keeping = make(chan struct{}, 1), map[string]*keeper{}
		if c.Log == nil {
			c.Log = slog.New(slog.DiscardHandler)
		}
	})
}

// Ring says that there may be something to do. It does not wait.
func (c *Conductor) Ring() {
	c.init()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and then waits for what it began. What runs is not stopped by
// that: the next process finds it.
func (c *Conductor) Run(ctx context.Context) error {
	c.init()
	defer c.all.Wait()
	var swept time.Time
	for {
		if now := c.Clock(); c.left.Swap(false) || now.Sub(swept) >= sweepEvery || now.Before(swept) {
			if err := c.sweep(ctx); err != nil && ctx.Err() == nil {
				c.Log.Warn("look for what is left of environments", "err", err)
			}
			swept = now
		}
		if err := c.look(ctx); err != nil && ctx.Err() == nil {
			c.Log.Warn("look after environments", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-time.After(lookEvery):
		}
	}
}

func (c *Conductor) saw(moment string) {
	if c.Saw != nil {
		c.Saw(moment)
	}
}

// mine says whether this process has to do with an environment: it is its own, or that of
// one that is no more.
func (c *Conductor) mine(owner string) bool {
	return owner == c.Self || owner == "" || c.Lives == nil || !c.Lives(owner)
}

// look takes what waits, ends what is over, and sees that each of its environments has
// someone who keeps it.
func (c *Conductor) look(ctx context.Context) error {
	live, err := c.Live(ctx)
	if err != nil {
		return err
	}
	now := c.Clock()
	var waiting, made []Environment
	making, running := 0, 0
	var trouble error
	for _, e := range live {
		if e.Stage == Making {
			made = append(made, e)
		}
		switch {
		case e.Stage == Queued:
			if why := c.over(ctx, e, now); why != "" {
				_, err := c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { return e.Turn(Stopped, now, why) })
				trouble = errors.Join(trouble, err)
				continue
			}
			waiting = append(waiting, e)
			continue
		case !c.mine(e.Owner):
			c.leave(e.ID)
			continue
		}
		running++
		if e.Stage == Making {
			making++
		}
		trouble = errors.Join(trouble, c.see(ctx, e, now))
	}
	return errors.Join(trouble, c.admit(ctx, Turns(waiting, made), making, running, now))
}

// over says why one is to end, or "".
func (c *Conductor) over(ctx context.Context, e Environment, now time.Time) string {
	if !now.Before(e.Ends) {
		return "its end came"
	}
	if c.Over == nil {
		return ""
	}
	why, err := c.Over(ctx, e)
	if err != nil {
		c.Log.Warn("ask whether an environment is still for something", "env", e.ID, "err", err)
	}
	return why
}

// see does what is due for one that this process has to do with.
func (c *Conductor) see(ctx context.Context, e Environment, now time.Time) (err error) {
	if e.Owner != c.Self {
		if e, err = c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { return c.take(e, now) }); err != nil {
			return err
		}
	}
	if e.Stage != Stopping {
		if why := c.over(ctx, e, now); why != "" {
			if e, err = c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { return e.Turn(Stopping, now, why) }); err != nil {
				return err
			}
		} else if e.Told.IsZero() && now.After(e.Ends.Add(-Warns(e))) {
			if e, err = c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { e.Told = now; return nil }); err != nil {
				return err
			}
		}
	}
	c.keep(ctx, e)
	return nil
}

// admit has those made that may be.
func (c *Conductor) admit(ctx context.Context, waiting []Environment, making, running int, now time.Time) error {
	if len(waiting) == 0 {
		return nil
	}
	var p Pressure
	if c.Pressure != nil {
		p = c.Pressure()
	}
	take, says := Admit(waiting, making, running, c.quota(), p)
	var trouble error
	for _, e := range waiting {
		if slices.Contains(take, e.ID) {
			e, err := c.Edit(ctx, e.ID, now, itself, func(e *Environment) error {
				if e.Stage != Queued {
					return prentice.Errorf(prentice.Conflict, "it is %s already", e.Stage)
				}
				e.Owner = c.Self
				return e.Turn(Making, now, "")
			})
			if prentice.KindOf(err) == prentice.Conflict {
				continue // another process took it
			}
			if err != nil {
				trouble = errors.Join(trouble, err)
				continue
			}
			c.saw("taken")
			c.keep(ctx, e)
			continue
		}
		if e.Says == says[e.ID] {
			continue
		}
		_, err := c.Edit(ctx, e.ID, now, itself, func(one *Environment) error {
			if one.Stage == Queued {
				one.Says = says[e.ID]
			}
			return nil
		})
		trouble = errors.Join(trouble, err)
	}
	return trouble
}

func (c *Conductor) quota() Quota {
	if c.Quota == nil {
		return Usual()
	}
	return c.Quota()
}

// sweep removes what is there of environments that are over, or that no one knows: what the
// back ends have is asked before the store, so that one that is just made is known.
func (c *Conductor) sweep(ctx context.Context) (trouble error) {
	for name, b := range c.Backends {
		ids, err := b.All(ctx)
		if err != nil {
			trouble = errors.Join(trouble, err)
			continue
		}
		for _, id := range ids {
			e, err := c.Find(ctx, id)
			switch {
			case prentice.KindOf(err) == prentice.NotFound:
			case err != nil:
				trouble = errors.Join(trouble, err)
				continue
			case e.Live() && e.Stage != Failed && (e.Owner == c.Self || !lone(b)):
				continue
			}
			if err := b.Remove(ctx, id); err != nil {
				trouble = errors.Join(trouble, err)
				continue
			}
			c.Log.Info("what was left of an environment is removed", "env", id, "backend", name)
		}
	}
	return trouble
}

// Backend is the one that an environment is made by. What it says is without secrets.
func (c *Conductor) Backend(e Environment) (Backend, error) {
	b := c.Backends[e.Backend]
	if b == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "no back end here is called %q", e.Backend).Try("see what this machine lacks: prentice doctor")
	}
	if e.Owner != c.Self {
		return nil, prentice.Errorf(prentice.Unavailable, "%s is kept by the replica %s", e.Ref(), e.Owner).Try("ask there")
	}
	return c.quiet(b, e), nil
}
