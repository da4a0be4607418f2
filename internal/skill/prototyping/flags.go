package prototyping

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/kit/nearest"
)

// Flags is the chapter at work.
type Flags struct {
	Deps
	known   atomic.Pointer[known]
	stale   atomic.Bool
	reading sync.Mutex
	wake    chan struct{} // of Tend
	counts  *Experiments  // counts who is given what; nil is no one
}

// known is the overrides in force, as they were read.
type known struct {
	at time.Time
	by map[string]Override
}

// trusted is how long what was read of overrides is used without asking again: other
// replicas write them too.
const trusted = time.Second

// Ring says that other overrides may be in force.
func (f *Flags) Ring() { f.stale.Store(true) }

// there says whether there is a server behind it.
func (f *Flags) there() error {
	if f.DB == nil || f.Set == nil {
		return prentice.Errorf(prentice.Unavailable, "no one answers for flags here").Try("start prentice: prentice up")
	}
	return nil
}

// find is a flag by its key or its ref.
func (f *Flags) find(key string) (*flag.Flag, error) {
	if err := f.there(); err != nil {
		return nil, err
	}
	key = bare(key)
	one, ok := f.Set().Find(key)
	if ok {
		return one, nil
	}
	err := prentice.Errorf(prentice.NotFound, "there is no flag %q in %s", key, flag.TeamFile)
	if near := nearest.Of(key, f.Set().Keys()); near != "" {
		return nil, err.Try("did you mean flag/%s?", near)
	}
	return nil, err.Try("list them with: prentice flag list")
}

// overrides are those in force. Where they cannot be read, those that were read last go
// on: a flag that was turned off stays off.
func (f *Flags) overrides(ctx context.Context) (*known, error) {
	now := f.Clock()
	k := f.known.Load()
	if k.fresh(now) && !f.stale.Load() {
		return k, nil
	}
	if k == nil || f.stale.Load() {
		f.reading.Lock()
	} else if !f.reading.TryLock() {
		return k, nil // someone is reading them
	}
	defer f.reading.Unlock()
	if k = f.known.Load(); k.fresh(now) && !f.stale.Load() {
		return k, nil
	}
	f.stale.Store(false)
	list, err := scanOverrides(f.reads(ctx), `ended = 0 AND ends > ? ORDER BY number`, db.Micros(now))
	if err != nil {
		f.stale.Store(true)
		if k == nil {
			return nil, err
		}
		return k, nil
	}
	k = &known{at: now, by: map[string]Override{}}
	for _, o := range list {
		k.by[o.Flag] = o
	}
	f.known.Store(k)
	return k, nil
}

// fresh says whether it need not be read again. A clock that was set back makes nothing
// fresh for longer.
func (k *known) fresh(now time.Time) bool {
	return k != nil && !now.Before(k.at) && now.Sub(k.at) < trusted
}

// of is the override of a flag in force, where the flag still has the variant.
func (k *known) of(f *flag.Flag, now time.Time) (Override, bool) {
	o, ok := k.by[f.Key]
	if _, has := f.Variants[o.Variant]; !ok || !has || !o.InForce(now) {
		return Override{}, false
	}
	return o, true
}

// Evaluate says what a flag answers in a context now.
func (f *Flags) Evaluate(ctx context.Context, key string, context map[string]any) (flag.Answer, error) {
	k, err := f.overrides(ctx)
	if err != nil {
		return flag.Answer{}, err
	}
	return f.evaluate(ctx, f.Set(), k, key, context), nil
}

func (f *Flags) evaluate(ctx context.Context, set *flag.Set, k *known, key string, context map[string]any) flag.Answer {
	now := f.Clock()
	variant := ""
	one, ok := set.Find(key)
	if ok {
		if o, ok := k.of(one, now); ok {
			variant = o.Variant
		}
	}
	answer := set.Evaluate(key, context, variant, now)
	if ok && f.counts != nil {
		if err := f.counts.exposes(ctx, one, context, answer, variant != ""); err != nil {
			return f.counts.uncounted(key, err)
		}
	}
	return answer
}
