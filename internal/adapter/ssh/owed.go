package ssh

import (
	"context"
	"sync"
	"time"

	"prentice/internal/kit/outlive"
)

// The claims of steps whose proof is written have to go from the hosts. They go
// with the next step there, or by themselves after a while, so that a run does not
// wait for its tidying. What is still there when prentice is killed is swept.
const (
	owedTime   = 2 * time.Second
	mostOwed   = 64 // in one ask
	tidyAtMost = 3 * time.Second
)

// owed is what has to go from the hosts.
type owed struct {
	mu    sync.Mutex // guards what follows
	lists map[string]*owedList
	swept map[string]bool // where old claims have been swept since we came up
	tidy  sync.WaitGroup
}

// owedList is what has to go from one place, under one user.
type owedList struct {
	place *place
	sudo  bool
	keys  []string
	timer *time.Timer
}

func (j *job) corner() string {
	if j.sudo {
		return j.place.id() + " sudo"
	}
	return j.place.id()
}

// owe notes that the claim of a job has to go.
func (j *job) owe() {
	o, name := &j.owed, j.corner()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lists == nil {
		o.lists = map[string]*owedList{}
	}
	l := o.lists[name]
	if l == nil {
		l = &owedList{place: j.place, sudo: j.sudo}
		o.lists[name] = l
		o.tidy.Add(1)
		l.timer = time.AfterFunc(owedTime, func() { j.Reach.tidy(context.Background(), name); o.tidy.Done() })
	}
	l.keys = append(l.keys, j.key)
}

// take is what has to go from a corner, and whether it has to be swept.
func (o *owed) take(name string) (keys []string, sweep bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.swept == nil {
		o.swept = map[string]bool{}
	}
	sweep, o.swept[name] = !o.swept[name], true
	if l := o.lists[name]; l != nil {
		n := min(len(l.keys), mostOwed)
		keys, l.keys = l.keys[:n:n], l.keys[n:]
	}
	return keys, sweep
}

// tidy lets go of all that has to go from a corner, if the host answers soon.
func (r *Reach) tidy(ctx context.Context, name string) {
	r.owed.mu.Lock()
	l := r.owed.lists[name]
	delete(r.owed.lists, name)
	r.owed.mu.Unlock()
	if l == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	for len(l.keys) > 0 {
		n := min(len(l.keys), mostOwed)
		a := outlive.Ask{Action: outlive.Forget, Key: l.keys[0], Token: nonce(), Old: l.keys[1:n]}
		if _, err := r.ask(ctx, l.place, l.sudo, a, "", func(int64, []byte) error { return nil }); err != nil {
			return // it is swept later
		}
		l.keys = l.keys[n:]
	}
}

// tidyAll is tidy everywhere, before the end.
func (r *Reach) tidyAll() {
	ctx, cancel := context.WithTimeout(context.Background(), tidyAtMost)
	defer cancel()
	r.owed.mu.Lock()
	var all sync.WaitGroup
	for name, l := range r.owed.lists {
		if l.timer.Stop() {
			all.Go(func() { r.tidy(ctx, name); r.owed.tidy.Done() })
		}
	}
	r.owed.mu.Unlock()
	all.Wait()
	r.owed.tidy.Wait()
}
