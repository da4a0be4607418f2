package team

import "prentice"

// Causes lists what can be the cause of a fault of ref: all that it depends on, directly or through
// others, nearest first. A service also depends on its host when it has only that one: of several the
// others go on. What depends on itself in a ring is no cause of itself.
func (c *Catalog) Causes(ref prentice.Ref) []prentice.Ref { return reach(c.needs(), ref) }

// Suffers lists what a fault of ref can be the cause of, nearest first: whatever has it among its Causes.
func (c *Catalog) Suffers(ref prentice.Ref) []prentice.Ref {
	back := map[prentice.Ref][]prentice.Ref{}
	for from, all := range c.needs() {
		for _, to := range all {
			back[to] = append(back[to], from)
		}
	}
	return reach(back, ref)
}

// needs is what each thing depends on directly.
func (c *Catalog) needs() map[prentice.Ref][]prentice.Ref {
	all := map[prentice.Ref][]prentice.Ref{}
	for _, e := range c.Entities {
		all[e.Ref] = append(all[e.Ref], e.DependsOn...)
	}
	for _, s := range c.Services {
		all[s.Ref] = append(all[s.Ref], s.DependsOn...)
		if len(s.Hosts) == 1 {
			all[s.Ref] = append(all[s.Ref], s.Hosts[0].Ref)
		}
	}
	return all
}

// reach is all that can be reached from a thing but itself, nearest first.
func reach(next map[prentice.Ref][]prentice.Ref, from prentice.Ref) []prentice.Ref {
	seen := map[prentice.Ref]bool{from: true}
	found := []prentice.Ref{from}
	for i := 0; i < len(found); i++ {
		for _, n := range next[found[i]] {
			if !seen[n] {
				seen[n] = true
				found = append(found, n)
			}
		}
	}
	return found[1:]
}
