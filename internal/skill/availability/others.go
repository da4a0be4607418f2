package availability

import (
	"context"
	"time"

	"prentice"
)

// readEvery is how often is read what another process has seen.
const readEvery = 2 * time.Second

// believed is the rules by which a state is believed. What another process sees is
// written down, and read, later than it was seen.
func (l *Lookout) believed(r Rules) Rules {
	if l.Lead != nil && !l.looks {
		r.Stale += keepEvery + readEvery
	}
	return r
}

// anew begins to look from what is kept, whatever this process knew before:
// another may have looked since.
func (l *Lookout) anew(ctx context.Context) error {
	l.mu.Lock()
	l.loaded, l.looks, l.declared = l.loaded && l.Lead == nil, true, nil
	if !l.loaded {
		l.all, l.at, l.fresh, l.cut = map[key]*watched{}, nil, nil, cutoff{}
	}
	l.mu.Unlock()
	return l.load(ctx)
}

// followOthers reads what the process that looks has seen, while it is another,
// and tells those who listen here, until ctx ends.
func (l *Lookout) followOthers(ctx context.Context) {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := l.read(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("read what another replica has seen of services", "err", err)
		}
	}
}

func (l *Lookout) read(ctx context.Context) error {
	l.mu.Lock()
	looks := l.looks
	l.mu.Unlock()
	if looks {
		return nil
	}
	states, days, err := l.kept.read(ctx, slotAt(l.Clock())-daySlots+1)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.looks { // meanwhile
		return nil
	}
	was := l.all
	l.all, l.at, l.fresh, l.loaded = map[key]*watched{}, nil, nil, true
	for _, s := range states {
		l.all[s.key] = &watched{key: s.key, rule: prentice.Probe{Kind: s.kind, Target: s.target}, state: s.state, day: days[s.key], gone: true}
		before := Unknown
		if w := was[s.key]; w != nil {
			before = orUnknown(w.state.Word)
		}
		if now := orUnknown(s.state.Word); before != now {
			l.hub.Tell(Change{Time: l.Clock(), Service: s.service, Probe: s.probe, From: before, To: now, Says: s.state.Reason}, everyone{})
		}
	}
	l.follow()
	return nil
}
