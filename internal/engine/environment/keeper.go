package environment

import (
	"context"
	"fmt"
	"sync"
	"time"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/mask"
)

// keeper is the work on one environment, of which there is one in a process.
type keeper struct {
	c      *Conductor
	id     string
	stage  Stage              // as it was begun for
	cancel context.CancelFunc // of what is under way

	mu     sync.Mutex
	pulses map[string]Pulse
	asking map[string]bool
	begins map[string]int
	last   map[string]time.Time
	lost   map[string]bool // with the process that had begun them
}

// keep sees that an environment has a keeper, and that the keeper hears of a new stage.
func (c *Conductor) keep(ctx context.Context, e Environment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.keeping[e.ID]; k != nil {
		if e.Stage == Stopping && k.stage != Stopping {
			k.cancel()
		}
		return
	}
	if e.Stage == Failed || e.Stage == Stopped || e.Stage == Queued {
		return
	}
	work, cancel := context.WithCancel(ctx)
	k := &keeper{c: c, id: e.ID, stage: e.Stage, cancel: cancel, pulses: map[string]Pulse{}, asking: map[string]bool{}, begins: map[string]int{}, last: map[string]time.Time{}, lost: map[string]bool{}}
	c.keeping[e.ID] = k
	c.all.Go(func() {
		defer func() {
			cancel()
			c.mu.Lock()
			delete(c.keeping, e.ID)
			c.mu.Unlock()
			if ctx.Err() == nil {
				c.Ring()
			}
		}()
		if err := k.work(work, e); err != nil && work.Err() == nil {
			c.Log.Warn("an environment", "env", e.ID, "stage", e.Stage, "err", err)
			select { // what did not go is tried again, and not at once
			case <-work.Done():
			case <-time.After(lookEvery):
			}
		}
	})
}

func (k *keeper) work(ctx context.Context, e Environment) error {
	if e.Stage == Stopping && e.Backend == "" { // nothing of it was ever made
		now := k.c.Clock()
		_, err := k.c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { return e.Turn(Stopped, now, e.Says) })
		return err
	}
	b, err := k.c.Backend(e)
	if err != nil && e.Stage == Making {
		return k.fail(ctx, nil, e, err.Error())
	}
	if err != nil {
		return err
	}
	if e.Stage == Stopping {
		return k.remove(ctx, b, e)
	}
	return k.tend(ctx, b, e)
}

// remove takes all away that is there of it. The store says so after it is true.
func (k *keeper) remove(ctx context.Context, b Backend, e Environment) error {
	k.c.saw("removing")
	if !e.Was.IsZero() {
		k.tails(ctx, b, e)
		k.letEnd(ctx, b, e)
	}
	if err := b.Remove(ctx, e.ID); err != nil {
		return fmt.Errorf("remove it: %w", err)
	}
	k.c.saw("removed")
	k.c.ungave(e.ID)
	now := k.c.Clock()
	_, err := k.c.Edit(ctx, e.ID, now, itself, func(e *Environment) error { return e.Turn(Stopped, now, e.Says) })
	return err
}

// letEnd gives the programs of an environment their signal and their grace.
func (k *keeper) letEnd(ctx context.Context, b Backend, e Environment) {
	var all sync.WaitGroup
	for _, one := range e.Spec.Services {
		if one.Provider != "" || one.Once {
			continue
		}
		all.Go(func() {
			if err := b.Stop(ctx, e.Spec, one.Name); err != nil && ctx.Err() == nil {
				k.c.Log.Info("a service did not end by itself", "env", e.ID, "service", one.Name, "err", err)
			}
		})
	}
	all.Wait()
}

// tend makes an environment and keeps it.
func (k *keeper) tend(ctx context.Context, b Backend, e Environment) error {
	spec, free, err := k.prepared(ctx, b, e)
	defer func() {
		if free != nil {
			free()
		}
	}()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && e.Stage == Making:
		return k.fail(ctx, b, e, err.Error())
	case err != nil:
		return err // it is ready, and tried again
	}
	begun := k.c.Clock()
	first := true
	for {
		states, err := b.States(ctx, e.ID)
		if err != nil {
			return fmt.Errorf("ask how its services are: %w", err)
		}
		now := k.c.Clock()
		looked := k.looked(e, states, first)
		first = false
		todo := Next(e.Spec, e.Stage == Ready, looked, now)
		if len(todo.Start) > 0 && free == nil {
			if spec, free, err = k.spec(ctx, e); err != nil {
				return err
			}
		}
		for _, name := range todo.Start {
			k.c.saw("starting " + name)
			if err := b.Start(ctx, spec, name); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if e.Stage == Making {
					return k.fail(ctx, b, e, fmt.Sprintf("%s could not begin: %v", name, err))
				}
				k.c.Log.Warn("begin a service again", "env", e.ID, "service", name, "err", err)
			}
			k.c.saw("started " + name)
			k.begins[name]++
			k.last[name] = k.c.Clock()
			k.forget(name)
		}
		k.askHealth(ctx, b, e.Spec, looked)
		if e, err = k.said(ctx, b, e, todo, now, begun); err != nil || e.Stage == Failed || e.Stage == Stopping {
			return err
		}
		if len(todo.Start) > 0 {
			continue
		}
		if e.Stage == Ready && free != nil { // the repository is not held open for as long as it lives
			free()
			free = nil
		}
		wait := 100 * time.Millisecond
		if e.Stage == Ready {
			wait = lookEvery
		}
		if todo.In > 0 {
			wait = min(wait, todo.In)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// prepared makes what is there before the first service.
func (k *keeper) prepared(ctx context.Context, b Backend, e Environment) (spec Spec, free func(), err error) {
	if spec, free, err = k.spec(ctx, e); err != nil {
		return spec, free, err
	}
	if err := b.Can(ctx, spec); err != nil {
		return spec, free, err
	}
	k.c.saw("preparing")
	err = b.Prepare(ctx, spec, k.teller(ctx, e))
	k.c.saw("prepared")
	return spec, free, err
}

// said writes down how the services are, and whether that makes another stage of it.
func (k *keeper) said(ctx context.Context, b Backend, e Environment, todo Todo, now, begun time.Time) (Environment, error) {
	if e.Stage == Making {
		late := k.c.Clock().Sub(begun) > mostMaking
		if todo.Fail == "" && late {
			todo.Fail = fmt.Sprintf("it was not ready within %s: it %s", mostMaking, todo.Waits)
		}
		if todo.Fail != "" {
			err := k.failSeen(ctx, b, e, todo.Fail, todo.Seen)
			e.Stage = Failed
			return e, err
		}
	}
	return k.c.Edit(ctx, e.ID, now, itself, func(one *Environment) error {
		if one.Stage != Making && one.Stage != Ready || one.Owner != k.c.Self {
			return nil
		}
		one.Services = todo.Seen
		switch {
		case one.Stage == Making && todo.Ready:
			k.c.saw("ready")
			return one.Turn(Ready, now, "")
		default:
			one.Says = todo.Waits
		}
		return nil
	})
}

// fail writes down why it could not be made, with the end of what its services printed, and
// ends them. What is there of it is removed when it is stopped, or at its end.
func (k *keeper) fail(ctx context.Context, b Backend, e Environment, why string) error {
	return k.failSeen(ctx, b, e, why, e.Services)
}

func (k *keeper) failSeen(ctx context.Context, b Backend, e Environment, why string, seen []Seen) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b != nil {
		k.tails(ctx, b, e)
	}
	now := k.c.Clock()
	values, _ := k.c.hidden(ctx, e) // one that cannot be had was given to no service
	why = mask.String(why, values)
	_, err := k.c.Edit(ctx, e.ID, now, itself, func(one *Environment) error {
		if one.Stage == Stopping || one.Stage == Failed {
			return nil
		}
		one.Services = seen
		return one.Turn(Failed, now, clip.To(why, 1000))
	})
	if err != nil || b == nil {
		return err
	}
	k.c.saw("failed")
	return b.Remove(ctx, e.ID)
}
