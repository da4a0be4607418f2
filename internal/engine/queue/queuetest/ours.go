package queuetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
)

// began is where the clock of the world begins.
var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

type running struct {
	base    string
	members []int64
	ends    time.Duration
	passes  bool
}

// Ours runs the planner through a world.
func Ours(t Trace, l queue.Limits) Result {
	w := t.world("prentice")
	l.Running = t.Runners
	lane := queue.Lane{Name: "main", Tip: "T0", Typical: (t.Shortest + t.Longest) / 2}
	var at []running
	next, now := 0, time.Duration(0)
	for {
		for ; next < len(w.order) && w.order[next].Arrives <= now; next++ {
			c := w.order[next]
			lane.Entries = append(lane.Entries, queue.Entry{ID: c.ID, Since: began.Add(c.Arrives), Origin: lane.Tip})
		}
		for i := 0; i < len(at); i++ {
			if r := at[i]; r.ends <= now {
				at = slices.Delete(at, i, i+1)
				i--
				end(&lane, r, began.Add(now))
			}
		}
		at = w.turn(&lane, l, at, now)
		if next == len(w.order) && len(at) == 0 && len(lane.Entries) == 0 {
			return w.result()
		}
		now += time.Minute
		if now > w.order[len(w.order)-1].Arrives+30*24*time.Hour {
			w.Unsettled = len(lane.Entries)
			return w.result()
		}
	}
}

func end(lane *queue.Lane, r running, now time.Time) {
	b := lane.Build(r.base, r.members...)
	if b == nil {
		return
	}
	a := &b.Attempts[len(b.Attempts)-1]
	a.Ended, a.Truth = now, prentice.Fail
	if r.passes {
		a.Truth = prentice.Pass
	}
}

// turn does what the planner says until it says no more.
func (w *world) turn(lane *queue.Lane, l queue.Limits, at []running, now time.Duration) []running {
	for {
		list := queue.Plan(began.Add(now), []queue.Lane{*lane}, l)
		if len(list) == 0 {
			return at
		}
		for _, a := range list {
			switch a.Do {
			case queue.Check:
				passes, takes := w.check(number(a.Base), a.Members)
				b := lane.Build(a.Base, a.Members...)
				if b == nil {
					lane.Builds = append(lane.Builds, queue.Build{Base: a.Base, Members: a.Members})
					b = &lane.Builds[len(lane.Builds)-1]
				}
				b.Attempts = append(b.Attempts, queue.Attempt{Began: began.Add(now)})
				at = append(at, running{base: a.Base, members: a.Members, ends: now + takes, passes: passes})
			case queue.Stop:
				at = slices.DeleteFunc(at, func(r running) bool { return r.base == a.Base && slices.Equal(r.members, a.Members) })
				lane.Builds = slices.DeleteFunc(lane.Builds, func(b queue.Build) bool { return b.Base == a.Base && slices.Equal(b.Members, a.Members) })
			case queue.Land:
				part := a.Parts[0]
				if part.Base != fmt.Sprintf("T%d", len(w.landed)) || lane.Build(part.Base, part.Members...).Tally().Passed == 0 {
					w.Untested++
				}
				w.land(now, part.Members)
				tip := fmt.Sprintf("T%d", len(w.landed))
				for i := range at { // the same trees, named from the new tip
					if r := &at[i]; r.base == part.Base && len(r.members) > len(part.Members) && slices.Equal(r.members[:len(part.Members)], part.Members) {
						r.base, r.members = tip, r.members[len(part.Members):]
					}
				}
				lane.Landed(part.Members, tip)
			case queue.Aside:
				lane.Entry(a.Entry).Aside = a.Base
			case queue.Back:
				e := lane.Entry(a.Entry)
				e.Landed, e.Aside = append(slices.Clone(e.Landed), w.landed[number(e.Aside):]...), ""
			case queue.Eject:
				right := w.eject(a.Entry)
				if right && w.named(a) {
					w.Named++
				}
				lane.Entries = slices.DeleteFunc(lane.Entries, func(e queue.Entry) bool { return e.ID == a.Entry })
				lane.Tidy()
			}
		}
	}
}

// named says whether the smallest set is one.
func (w *world) named(a queue.Action) bool {
	c := w.changes[a.Entry]
	if len(a.Set) == 1 { // the change with which it fails had landed before it was queued
		return c.Bad || w.broken(number(a.Base), a.Set)
	}
	return len(a.Set) == 2 && !c.Bad && slices.Contains(w.foes[a.Set[1]], a.Set[0])
}

func number(tip string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(tip, "T"))
	return n
}
