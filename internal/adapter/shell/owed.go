package shell

import (
	"context"
	"sync"
	"time"

	"prentice/internal/kit/outlive"
)

// The claims of steps whose proof is written have to go. They go with the next
// step there, or by themselves after a while, so that a run does not
// wait for its tidying. What is still there when prentice is killed is swept.
const (
	owedTime   = 20 * time.Second
	mostOwed   = 64 // in one ask
	tidyTime   = 15 * time.Second
	tidyAtMost = 3 * time.Second
	sweepEvery = time.Hour // then it is looked whether the folder is still its user's alone, too
)

// owed is what has to go from the machines.
type owed struct {
	mu    sync.Mutex // guards what follows
	lists map[string]*owedList
	swept map[string]time.Time // when old claims were swept at the end of a way
	tidy  sync.WaitGroup
}

// owedList is what has to go at the end of one way.
type owedList struct {
	way   outlive.Way
	keys  []string
	timer *time.Timer
}

// owe notes that the claim of a job has to go.
func (j *job) owe() {
	o, name := &j.owed, j.way.ID()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lists == nil {
		o.lists = map[string]*owedList{}
	}
	l := o.lists[name]
	if l == nil {
		l = &owedList{way: j.way}
		o.lists[name] = l
		o.tidy.Add(1)
		l.timer = time.AfterFunc(owedTime, func() { j.tidy(context.Background(), name); o.tidy.Done() })
	}
	l.keys = append(l.keys, j.key)
}

// take is what has to go at the end of a way, and whether it has to be swept.
func (o *owed) take(name string) (keys []string, sweep bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.swept == nil {
		o.swept = map[string]time.Time{}
	}
	if sweep = time.Since(o.swept[name]) > sweepEvery; sweep {
		o.swept[name] = time.Now()
	}
	if l := o.lists[name]; l != nil {
		n := min(len(l.keys), mostOwed)
		keys, l.keys = l.keys[:n:n], l.keys[n:]
		if len(l.keys) == 0 && l.timer.Stop() { // all of it goes with a step, so that no one has to come for it
			delete(o.lists, name)
			o.tidy.Done()
		}
	}
	return keys, sweep
}

// tidy lets go of all that has to go at the end of a way, if it answers soon.
func (c *Claims) tidy(ctx context.Context, name string) {
	c.owed.mu.Lock()
	l := c.owed.lists[name]
	delete(c.owed.lists, name)
	c.owed.mu.Unlock()
	if l == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tidyTime)
	defer cancel()
	forget(ctx, l.way, l.keys) //nolint:errcheck // what stays is swept later
}

// forget lets go of claims, but for what goes on.
func forget(ctx context.Context, way outlive.Way, keys []string) error {
	for len(keys) > 0 {
		n := min(len(keys), mostOwed)
		a := outlive.Ask{Action: outlive.Forget, Key: keys[0], Token: outlive.NewNonce(), Old: keys[1:n]}
		if _, err := way.Ask(ctx, a, "", nothing); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// tidyAll is tidy everywhere, before the end.
func (c *Claims) tidyAll() {
	ctx, cancel := context.WithTimeout(context.Background(), tidyAtMost)
	defer cancel()
	c.owed.mu.Lock()
	var all sync.WaitGroup
	for name, l := range c.owed.lists {
		if l.timer.Stop() {
			all.Go(func() { c.tidy(ctx, name); c.owed.tidy.Done() })
		}
	}
	c.owed.mu.Unlock()
	all.Wait()
	c.owed.tidy.Wait()
}
