package preview

import (
	"slices"
	"sync"
	"time"

	"prentice"
)

// Asked is one request that a place was asked, without what stood behind its path.
type Asked struct {
	At      time.Time     `json:"at"`
	Method  string        `json:"method"`
	Path    string        `json:"path"`
	Service string        `json:"service"`
	Status  int           `json:"status"`
	Bytes   int64         `json:"bytes"`
	Took    time.Duration `json:"took"`
	Who     prentice.Ref  `json:"who,omitempty"`
}

// What is remembered at most: requests of a place, and places.
const (
	MostAsked  = 500
	mostPlaces = 200
	mostPath   = 300
)

// Requests remembers what was asked last. It is lost with the process; nothing decides by it.
type Requests struct {
	mu sync.Mutex // guards by
	by map[string]*ring
}

type ring struct {
	last []Asked // in the order of their ends, from next on
	next int
	at   time.Time
}

// Add remembers a request of a place.
func (q *Requests) Add(env string, a Asked) {
	if len(a.Path) > mostPath {
		a.Path = a.Path[:mostPath]
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.by[env]
	if r == nil {
		if len(q.by) >= mostPlaces {
			q.forget()
		}
		if q.by == nil {
			q.by = map[string]*ring{}
		}
		r = &ring{}
		q.by[env] = r
	}
	r.at = a.At
	if len(r.last) < MostAsked {
		r.last = append(r.last, a)
		return
	}
	r.last[r.next] = a
	r.next = (r.next + 1) % MostAsked
}

// forget makes room: the place that was asked last the longest ago goes.
func (q *Requests) forget() {
	var oldest string
	for env, r := range q.by {
		if oldest == "" || r.at.Before(q.by[oldest].at) {
			oldest = env
		}
	}
	delete(q.by, oldest)
}

// Of are the requests of a place, the newest first.
func (q *Requests) Of(env string, most int) []Asked {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.by[env]
	if r == nil {
		return []Asked{}
	}
	list := slices.Concat(r.last[r.next:], r.last[:r.next])
	slices.Reverse(list)
	return list[:min(most, len(list))]
}
