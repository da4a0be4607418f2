package db

import "time"

const (
	gatherTime = 5 * time.Millisecond // that a write may wait for others; a commit alone takes a part of that
	enough     = 16                   // writes, for which a commit costs each little
)

// gather waits for the writes that are about to come, while all who stand in line may wait.
func (d *DB) gather() {
	if !d.fewer() {
		return
	}
	over := time.NewTimer(gatherTime)
	defer over.Stop()
	for d.fewer() {
		select {
		case <-d.came:
		case <-over.C:
			return
		}
	}
}

// fewer says whether fewer writes stand in line than are about to come, and none that is in a hurry.
func (d *DB) fewer() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.waiting {
		if len(d.waiting) >= min(w.with, enough) {
			return false
		}
	}
	return len(d.waiting) > 0
}
