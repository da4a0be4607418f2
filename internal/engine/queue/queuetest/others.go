package queuetest

import (
	"slices"
	"time"
)

// try is a check that another strategy made.
type try struct {
	members []int64
	own     int64 // the entry that it is of
	ends    time.Duration
	passes  bool
}

// loop tells a strategy of what comes and of the time, minute by minute.
func (w *world) loop(step func(now time.Duration, come []int64) (busy bool)) Result {
	next := 0
	last := w.order[len(w.order)-1].Arrives
	for now := time.Duration(0); ; now += time.Minute {
		var come []int64
		for ; next < len(w.order) && w.order[next].Arrives <= now; next++ {
			come = append(come, w.order[next].ID)
		}
		busy := step(now, come)
		if next == len(w.order) && !busy {
			return w.result()
		}
		if now > last+365*24*time.Hour {
			w.Unsettled = w.Changes - w.Landed - w.Ejected
			return w.result()
		}
	}
}

// Window is one run for each change, onto all that is queued before it, as many at once as
// there are runners. What fails is ejected when it is the first, and all behind it begin
// again. With one runner it is a serial queue.
func Window(t Trace, name string, runners int) Result {
	w := t.world(name)
	var line []int64
	var at []*try
	return w.loop(func(now time.Duration, come []int64) bool {
		line = append(line, come...)
		for len(at) > 0 && at[0].ends <= now {
			first := at[0]
			at, line = at[1:], line[1:]
			if first.passes {
				w.land(now, []int64{first.own})
				for _, r := range at {
					r.members = r.members[1:]
				}
				continue
			}
			if !w.eject(first.own) {
				line = append(line, first.own)
			}
			at = nil
		}
		for len(at) < min(runners, len(line)) {
			members := slices.Clone(line[:len(at)+1])
			passes, takes := w.check(len(w.landed), members)
			at = append(at, &try{members: members, own: members[len(members)-1], ends: now + takes, passes: passes})
		}
		return len(line) > 0
	})
}

// Batches takes all that waits, checks it together, and where that fails each half. What
// fails alone is ejected after one run.
func Batches(t Trace, most int) Result {
	w := t.world("batches without proof")
	var line []int64
	var stack [][]int64
	var at *try
	return w.loop(func(now time.Duration, come []int64) bool {
		line = append(line, come...)
		if at != nil && at.ends <= now {
			done := at
			at = nil
			switch n := len(done.members); {
			case done.passes:
				w.land(now, done.members)
			case n > 1:
				stack = append(stack, done.members[n/2:], done.members[:n/2])
			case !w.eject(done.own):
				line = append(line, done.own)
			}
		}
		if at == nil {
			var members []int64
			if n := len(stack); n > 0 {
				members, stack = stack[n-1], stack[:n-1]
			} else if len(line) > 0 {
				n := min(most, len(line))
				members, line = slices.Clone(line[:n]), line[n:]
			}
			if members != nil {
				passes, takes := w.check(len(w.landed), members)
				at = &try{members: members, own: members[0], ends: now + takes, passes: passes}
			}
		}
		return at != nil || len(line) > 0 || len(stack) > 0
	})
}
