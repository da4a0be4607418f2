package runner

import (
	"sync"

	"prentice/internal/engine/run"
)

// hub tells anyone who watches a run what happens to it. A watcher that does not
// keep up loses moments, never the run its time: the store has them all.
type hub struct {
	mu       sync.Mutex
	watchers map[int64]map[chan run.Moment]bool // guarded by mu; key 0 watches all
}

func newHub() *hub { return &hub{watchers: map[int64]map[chan run.Moment]bool{}} }

// watch listens to one run, or to all with 0, until stop is called.
func (h *hub) watch(number int64) (moments <-chan run.Moment, stop func()) {
	c := make(chan run.Moment, 256)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[number] == nil {
		h.watchers[number] = map[chan run.Moment]bool{}
	}
	h.watchers[number][c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers[number], c)
		if len(h.watchers[number]) == 0 {
			delete(h.watchers, number)
		}
	}
}

// watched says whether someone watches a run or all of them; of 0, whether
// anyone watches anything.
func (h *hub) watched(run int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if run == 0 {
		return len(h.watchers) > 0
	}
	return len(h.watchers[run]) > 0 || len(h.watchers[0]) > 0
}

func (h *hub) tell(m run.Moment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range []int64{m.Run, 0} {
		for c := range h.watchers[key] {
			select {
			case c <- m:
			default:
			}
		}
	}
}

// bell wakes everyone who waits for something to change.
type bell struct {
	mu sync.Mutex
	c  chan struct{} // closed and replaced at each ring; guarded by mu
}

func newBell() *bell { return &bell{c: make(chan struct{})} }

// wait is closed at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.c
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.c)
	b.c = make(chan struct{})
}
