package queue

import "slices"

// asides find out why entries that were set aside fail. They take the room that the
// fronts leave.
func (p *planner) asides(l *Lane) {
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Aside != "" {
			p.aside(l, e)
		}
	}
}

// aside goes one step towards the smallest set that fails with an entry. What was landed
// while the entry waited is searched by halves: onto what the branch was when the entry
// was queued, the first of them and the entry are merged.
func (p *planner) aside(l *Lane, e *Entry) {
	on := l.Build(e.Aside, e.ID).Tally()
	if on.Passed > 0 {
		p.list = append(p.list, Action{Do: Back, Lane: l.Name, Entry: e.ID})
		return
	}
	if on.Failed < 2 {
		p.check(l, e.Aside, []int64{e.ID})
		return
	}
	n, known := p.firstThatFails(l, e)
	if !known {
		return
	}
	set := []int64{e.ID}
	if n > 0 {
		set = []int64{e.Landed[n-1], e.ID}
	}
	base := e.Origin // onto which the set is merged
	if e.Aside == e.Origin || l.Build(e.Origin, set...).Tally().Passed > 0 {
		// Either nothing landed meanwhile, or more than two are needed: what is known is
		// that it fails on the branch as it is.
		if on.Failed < p.Proof {
			p.check(l, e.Aside, []int64{e.ID})
			return
		}
		if e.Aside != e.Origin {
			set = append(slices.Clone(e.Landed[:n]), e.ID)
		}
	} else if shown := l.Build(e.Origin, set...).Tally(); shown.Failed < 2 || shown.Failed+on.Failed < p.Proof {
		p.check(l, e.Origin, set)
		return
	}
	p.list = append(p.list, Action{Do: Eject, Lane: l.Name, Base: base, Entry: e.ID, Set: set, Alone: len(set) == 1})
}

// firstThatFails is how many of what landed meanwhile are needed for the entry to fail: 0
// is that it fails alone.
func (p *planner) firstThatFails(l *Lane, e *Entry) (n int, known bool) {
	if e.Aside == e.Origin {
		return 0, true
	}
	passes, fails := -1, len(e.Landed)
	for fails-passes > 1 {
		mid := (passes + fails) / 2
		if passes == -1 {
			mid = 0
		}
		with := append(slices.Clone(e.Landed[:mid]), e.ID)
		switch t := l.Build(e.Origin, with...).Tally(); {
		case t.Passed > 0:
			passes = mid
		case t.Failed > 1, t.Failed > 0 && mid > 0:
			fails = mid
		default:
			p.check(l, e.Origin, with)
			return 0, false
		}
	}
	return fails, true
}
