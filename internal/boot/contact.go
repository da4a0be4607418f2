package boot

import (
	"context"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/skill/security"
)

// How the hosts of a plan are tried before anyone is asked about it.
const (
	contactTime  = 5 * time.Second  // for each of them
	contactOnce  = 16               // at once, for all plans together
	contactMost  = 256              // of one plan's; of the others nothing is known
	reachedHolds = 30 * time.Second // that a host was reached
	lostHolds    = 10 * time.Second // that it was not
	freshHolds   = 2 * time.Second  // that it was reached, for anyone who waits; that it was not is asked again
)

// contacts tries the hosts of plans in the background, each once at a time and not
// again while it is known. The zero value knows nothing and tries none.
type contacts struct {
	one  func(context.Context, prentice.Target) // tries a host and keeps the answer
	last func(prentice.Ref) (security.HostState, bool)
	far  func(prentice.PlannedStep, prentice.Target) bool
	now  func() time.Time
	ctx  context.Context // of all that are tried
	end  context.CancelFunc
	turn chan struct{}

	mu     sync.Mutex
	trying map[prentice.Ref]chan struct{} // closed when it has been tried; guarded by mu
	closed bool                           // guarded by mu
	all    sync.WaitGroup
}

// begin makes them ready: one tries a host.
func (c *contacts) begin(s *System) {
	c.one = func(ctx context.Context, target prentice.Target) {
		s.tryHost(ctx, security.HostState{Host: target.Ref}, target, contactTime)
	}
	c.last, c.now, c.far = s.tried.of, time.Now, s.far
	c.ready()
}

func (c *contacts) ready() {
	c.ctx, c.end = context.WithCancel(context.Background())
	c.turn, c.trying = make(chan struct{}, contactOnce), map[prentice.Ref]chan struct{}{}
}

// far says whether a step is performed on another machine.
func (s *System) far(step prentice.PlannedStep, target prentice.Target) bool {
	for _, k := range s.Team.kinds {
		if k.Name() == step.Kind {
			f, ok := k.(interface {
				Far(prentice.PlannedStep, prentice.Target) bool
			})
			return ok && f.Far(step, target)
		}
	}
	return false
}

// Close gives up what is being tried, and waits for it.
func (c *contacts) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	if c.end != nil {
		c.end()
	}
	c.all.Wait()
	return nil
}

// Known implements runner.Hosts.
func (c *contacts) Known(plan prentice.Plan) *gate.Contact {
	return c.sum(plan, c.targets(plan), false)
}

// Try implements runner.Hosts.
func (c *contacts) Try(ctx context.Context, plan prentice.Plan, wait time.Duration) *gate.Contact {
	targets := c.targets(plan)
	var pending []chan struct{}
	for _, t := range targets[:min(len(targets), contactMost)] {
		h, known := c.recent(t.Ref)
		fresh := h.State == security.HostReached && c.now().Sub(h.Seen).Abs() < freshHolds
		if !known || wait > 0 && !fresh {
			pending = append(pending, c.begun(t))
		}
	}
	if wait > 0 {
		timed, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		for _, tried := range pending {
			select {
			case <-tried:
			case <-timed.Done():
			}
		}
	}
	return c.sum(plan, targets, wait > 0)
}

// targets are the hosts on which a plan acts over the network; what is reached from
// a host is acted on there.
func (c *contacts) targets(plan prentice.Plan) []prentice.Target {
	var list []prentice.Target
	for _, t := range plan.Targets {
		for _, s := range plan.Steps {
			if s.Section != prentice.Undo && c.far(s, t) {
				if m := t.Machine(); !slices.ContainsFunc(list, func(o prentice.Target) bool { return t.Via.Ref != "" && o.Ref == m.Ref }) {
					list = append(list, m)
				}
				break
			}
		}
	}
	return list
}

// recent is how a host was tried the last time, if that still counts.
func (c *contacts) recent(host prentice.Ref) (security.HostState, bool) {
	h, found := c.last(host)
	holds := lostHolds
	if h.State == security.HostReached {
		holds = reachedHolds
	}
	return h, found && c.now().Sub(h.Seen).Abs() < holds
}

// begun has a host tried, unless it is being tried already. What it gives back is
// closed when that is over.
func (c *contacts) begun(t prentice.Target) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if tried := c.trying[t.Ref]; tried != nil {
		return tried
	}
	tried := make(chan struct{})
	if c.closed {
		close(tried)
		return tried
	}
	c.trying[t.Ref] = tried
	c.all.Go(func() {
		defer func() {
			c.mu.Lock()
			delete(c.trying, t.Ref)
			c.mu.Unlock()
			close(tried)
		}()
		select {
		case c.turn <- struct{}{}:
			defer func() { <-c.turn }()
			c.one(c.ctx, t)
		case <-c.ctx.Done():
		}
	})
	return tried
}

// sum puts together what is known of a plan's hosts. For anyone who waited for fresh
// answers, what was known of a host before that is still being tried is none.
func (c *contacts) sum(plan prentice.Plan, targets []prentice.Target, fresh bool) *gate.Contact {
	if len(targets) == 0 {
		return nil
	}
	out := &gate.Contact{Hosts: len(targets), Lost: []gate.HostContact{}, First: c.first(plan, targets[0])}
	for _, t := range targets {
		h, known := c.recent(t.Ref)
		c.mu.Lock()
		trying := c.trying[t.Ref] != nil
		c.mu.Unlock()
		switch {
		case fresh && trying:
			out.Checking++
		case known && h.State == security.HostReached:
			out.Reached++
		case known:
			out.Lost = append(out.Lost, gate.HostContact{Host: t.Ref, State: h.Cause, Says: h.Says, Hint: h.Hint, Tried: h.Seen})
		case trying:
			out.Checking++
		}
	}
	return out
}

// first says whether what a plan does first is done on its hosts. What is done here
// before may be what brings them back.
func (c *contacts) first(plan prentice.Plan, target prentice.Target) bool {
	for _, section := range []prentice.Section{prentice.Act, prentice.Check} {
		if steps := plan.In(section); len(steps) > 0 {
			return c.far(steps[0], target)
		}
	}
	return false
}
