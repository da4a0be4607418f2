package webhook

import (
	"sync"
	"time"
)

// Rates is how many messages each hook has taken, and what was refused and is not
// written down yet. The zero Rates is ready.
type Rates struct {
	mu      sync.Mutex // guards the rest
	buckets map[string]bucket
	refused map[[2]string]counted
}

type bucket struct {
	full float64
	at   time.Time
}

type counted struct {
	times int64
	told  time.Time
}

// Take says whether a hook may take a message now. What was not used of a minute is
// there in the next, and no more.
func (r *Rates) Take(h Hook, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buckets == nil {
		r.buckets = map[string]bucket{}
	}
	most := float64(h.Rate)
	b, known := r.buckets[h.Name]
	if !known {
		b.full = most
	} else if gone := now.Sub(b.at); gone > 0 {
		b.full = min(most, b.full+most*gone.Minutes())
	}
	b.at = now
	may := b.full >= 1
	if may {
		b.full--
	}
	r.buckets[h.Name] = b
	return may
}

// Refused counts a message that was not taken, and says how many are to be written
// down: a flood of them is one write in each second.
func (r *Rates) Refused(hook, why string, now time.Time) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = map[[2]string]counted{}
	}
	key := [2]string{hook, why}
	c := r.refused[key]
	c.times++
	if now.Sub(c.told).Abs() < time.Second {
		r.refused[key] = c
		return 0
	}
	times := c.times
	r.refused[key] = counted{told: now}
	return times
}
