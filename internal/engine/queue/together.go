package queue

import "slices"

// landed says which branches can be moved now: in each lane the longest beginning of the
// order that passed. A group moves in all its lanes at once, or in none.
func (p *planner) landed(lanes []Lane) {
	orders, to := make([][]int64, len(lanes)), make([]int, len(lanes))
	for i := range lanes {
		orders[i] = lanes[i].Order()
		to[i] = passed(&lanes[i], orders[i], len(orders[i]))
	}
	for again := true; again; {
		again = false
		for i := range lanes {
			for k, id := range orders[i][:to[i]] {
				if g := lanes[i].Entry(id).Group; g != "" && !whole(lanes, orders, to, g) {
					to[i], again = passed(&lanes[i], orders[i], k), true
					break
				}
			}
		}
	}
	done := make([]bool, len(lanes))
	for i := range lanes {
		if to[i] == 0 || done[i] {
			continue
		}
		a := Action{Do: Land}
		for _, j := range linked(lanes, orders, to, i) {
			done[j] = true
			members := orders[j][:to[j]]
			a.Parts = append(a.Parts, Part{Lane: lanes[j].Name, Base: lanes[j].Tip, Members: slices.Clone(members), Flaky: lanes[j].Build(lanes[j].Tip, members...).Flaky()})
		}
		p.list = append(p.list, a)
	}
}

// passed is the longest beginning of an order, of at most so many, that may land.
func passed(l *Lane, order []int64, most int) int {
	if l.Frozen != "" {
		return 0
	}
	for k := most; k > 0; k-- {
		if l.Build(l.Tip, order[:k]...).Tally().Passed > 0 {
			return k
		}
	}
	return 0
}

// whole says whether all of a group would land.
func whole(lanes []Lane, orders [][]int64, to []int, group string) bool {
	for i := range lanes {
		for _, e := range lanes[i].Entries {
			if e.Group == group && !slices.Contains(orders[i][:to[i]], e.ID) {
				return false
			}
		}
	}
	return true
}

// heldWithGroups holds the entries of groups of which one cannot be tried: what lands with
// it would only be in the way until then. The lanes that are given stay as they are.
func heldWithGroups(lanes []Lane) []Lane {
	lanes = slices.Clone(lanes)
	for again := true; again; {
		again = false
		waits := map[string]bool{}
		for i := range lanes {
			order := lanes[i].Order()
			for _, e := range lanes[i].Entries {
				if e.Group != "" && (lanes[i].Frozen != "" || !slices.Contains(order, e.ID)) {
					waits[e.Group] = true
				}
			}
		}
		for i := range lanes {
			lanes[i].Entries = slices.Clone(lanes[i].Entries)
			for j := range lanes[i].Entries {
				if e := &lanes[i].Entries[j]; e.Group != "" && waits[e.Group] && e.Held == "" && e.Aside == "" {
					e.Held, again = "it lands together with a change that cannot land now", true
				}
			}
		}
	}
	return lanes
}

// linked are the lanes that have to be moved with one, because of groups.
func linked(lanes []Lane, orders [][]int64, to []int, first int) []int {
	found, groups := []int{first}, map[string]bool{}
	for at := 0; at < len(found); at++ {
		for _, id := range orders[found[at]][:to[found[at]]] {
			if g := lanes[found[at]].Entry(id).Group; g != "" {
				groups[g] = true
			}
		}
		for j := range lanes {
			if !slices.Contains(found, j) && slices.ContainsFunc(orders[j][:to[j]], func(id int64) bool { return groups[lanes[j].Entry(id).Group] }) {
				found = append(found, j)
			}
		}
	}
	return found
}

// groups ejects what belongs to an entry that is ejected.
func (p *planner) groups(lanes []Lane) {
	for _, a := range slices.Clone(p.list) {
		if a.Do != Eject {
			continue
		}
		group := ""
		for i := range lanes {
			if e := lanes[i].Entry(a.Entry); e != nil && lanes[i].Name == a.Lane {
				group = e.Group
			}
		}
		for i := range lanes {
			for _, e := range lanes[i].Entries {
				if group != "" && e.Group == group && (e.ID != a.Entry || lanes[i].Name != a.Lane) {
					p.list = append(p.list, Action{Do: Eject, Lane: lanes[i].Name, Entry: e.ID, Set: a.Set})
				}
			}
		}
	}
}
