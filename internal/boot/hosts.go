package boot

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/adapter/ssh"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/nearest"
	"prentice/internal/skill/security"
	"prentice/internal/team"
)

// How hosts are checked.
const (
	checkedAtOnce = 16
	checkTime     = 15 * time.Second
	linesLooked   = 20 // of evidence about a host, for the last step there
)

// tries is how the last check of each host came out, since this process began.
type tries struct {
	mu   sync.Mutex
	last map[prentice.Ref]security.HostState // guarded by mu
}

func (t *tries) keep(h security.HostState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = map[prentice.Ref]security.HostState{}
	}
	t.last[h.Host] = h
}

func (t *tries) forget(host prentice.Ref) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.last, host)
}

func (t *tries) of(ref prentice.Ref) (security.HostState, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, ok := t.last[ref]
	return h, ok
}

// hosts is the hosts that names choose, with what is known of each.
func (s *System) hosts(ctx context.Context, names []string) ([]security.HostState, error) {
	c := s.Team.Catalog()
	chosen, err := choose(c, names)
	if err != nil {
		return nil, err
	}
	list := []security.HostState{}
	for _, h := range chosen {
		state, err := s.hostState(ctx, c, h)
		if err != nil {
			return nil, err
		}
		list = append(list, state)
	}
	return list, nil
}

// choose is the hosts that names mean: a host, a pattern, a group, or the hosts of a
// service. A name that means none is refused.
func choose(c *team.Catalog, names []string) ([]team.Host, error) {
	if len(names) == 0 {
		return c.Hosts, nil
	}
	wanted := map[prentice.Ref]bool{}
	for _, name := range names {
		found := false
		for _, h := range c.Hosts {
			if means(name, h) {
				wanted[h.Ref], found = true, true
			}
		}
		if s, err := c.Service(strings.TrimPrefix(name, "service/")); !found && err == nil {
			for _, h := range s.Hosts {
				wanted[h.Ref], found = true, true
			}
		}
		if !found {
			return nil, noHost(c, name)
		}
	}
	return slices.DeleteFunc(slices.Clone(c.Hosts), func(h team.Host) bool { return !wanted[h.Ref] }), nil
}

func means(name string, h team.Host) bool {
	bare := strings.TrimPrefix(name, "host/")
	fits, err := path.Match(bare, h.Ref.Name())
	return err == nil && fits || slices.Contains(h.Groups, strings.TrimPrefix(name, "group/"))
}

func noHost(c *team.Catalog, name string) error {
	var known []string
	for _, h := range c.Hosts {
		known = append(append(known, h.Ref.Name()), h.Groups...)
	}
	for _, s := range c.Services {
		known = append(known, s.Ref.Name())
	}
	e := prentice.Errorf(prentice.NotFound, "no host, group or service is called %.100q", name)
	if near := nearest.Of(name, known); near != "" {
		return e.Try("did you mean %s?", near)
	}
	return e.Try("list the hosts with: prentice host list")
}

// hostState is what is known of a host without asking it.
func (s *System) hostState(ctx context.Context, c *team.Catalog, h team.Host) (security.HostState, error) {
	state := security.HostState{Host: h.Ref, Groups: append([]string{}, h.Groups...), Services: []prentice.Ref{}, Keys: []string{}, State: security.HostUnknown}
	for _, service := range c.Services {
		if slices.ContainsFunc(service.Hosts, func(on team.Host) bool { return on.Ref == h.Ref }) {
			state.Services = append(state.Services, service.Ref)
		}
	}
	last, err := s.lastStep(ctx, h.Ref)
	if err != nil {
		return state, err
	}
	if state.Seen = last; !last.IsZero() {
		state.State = security.HostReached
	}
	if h.Local && h.Address == "" {
		state.State = security.HostHere
		return state, nil
	}
	known := s.reach.About(h.Ref.Name(), h.Address)
	state.Address, state.Keys = known.User+"@"+known.Address, append(state.Keys, known.Keys...)
	if try, ok := s.tried.of(h.Ref); ok && try.Seen.After(last) {
		state.State, state.Seen, state.Says, state.Hint, state.Cause = try.State, try.Seen, try.Says, try.Hint, try.Cause
	}
	switch {
	case h.Blocked != "":
		state.State, state.Says = security.HostBlocked, h.Blocked
	case known.Why != "":
		state.State, state.Says = security.HostBlocked, known.Why
	case known.Connected:
		state.State = security.HostConnected
	}
	return state, nil
}

// lastStep is when a step last came out well on a host; the zero time for none
// lately.
func (s *System) lastStep(ctx context.Context, host prentice.Ref) (time.Time, error) {
	lines, err := s.ledger.List(ctx, ledger.Filter{Ref: host, Limit: linesLooked})
	for _, line := range lines {
		if line.Kind == "step.done" {
			return line.Time, err
		}
	}
	return time.Time{}, err
}

// checkHosts tries to reach each of the hosts that names choose, some at a time.
func (s *System) checkHosts(ctx context.Context, names []string) ([]security.HostState, error) {
	list, err := s.hosts(ctx, names)
	if err != nil {
		return nil, err
	}
	c := s.Team.Catalog()
	free := make(chan struct{}, checkedAtOnce)
	var all sync.WaitGroup
	for i := range list {
		h, err := c.Host(list[i].Host.Name())
		if err != nil || list[i].State == security.HostHere || list[i].State == security.HostBlocked {
			continue
		}
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			list[i] = s.tryHost(ctx, list[i], h.Target(), checkTime)
		})
	}
	all.Wait()
	return list, ctx.Err()
}

// tryHost tries to reach a host, for at most a time, and keeps how that came out.
func (s *System) tryHost(ctx context.Context, h security.HostState, target prentice.Target, most time.Duration) security.HostState {
	timed, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	begun := time.Now()
	err := s.reach.Check(timed, target)
	h.Took, h.Says, h.Hint, h.Cause = time.Since(begun), "", "", ""
	switch {
	case ctx.Err() != nil && err != nil: // anyone who asked has gone, and that says nothing of the host
		return h
	case err == nil:
		h.State, h.Seen = security.HostReached, time.Now().UTC()
	case timed.Err() != nil:
		h.State, h.Cause, h.Says, h.Hint = security.HostLost, gate.ContactNoAnswer, "it did not answer within "+most.String(), "look at its network, and whether sshd runs there"
	default:
		h.Hint = prentice.HintOf(err)
		h.State, h.Cause, h.Says = security.HostLost, ssh.Trouble(err), strings.TrimSuffix(strings.TrimSuffix(err.Error(), ": "+h.Hint), "; nothing was done")
	}
	tried := h
	tried.Seen = time.Now().UTC()
	s.tried.keep(tried)
	return h
}
