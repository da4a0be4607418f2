package environment

import "time"

// lone says whether what a back end makes lies in a folder of this process alone, so that no
// other process finds it there.
func lone(b Backend) bool {
	l, ok := b.(interface{ Lone() bool })
	return ok && l.Lone()
}

// take makes one that another process had this one's. Where its data lies with the other, it is
// made anew, with its seeds: half of it would be worse than none.
func (c *Conductor) take(e *Environment, now time.Time) error {
	from := e.Owner
	e.Owner = c.Self
	if e.Stage != Making && e.Stage != Ready || !lone(c.Backends[e.Backend]) {
		return nil
	}
	e.Services = nil
	if e.Stage == Making {
		return nil
	}
	return e.Turn(Making, now, "it is made anew: what it had was with the replica "+from)
}

// leave ends the work on one that another process has now.
func (c *Conductor) leave(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.keeping[id]; k != nil {
		k.cancel()
		c.left.Store(true)
	}
}
