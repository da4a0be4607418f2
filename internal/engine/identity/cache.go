package identity

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	fresh  = 3 * time.Second // how long what changes by itself may go unseen
	mostly = 10_000          // how many are remembered at once
)

// revision counts the changes to people, tokens and sessions. Where others may
// share the database it is asked for with every request, so that what one process
// takes away counts at no other; on SQLite there is no other, and each change here
// forgets everyone.
func (i *Identity) revision(ctx context.Context) (n int64, err error) {
	if !i.db.Postgres() {
		return 0, nil
	}
	if err := i.db.QueryRow(ctx, `SELECT n FROM identity_revision WHERE id = 1`, nil, &n); err != nil {
		return 0, fmt.Errorf("look whether anybody's standing changed: %w", err)
	}
	return n, nil
}

// Changed is closed when people, tokens or sessions are next changed by this
// process.
func (i *Identity) Changed() <-chan struct{} { return i.cache.changes() }

// cache remembers for a few seconds who was recognised. Strangers are not
// remembered. Any change to people, tokens or sessions forgets everyone.
type cache struct {
	mu         sync.Mutex // guards the fields below
	generation int64      // counts how often everyone was forgotten
	known      map[string]remembered
	changed    chan struct{} // closed by the next change; nil while no one waits
}

type remembered struct {
	known
	revision int64
	at       time.Time
}

func (c *cache) find(hash string, revision int64, now time.Time) (known, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.known[hash]
	// A clock that jumped back must not make it last.
	if age := now.Sub(r.at); !ok || r.revision != revision || age < 0 || age >= fresh || over(r.until, now) {
		return known{}, false
	}
	return r.known, true
}

// now is the generation to give to keep.
func (c *cache) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation
}

// keep remembers someone, unless everyone was forgotten while they were
// looked up: what was read then may not be true any more.
func (c *cache) keep(hash string, k known, revision int64, now time.Time, generation int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	if c.known == nil || len(c.known) >= mostly {
		c.known = map[string]remembered{}
	}
	c.known[hash] = remembered{k, revision, now}
}

func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.known = nil
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

func (c *cache) changes() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}
