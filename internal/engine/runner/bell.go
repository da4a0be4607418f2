package runner

import "sync"

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
