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

// Near is a thing that has to do with another: in how many steps, and whether it depends on that (Below) or
// that on it.
type Near struct {
	Ref   prentice.Ref
	Hops  int
	Below bool
}

// Around lists what a fault of ref may have come from: all that it depends on, all its hosts, and then what
// depends on it directly.
func (c *Catalog) Around(ref prentice.Ref) []Near {
	next := c.needs()
	for _, s := range c.Services {
		if len(s.Hosts) > 1 {
			for _, h := range s.Hosts {
				next[s.Ref] = append(next[s.Ref], h.Ref)
			}
		}
	}
	found, seen := walk(next, ref)[1:], map[prentice.Ref]bool{ref: true}
	for _, n := range found {
		seen[n.Ref] = true
	}
	for _, s := range c.Services {
		if !seen[s.Ref] && anyOf(s.DependsOn, []prentice.Ref{ref}) {
			found = append(found, Near{s.Ref, 1, true})
		}
	}
	return found
}

// reach is all that can be reached from a thing but itself, nearest first.
func reach(next map[prentice.Ref][]prentice.Ref, from prentice.Ref) (refs []prentice.Ref) {
	for _, n := range walk(next, from)[1:] {
		refs = append(refs, n.Ref)
	}
	return refs
}

// walk is a thing and all that can be reached from it, nearest first.
func walk(next map[prentice.Ref][]prentice.Ref, from prentice.Ref) []Near {
	seen, found := map[prentice.Ref]bool{from: true}, []Near{{Ref: from}}
	for i := 0; i < len(found); i++ {
		for _, n := range next[found[i].Ref] {
			if !seen[n] {
				seen[n] = true
				found = append(found, Near{Ref: n, Hops: found[i].Hops + 1})
			}
		}
	}
	return found
}
