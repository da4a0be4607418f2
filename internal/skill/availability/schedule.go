package availability

import (
	"container/heap"
	"context"
	"hash/fnv"
	"sync"
	"time"
)

// firstWithin is the longest that a probe waits for its first look. Its own
// interval may be longer, but no one wants to wait that long to know. Of either, nine tenths
// are used: starting takes time too, and all should have been looked at within one interval.
const firstWithin = 10 * time.Second

// patience is how long a look holds one of the places of those under way. What takes
// longer goes on without one, so that targets that hang do not delay the others: each has
// one look at a time in any case, and ends at its timeout.
const patience = 250 * time.Millisecond

// Run looks at everything until the context ends, and then keeps what it has
// seen.
func (l *Lookout) Run(ctx context.Context) error {
	defer l.hub.Close()
	if l.Lead == nil {
		return l.lookOut(ctx)
	}
	var following sync.WaitGroup
	following.Go(func() { l.followOthers(ctx) })
	defer following.Wait()
	return l.Lead(ctx, l.lookOut)
}

// lookOut looks until ctx ends.
func (l *Lookout) lookOut(ctx context.Context) error {
	if err := l.anew(ctx); err != nil {
		l.mu.Lock()
		l.looks = false // it goes on reading what others see
		l.mu.Unlock()
		return err
	}
	l.mu.Lock()
	l.work, l.lag, l.beganAt = Work{Began: l.Clock()}, lag{}, time.Now()
	l.mu.Unlock()

	var looks sync.WaitGroup
	defer func() {
		looks.Wait()
		l.keepLast()
		l.mu.Lock()
		l.looks = false
		l.mu.Unlock()
	}()
	keeping := make(chan struct{})
	go func() { defer close(keeping); l.keepOn(ctx) }()
	defer func() { <-keeping }()
	var telling sync.WaitGroup
	telling.Go(func() { l.tellAlive(ctx) })
	defer telling.Wait()

	slots := make(chan struct{}, l.Most)
	var line queue
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		l.mu.Lock()
		l.follow()
		for _, w := range l.fresh {
			w.due = time.Now().Add(offset(w.key, min(w.rule.Interval, firstWithin)*9/10))
			heap.Push(&line, turn{w.due, w})
		}
		l.fresh = nil
		l.mu.Unlock()
		l.tellRemoved(ctx)
		for len(line) > 0 && !line[0].due.After(time.Now()) {
			t := heap.Pop(&line).(turn)
			next, there := l.begin(ctx, t.w, slots, &looks)
			if there {
				heap.Push(&line, turn{next, t.w})
			}
			if ctx.Err() != nil {
				return nil
			}
		}
		wait := time.Second // the catalog may change
		if len(line) > 0 {
			wait = min(wait, time.Until(line[0].due))
		}
		timer.Reset(max(0, wait))
	}
}

// begin starts a look, if the one before is over, and says when the next is due.
// It waits when too many looks are under way.
func (l *Lookout) begin(ctx context.Context, w *watched, slots chan struct{}, looks *sync.WaitGroup) (next time.Time, there bool) {
	l.mu.Lock()
	if w.gone {
		l.mu.Unlock()
		return time.Time{}, false
	}
	due := w.due
	w.due = after(due, w.rule.Interval, time.Now())
	next = w.due
	skip := w.busy
	if skip {
		l.work.Left++
	}
	w.busy = true
	rule, first := w.rule, w.state.passing()
	l.mu.Unlock()
	if skip {
		return next, true
	}

	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return next, true
	}
	late := time.Since(due) > time.Second
	looks.Go(func() {
		free := sync.OnceFunc(func() { <-slots })
		defer free()
		long := time.AfterFunc(patience, free)
		defer long.Stop()
		l.look(ctx, w, rule, late, first)
	})
	return next, true
}

// after is the next turn on the probe's own beat. Turns that were missed are not
// made up for.
func after(due time.Time, interval time.Duration, now time.Time) time.Time {
	interval = max(interval, time.Millisecond)
	next := due.Add(interval)
	if behind := now.Sub(next); behind > 0 {
		next = next.Add((behind/interval + 1) * interval)
	}
	return next
}

// offset spreads probes over a span by their names, the same way every time: no
// herd at the start, and no queue either.
func offset(k key, span time.Duration) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(k.String())) //nolint:errcheck // a hash takes everything
	x := h.Sum64()
	x ^= x >> 33 // FNV's high bits are poor for names that differ at their end
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return time.Duration(x % uint64(max(span, 1)))
}

// turn is when a probe is due. A queue is a heap of them.
type turn struct {
	due time.Time
	w   *watched
}

type queue []turn

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(turn)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = turn{}
	*q = (*q)[:last]
	return t
}
