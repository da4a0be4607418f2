package queue

import (
	"fmt"
	"slices"
	"time"
)

// Standing is where an entry stands, and why it waits.
type Standing struct {
	Entry  int64
	Place  int // in the order; 0 where it is not in it
	State  string
	Why    string
	Likely time.Time // when it will likely land; zero where that cannot be said
}

// The states of an entry.
const (
	Checking = "checking"
	Waiting  = "waiting"
	SetAside = "aside"
	Held     = "held"
	Frozen   = "frozen"
)

// Stand says of each entry where it stands: the first of the order first, then those that
// are not in it.
func Stand(now time.Time, lanes []Lane, name string, l Limits) []Standing {
	lanes = heldWithGroups(lanes)
	at := slices.IndexFunc(lanes, func(x Lane) bool { return x.Name == name })
	if at < 0 {
		return nil
	}
	lane := &lanes[at]
	order := lane.Order()
	var list []Standing
	for i, id := range order {
		list = append(list, lane.stand(now, order, i, id, l))
	}
	for _, e := range lane.Entries {
		switch {
		case slices.Contains(order, e.ID):
		case e.Aside != "":
			t := lane.Build(e.Aside, e.ID).Tally()
			list = append(list, Standing{Entry: e.ID, State: SetAside, Why: fmt.Sprintf("it failed on the branch (%d of %d attempts): which set of changes fails is being found out, and others go on without it", t.Failed, t.Failed+t.Passed)})
		case e.Held != "":
			list = append(list, Standing{Entry: e.ID, State: Held, Why: e.Held})
		default:
			list = append(list, Standing{Entry: e.ID, State: Held, Why: "it needs a change that is not in the order"})
		}
	}
	return list
}

func (l *Lane) stand(now time.Time, order []int64, i int, id int64, limits Limits) Standing {
	s := Standing{Entry: id, Place: i + 1, State: Waiting}
	if l.Frozen != "" {
		s.State, s.Why = Frozen, l.Frozen
		return s
	}
	var last time.Time
	for k := 1; k <= len(order); k++ {
		b := l.Build(l.Tip, order[:k]...)
		t := b.Tally()
		for n := range t.Running + t.Failed + t.Passed + t.Unknown {
			if b.Attempts[n].Began.After(last) {
				last = b.Attempts[n].Began
			}
		}
		switch {
		case k <= i:
			if t.Failed > 0 && t.Passed == 0 {
				s.Why = fmt.Sprintf("a build of the %s before it failed, and which of them it is, is being found out", plural(k, "change"))
			}
		case s.State != Waiting:
		case t.Running > 0:
			a := b.Attempts[len(b.Attempts)-1]
			s.State, s.Why = Checking, fmt.Sprintf("checked %s, attempt %d", with(k-1), len(b.Attempts))
			s.Likely = later(now, a.Began.Add(l.Typical))
		case t.Failed > 0 && t.Passed == 0:
			s.Why = fmt.Sprintf("a build of %s with it failed, and which of them it is, is being found out", plural(k, "change"))
		case t.Unknown > 0:
			s.Why = "it could not be judged, and is checked again"
			if says := b.Attempts[len(b.Attempts)-1].Says; says != "" {
				s.Why += ": " + says
			}
		}
	}
	if s.State == Waiting && s.Why == "" {
		begins := later(now, last.Add(limits.Pace))
		s.Why = "it is in the next build"
		s.Likely = begins.Add(l.Typical)
	}
	return s
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func with(n int) string {
	if n == 0 {
		return "alone"
	}
	return "together with " + plural(n, "other")
}
