package queue

import (
	"slices"
	"time"

	"prentice"
)

// Entry is a change that waits to land. Its ID is its number.
type Entry struct {
	ID       int64          `json:"change"`
	PatchSet int            `json:"patch_set"`
	Title    string         `json:"title"`
	By       prentice.Ref   `json:"by"`               // who queued it
	Behind   []prentice.Ref `json:"behind,omitempty"` // the people behind them
	Proposed Proposed       `json:"proposed"`

	Priority int       `json:"priority,omitempty"` // the higher comes first
	Since    time.Time `json:"since"`              // when it was queued
	After    []int64   `json:"after,omitempty"`    // entries of the lane that have to land before it
	Group    string    `json:"group,omitempty"`    // entries of several lanes that land together or not at all; "" is alone
	Held     string    `json:"held,omitempty"`     // why it cannot be merged now, such as a conflict with one before it
	Origin   string    `json:"origin,omitempty"`   // the tip of the branch when it was queued
	Landed   []int64   `json:"landed,omitempty"`   // what landed since, in order: it may fail with one of those
	Aside    string    `json:"aside,omitempty"`    // the tip on which it failed; "" where it is not set aside
}

// Attempt is one check of a build.
type Attempt struct {
	Truth prentice.Truth `json:"truth,omitempty"` // "" while it goes on
	Says  string         `json:"says,omitempty"`
	Check int64          `json:"check,omitempty"` // its number
	Began time.Time      `json:"began"`
	Ended time.Time      `json:"ended,omitzero"`
}

// Build is a tree: entries that are merged onto a base, in order.
type Build struct {
	Base     string    `json:"base"`
	Members  []int64   `json:"members"`
	Commit   string    `json:"commit,omitempty"`
	Tree     string    `json:"tree,omitempty"` // of the commit, as it was checked
	Attempts []Attempt `json:"attempts"`
}

// Tally is how the attempts of a build ended.
type Tally struct{ Passed, Failed, Unknown, Running int }

// Tally counts the attempts.
func (b *Build) Tally() (t Tally) {
	if b == nil {
		return t
	}
	for _, a := range b.Attempts {
		switch {
		case a.Ended.IsZero():
			t.Running++
		case a.Truth == prentice.Pass:
			t.Passed++
		case a.Truth == prentice.Fail:
			t.Failed++
		default:
			t.Unknown++
		}
	}
	return t
}

// Flaky says whether the same tree passed and failed.
func (b *Build) Flaky() bool { t := b.Tally(); return t.Passed > 0 && t.Failed > 0 }

// Lane is the queue of one branch.
type Lane struct {
	Name    string        `json:"name"` // repository and branch
	Tip     string        `json:"tip"`
	Entries []Entry       `json:"entries"`
	Builds  []Build       `json:"builds"`
	Frozen  string        `json:"frozen,omitempty"`  // why nothing may land now; "" where it may
	Typical time.Duration `json:"typical,omitempty"` // how long a check takes
}

// Limits are what a team allows the queue.
type Limits struct {
	Batch   int           // how many entries a build has more than the one before it
	Running int           // checks at once, over all lanes
	Pace    time.Duration // a build that is not full waits so long for the one that began before it
	Rest    time.Duration // after how long what could not be judged is checked again
	Proof   int           // how often a set has to fail, without passing once, to eject
}

// Usual are limits for a check that takes that long.
func Usual(typical time.Duration) Limits {
	return Limits{Batch: 5, Running: 8, Pace: typical * 3 / 5, Rest: time.Minute, Proof: 5}
}

// Build finds the one of these members on a base; nil where there is none.
func (l *Lane) Build(base string, members ...int64) *Build {
	for i := range l.Builds {
		if b := &l.Builds[i]; b.Base == base && slices.Equal(b.Members, members) {
			return b
		}
	}
	return nil
}

// Entry finds one; nil where it does not wait here.
func (l *Lane) Entry(id int64) *Entry {
	for i := range l.Entries {
		if l.Entries[i].ID == id {
			return &l.Entries[i]
		}
	}
	return nil
}

// Order is the entries that are to be tried, the first first. What has to land before
// another comes before it, whatever their priorities; what waits for an entry that is not
// in the order is not in it either.
func (l *Lane) Order() []int64 {
	waiting := slices.Clone(l.Entries)
	slices.SortStableFunc(waiting, func(a, b Entry) int {
		switch {
		case a.Priority != b.Priority:
			return b.Priority - a.Priority
		case !a.Since.Equal(b.Since):
			return a.Since.Compare(b.Since)
		}
		return int(a.ID - b.ID)
	})
	var order []int64
	const open, done = 1, 2
	state := map[int64]int{}
	var add func(e *Entry) bool
	add = func(e *Entry) bool {
		switch state[e.ID] {
		case done:
			return slices.Contains(order, e.ID)
		case open: // they wait for each other
			return false
		}
		state[e.ID] = open
		ready := e.Held == "" && e.Aside == ""
		for _, id := range e.After {
			if first := l.Entry(id); first != nil && !add(first) {
				ready = false
			}
		}
		state[e.ID] = done
		if ready {
			order = append(order, e.ID)
		}
		return ready
	}
	for _, e := range waiting {
		add(l.Entry(e.ID))
	}
	return order
}

// Landed moves the lane on: the entries, the first of its order, are on the branch, which
// ends at tip. What was built with them at its beginning is built on the tip now.
func (l *Lane) Landed(members []int64, tip string) {
	old := l.Tip
	l.Tip = tip
	l.Entries = slices.DeleteFunc(l.Entries, func(e Entry) bool { return slices.Contains(members, e.ID) })
	for i := range l.Entries {
		if l.Entries[i].Aside == "" {
			l.Entries[i].Landed = append(slices.Clone(l.Entries[i].Landed), members...)
		}
	}
	var kept []Build
	for _, b := range l.Builds {
		n := len(members)
		switch {
		case b.Base != old || len(b.Members) < n || !slices.Equal(b.Members[:n], members):
			kept = append(kept, b)
		case len(b.Members) > n:
			b.Base, b.Members = tip, b.Members[n:]
			kept = append(kept, b)
		}
	}
	l.Builds = kept
	l.Tidy()
}

// Tidy forgets builds that no entry needs any more.
func (l *Lane) Tidy() {
	l.Builds = slices.DeleteFunc(l.Builds, func(b Build) bool {
		e := l.Entry(b.Members[len(b.Members)-1])
		if e == nil {
			return b.Base != l.Tip || b.Tally().Running == 0
		}
		return b.Base != l.Tip && (e.Aside == "" || b.Base != e.Aside && b.Base != e.Origin)
	})
}
