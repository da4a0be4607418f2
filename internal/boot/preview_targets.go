package boot

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/engine/preview"
	facepreview "prentice/internal/face/preview"
	"prentice/internal/skill"
	"prentice/internal/skill/environments"
)

// targets are environments, as previews find them.
type targets struct {
	s *System

	mu    sync.Mutex // guards known
	known map[string]found
}

// found is what a name meant a moment ago: each request of a preview asks.
type found struct {
	place preview.Place
	err   error
	at    time.Time
}

const (
	foundLife = time.Second
	mostFound = 1000
)

func (t *targets) store() (*environment.Conductor, error) {
	if desk := skill.At[*environments.Desk](t.s.Skills); desk != nil && desk.Conductor != nil {
		return desk.Conductor, nil
	}
	return nil, prentice.Errorf(prentice.Unavailable, "no environments are made here").Try("start prentice: prentice up")
}

// Place implements preview.Targets: change-42 is what that change has now, or had last, and
// everything else is an ID.
func (t *targets) Place(ctx context.Context, name string) (preview.Place, error) {
	now := time.Now()
	t.mu.Lock()
	k, ok := t.known[name]
	t.mu.Unlock()
	if age := now.Sub(k.at); ok && age >= 0 && age < foundLife {
		return k.place, k.err
	}
	place, err := t.look(ctx, name)
	if err == nil || prentice.KindOf(err) == prentice.NotFound {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.known == nil || len(t.known) >= mostFound {
			t.known = map[string]found{}
		}
		t.known[name] = found{place, err, now}
	}
	return place, err
}

func (t *targets) look(ctx context.Context, name string) (preview.Place, error) {
	c, err := t.store()
	if err != nil {
		return preview.Place{}, err
	}
	if number, ok := changeNamed(name); ok {
		e, there, err := newest(ctx, c, number)
		if err == nil && !there {
			err = prentice.Errorf(prentice.NotFound, "change/%d has no environment", number).Try("make one: prentice env create --change %d", number)
		}
		return previewOf(e, name), err
	}
	e, err := c.Find(ctx, name)
	if err != nil {
		return preview.Place{}, err
	}
	return previewOf(e, e.ID), nil
}

// changeNamed reads change-42.
func changeNamed(name string) (int64, bool) {
	text, ok := strings.CutPrefix(name, "change-")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil && n > 0 && strconv.FormatInt(n, 10) == text
}

// newest is the environment that a change has, or else the last that it had.
func newest(ctx context.Context, c *environment.Conductor, change int64) (e environment.Environment, there bool, err error) {
	for _, ended := range []bool{false, true} {
		list, err := c.List(ctx, environment.Filter{Change: change, Ended: ended, Limit: 20})
		for _, one := range list {
			if one.Stage == environment.Ready { // a patch set that cannot be made takes nothing away
				return one, err == nil, err
			}
		}
		if err != nil || len(list) > 0 {
			return append(list, e)[0], err == nil, err
		}
	}
	return e, false, nil
}

// previewOf is an environment as its visitors find it.
func previewOf(e environment.Environment, name string) preview.Place {
	p := preview.Place{ID: e.ID, Name: name, Title: e.At, State: preview.Making, Waits: e.Says, Ends: e.Ends, By: e.By}
	if of := e.Of(); of != "" {
		p.Title = of.Name() + " " + e.At
	}
	if e.Change > 0 {
		p.Of = fmt.Sprintf("change-%d", e.Change)
		p.Title = fmt.Sprintf("change/%d of %s, patch set %d", e.Change, e.Repository, e.PatchSet)
	}
	switch e.Stage {
	case environment.Ready:
		p.State, p.Since = preview.Ready, e.Was
	case environment.Failed:
		p.State = preview.Failed
	case environment.Stopping, environment.Stopped:
		p.State, p.Since = preview.Stopped, e.Ended
	}
	seen := map[string]environment.Seen{}
	for _, s := range e.Services {
		seen[s.Service] = s
	}
	main := -1
	for _, s := range e.Spec.Services {
		if len(s.Ports) == 0 || s.Provider != "" {
			continue
		}
		one := preview.Service{Name: s.Name, Port: s.Ports[0], Host: s.Address.Host}
		switch at := seen[s.Name]; at.State {
		case environment.Waiting, environment.Starting, environment.Gone, environment.Unwell:
			one.Says = strings.TrimSuffix("the service "+s.Name+" is "+string(at.State)+": "+at.Says, ": ")
		}
		p.Services = append(p.Services, one)
		if s.Address.Main {
			main = len(p.Services) - 1
		}
	}
	if len(p.Services) > 0 {
		p.Services[max(0, main)].Main = true
	}
	return p
}

// Dial implements preview.Targets: what another replica keeps is reached through that.
func (t *targets) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	c, err := t.store()
	if err != nil {
		return nil, err
	}
	e, err := c.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	if e.Owner == c.Self || t.s.replicas == nil || t.s.Settings.Replica == "" {
		return t.dialHere(ctx, id, service, port)
	}
	list, err := t.s.replicas.List(ctx)
	if err != nil {
		return nil, err
	}
	key, err := t.s.previewKey()
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.Name == e.Owner && r.Ended.IsZero() {
			return facepreview.Reach(ctx, key, r.URL, id, service, port, time.Now())
		}
	}
	return nil, prentice.Errorf(prentice.Unavailable, "%s is kept by the replica %s, which does not live", e.Ref(), e.Owner).Try("wait until another has it: prentice replica list")
}

// dialHere connects to a service that this process keeps.
func (t *targets) dialHere(ctx context.Context, id, service string, port int) (net.Conn, error) {
	c, err := t.store()
	if err != nil {
		return nil, err
	}
	e, err := c.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := c.Backend(e)
	if err != nil {
		return nil, err
	}
	return b.Dial(ctx, id, service, port)
}

// addressOf is where people find a service of an environment; "" is nowhere.
func (s *System) addressOf(e environment.Environment, service string) string {
	p := previewOf(e, e.ID)
	name := cmp.Or(p.Of, e.ID)
	one, ok := p.Service(service)
	if !ok {
		return ""
	}
	named := preview.Named{Place: name, Service: one.Name}
	if one.Main {
		named.Service = ""
	}
	return s.previewDomain().URL(named)
}

var _ preview.Targets = (*targets)(nil)
