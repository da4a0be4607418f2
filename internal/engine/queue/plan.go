package queue

import (
	"slices"
	"time"

	"prentice"
)

// Do is what is to be done.
type Do string

// What a plan says to do.
const (
	Check Do = "check" // check the build of Members on Base, once more
	Stop  Do = "stop"  // no one needs the check of that build any more
	Land  Do = "land"  // move the branches of Parts to their builds, all or none
	Aside Do = "aside" // Entry fails on the tip: it holds up no other from now on
	Back  Do = "back"  // Entry did not fail again: it is in the order as before
	Eject Do = "eject" // Entry leaves the queue; Set is the smallest set that fails
)

// Action is one thing to do.
type Action struct {
	Do      Do
	Lane    string
	Base    string
	Members []int64
	Entry   int64
	Set     []int64
	Parts   []Part
	Alone   bool // of Eject: it fails without any other
}

// Part is one branch that is moved.
type Part struct {
	Lane    string
	Base    string
	Members []int64
	Flaky   bool // the same tree failed as well
}

// Plan is what is to be done now. Anyone who does it tells it in the lanes and asks again.
func Plan(now time.Time, lanes []Lane, l Limits) []Action {
	p := &planner{now: now, Limits: l}
	lanes = heldWithGroups(lanes)
	for i := range lanes {
		for j := range lanes[i].Builds {
			p.free -= lanes[i].Builds[j].Tally().Running
		}
	}
	p.free += l.Running
	if p.landed(lanes); len(p.list) > 0 {
		return p.list
	}
	for i := range lanes {
		p.front(&lanes[i])
	}
	for i := range lanes {
		p.asides(&lanes[i])
	}
	p.groups(lanes)
	return p.list
}

type planner struct {
	Limits
	now  time.Time
	free int
	list []Action
}

// check asks for one more attempt of a build, if there is room for it and none goes on.
func (p *planner) check(l *Lane, base string, members []int64) {
	b := l.Build(base, members...)
	asked := slices.ContainsFunc(p.list, func(a Action) bool {
		return a.Do == Check && a.Lane == l.Name && a.Base == base && slices.Equal(a.Members, members)
	})
	if p.free <= 0 || asked || b.Tally().Running > 0 {
		return
	}
	if b != nil && len(b.Attempts) > 0 {
		last := b.Attempts[len(b.Attempts)-1]
		if last.Truth == prentice.NotSeen && p.now.Sub(last.Ended) < p.Rest {
			return
		}
	}
	p.free--
	p.list = append(p.list, Action{Do: Check, Lane: l.Name, Base: base, Members: slices.Clone(members)})
}

// front tries the entries of a lane together.
func (p *planner) front(l *Lane) {
	order := l.Order()
	p.stops(l, order)
	if l.Frozen != "" || len(order) == 0 {
		return
	}
	failing, built, running := 0, 0, false
	var last time.Time
	for k := 1; k <= len(order); k++ {
		b := l.Build(l.Tip, order[:k]...)
		if b == nil {
			continue
		}
		t := b.Tally()
		if built = k; t.Failed > 0 && t.Passed == 0 && failing == 0 {
			failing = k
		}
		running = running || t.Running > 0
		if t.Unknown > 0 && t.Running+t.Passed+t.Failed == 0 {
			p.check(l, l.Tip, order[:k])
		}
		for _, a := range b.Attempts {
			if a.Began.After(last) {
				last = a.Began
			}
		}
	}
	if failing > 0 {
		p.search(l, order, failing)
		return
	}
	more := len(order) - built
	if more == 0 || running && more < p.Batch && p.now.Sub(last) < p.Pace {
		return
	}
	p.check(l, l.Tip, order[:built+min(more, p.Batch)])
}

// search finds which of the first entries fails: what passes of them lands as soon as it
// is known, so that it is looked for in what a failing build begins with. Where runners
// are idle, quarters are checked beside halves.
func (p *planner) search(l *Lane, order []int64, failing int) {
	failed := 0 // that this set fails is borne out by each larger one that does
	for k := failing; k <= len(order); k++ {
		failed += l.Build(l.Tip, order[:k]...).Tally().Failed
	}
	if failing == 1 && failed >= 2 {
		p.list = append(p.list, Action{Do: Aside, Lane: l.Name, Base: l.Tip, Entry: order[0]})
		return
	}
	if failed == 1 {
		p.check(l, l.Tip, order[:failing])
	}
	cuts := 1
	if p.free > p.Running/2 {
		cuts = 3
	}
	for i := 1; i <= cuts; i++ {
		if k := failing * i / (cuts + 1); k > 0 {
			p.check(l, l.Tip, order[:k])
		}
	}
}

// stops ends checks of builds that neither the front nor an entry that is aside needs.
func (p *planner) stops(l *Lane, order []int64) {
	for _, b := range l.Builds {
		if b.Tally().Running == 0 {
			continue
		}
		n := len(b.Members)
		if b.Base == l.Tip && n <= len(order) && slices.Equal(b.Members, order[:n]) {
			continue
		}
		if e := l.Entry(b.Members[n-1]); e != nil && e.Aside != "" && (b.Base == e.Aside || b.Base == e.Origin) {
			continue
		}
		p.free++
		p.list = append(p.list, Action{Do: Stop, Lane: l.Name, Base: b.Base, Members: b.Members})
	}
}
