package identity

import (
	"sync"
	"time"
)

const (
	fresh  = 3 * time.Second // how long another process's revocation may go unseen
	mostly = 10_000          // how many are remembered at once
)

// cache remembers for a few seconds who was recognised. Strangers are not
// remembered. Any change to people, tokens or sessions forgets everybody.
type cache struct {
	mu         sync.Mutex // guards the fields below
	generation int64      // counts how often everybody was forgotten
	known      map[string]remembered
}

type remembered struct {
	known
	at time.Time
}

func (c *cache) find(hash string, now time.Time) (known, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.known[hash]
	// A clock that jumped back must not make it last.
	if age := now.Sub(r.at); !ok || age < 0 || age >= fresh || over(r.until, now) {
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

// keep remembers somebody, unless everybody was forgotten while they were
// looked up: what was read then may not be true any more.
func (c *cache) keep(hash string, k known, now time.Time, generation int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	if c.known == nil || len(c.known) >= mostly {
		c.known = map[string]remembered{}
	}
	c.known[hash] = remembered{k, now}
}

func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.known = nil
}
