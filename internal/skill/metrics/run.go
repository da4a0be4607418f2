package metrics

import (
	"context"
	"hash/fnv"
	"reflect"
	"sync"
	"time"

	"prentice/internal/engine/metric"
	"prentice/internal/kit/clip"
)

// place is a target of a job.
type place struct{ job, target string }

// Word is how a target stands.
type Word string

// The states.
const (
	Up      Word = "up"
	Limited Word = "limited"
	Down    Word = "down"
	Fresh   Word = "new"
)

// Health is how the last scrape of a target went.
type Health struct {
	State  Word
	At     time.Time
	Took   time.Duration
	Series int
	Left   int
	Says   string
}

const (
	follow    = time.Second // between two looks at the files
	mostBusy  = 64          // scrapes at once
	againOpen = time.Minute // until the store is tried again
)

// run scrapes until ctx ends.
func (k *Desk) run(ctx context.Context) error {
	if k.Open == nil || k.Rules == nil || k.Scrape == nil {
		<-ctx.Done()
		return nil
	}
	busy := make(chan struct{}, mostBusy)
	loops := map[place]loop{}
	var all sync.WaitGroup
	defer func() { // with no scrape under way
		all.Wait()
		k.close()
	}()
	tick := time.NewTicker(follow)
	defer tick.Stop()
	var retry time.Time
	for {
		rules := k.Rules()
		if rules != nil && len(rules.Jobs) > 0 && k.store == nil && !k.Clock().Before(retry) {
			retry = k.Clock().Add(againOpen)
			k.open(rules.Kept)
		}
		if rules != nil && k.store != nil {
			k.follow(ctx, rules, loops, busy, &all)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// loop is what asks a target.
type loop struct {
	job  metric.Job
	stop context.CancelFunc
}

func (k *Desk) open(kept time.Duration) {
	store, err := k.Open(kept)
	k.using.Lock()
	defer k.using.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wrong = ""; err != nil {
		k.wrong = err.Error()
		k.Log.Error("open the samples of metrics; it is tried again", "err", err)
		return
	}
	k.store = store
}

func (k *Desk) close() {
	k.using.Lock()
	defer k.using.Unlock()
	if k.store == nil {
		return
	}
	if err := k.store.Close(); err != nil {
		k.Log.Error("close the samples of metrics", "err", err)
	}
	k.store = nil
}

// follow begins what is declared, and ends what is not any more or otherwise.
func (k *Desk) follow(ctx context.Context, rules *metric.Rules, loops map[place]loop, busy chan struct{}, all *sync.WaitGroup) {
	there := map[place]metric.Job{}
	for _, j := range rules.Jobs {
		for _, target := range j.Targets {
			there[place{j.Name, target}] = j
		}
	}
	for at, l := range loops {
		if j, is := there[at]; !is || !reflect.DeepEqual(j, l.job) {
			l.stop()
			delete(loops, at)
		}
	}
	for at, j := range there {
		if _, runs := loops[at]; runs {
			continue
		}
		loopCtx, stop := context.WithCancel(ctx)
		loops[at] = loop{j, stop}
		all.Add(1)
		go func() {
			defer all.Done()
			k.ask(loopCtx, ctx, j, at, busy)
		}()
	}
}

// ask asks a target again and again, at its own moment of the interval. When it is not declared any
// more, its series end; when prentice ends, they do not.
func (k *Desk) ask(ctx, all context.Context, j metric.Job, at place, busy chan struct{}) {
	known := map[string][]metric.Label{}
	next := firstSlot(k.Clock(), j.Every, at)
	wait := time.NewTimer(next.Sub(k.Clock()))
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			if all.Err() == nil {
				k.end(all, j, at, known)
			}
			return
		case <-wait.C:
		}
		select {
		case busy <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		known = k.scrape(ctx, j, at, known)
		<-busy
		for now := k.Clock(); !next.After(now); { // what could not be in time is left out
			next = next.Add(max(j.Every, now.Sub(next).Truncate(j.Every)))
		}
		wait.Reset(next.Sub(k.Clock()))
	}
}

// firstSlot is the next moment of a target.
func firstSlot(now time.Time, every time.Duration, at place) time.Time {
	h := fnv.New64a()
	h.Write([]byte(at.job + "\x00" + at.target))
	offset := time.Duration(h.Sum64() % uint64(every)) //nolint:gosec // an interval is not negative
	slot := now.Truncate(every).Add(offset)
	if slot.Before(now) {
		slot = slot.Add(every)
	}
	return slot
}

// scrape asks a target once, writes what it says, and gives back which series it has.
func (k *Desk) scrape(ctx context.Context, j metric.Job, at place, known map[string][]metric.Label) map[string][]metric.Label {
	began := k.Clock()
	said, err := k.Scrape(ctx, j, at.target)
	if ctx.Err() != nil {
		return known
	}
	h := Health{State: Up, At: began, Took: k.Clock().Sub(began)}
	if err != nil {
		h.State, h.Says, said = Down, clip.Text(err.Error()), metric.Scraped{}
	}
	taken := j.Take(at.target, said, known)
	h.Series, h.Left = len(taken.Samples), taken.Left+said.Bent
	if h.Left > 0 {
		h.State, h.Says = Limited, taken.Says(j.MostSeries)
	}
	if said.Bent > 0 {
		h.Says = joined(h.Says, "the labels of some of its series are out of bounds")
	}
	written, err := k.write(ctx, began, append(taken.Samples, j.About(at.target, h.State != Down, h.Took.Seconds(), len(said.Samples), h.Left)...), taken.Ended)
	switch {
	case err != nil:
		h.State, h.Says = Down, "its samples cannot be kept: "+clip.Text(err.Error())
		k.Log.Error("keep samples", "job", at.job, "err", err)
	case written.Full > 0:
		h.State, h.Says = Limited, joined(h.Says, "there is no room for more series here")
	case written.Old > 0:
		h.Says = joined(h.Says, "the clock went back, and what is older than what is kept is not kept")
	}
	k.mu.Lock()
	k.health[at] = h
	k.mu.Unlock()
	return taken.Known
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func (k *Desk) write(ctx context.Context, at time.Time, samples []metric.Sample, ended [][]metric.Label) (out metric.Written, err error) {
	err = k.with(func(s Store) error {
		out, err = s.Write(ctx, at, samples, ended)
		return err
	})
	return out, err
}

// end ends all series of a target.
func (k *Desk) end(ctx context.Context, j metric.Job, at place, known map[string][]metric.Label) {
	var ended [][]metric.Label
	for _, labels := range known {
		ended = append(ended, labels)
	}
	for _, one := range j.About(at.target, false, 0, 0, 0) {
		ended = append(ended, one.Labels)
	}
	if _, err := k.write(ctx, k.Clock(), nil, ended); err != nil {
		k.Log.Error("end series", "job", at.job, "err", err)
	}
	k.mu.Lock()
	delete(k.health, at)
	k.mu.Unlock()
}
