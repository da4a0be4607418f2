package replica

import "time"

// Age lets time pass since the last beat that arrived.
func (r *Registry) Age(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fit = r.fit.Add(-d)
}

// MayJoin is mayJoin.
func (r *Registry) MayJoin() bool { return r.mayJoin() }
