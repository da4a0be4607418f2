// Package queuetest tells queues of a world in which it is known what is broken: changes
// that come at random times, some of which are broken, some only together with another,
// and checks that fail by chance. It runs strategies through it, ours by the planner
// itself, and counts what they did. A seed makes it the same each time.
//
// It refuses to be kind to ours: what is counted is counted for all in the same way, an
// entry that another strategy ejects for nothing is queued again at once, and a check that
// is stopped counts as a run.
package queuetest

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Change is one that will be queued.
type Change struct {
	ID      int64
	Arrives time.Duration
	Bad     bool  // it fails alone
	Foe     int64 // the change with which it fails together; 0 is none
}

// Trace says what happens, and how often.
type Trace struct {
	Seed     uint64
	Changes  int
	Gap      time.Duration // between changes, on average
	Shortest time.Duration // of a check
	Longest  time.Duration
	Runners  int
	Flakes   float64 // of checks
	Bad      float64 // of changes
	Foes     float64 // of changes: those that fail with one of the few before
}

// Usual is a busy team: a change each two minutes, whose checks take a quarter of an hour.
func Usual(seed uint64, changes int) Trace {
	return Trace{Seed: seed, Changes: changes, Gap: 2 * time.Minute, Shortest: 10 * time.Minute, Longest: 20 * time.Minute, Runners: 12, Flakes: 0.05, Bad: 0.005, Foes: 0.01}
}

// Result is what a strategy did.
type Result struct {
	Strategy  string
	Landed    int
	Ejected   int // that fail, alone or with what had landed
	Innocent  int // ejections of what does not
	Red       int // trees on the branch that are broken
	Untested  int // trees on the branch that were not checked as they are
	Named     int // ejections that name the pair, or that there is none, as it is
	Runs      int
	P50, P95  time.Duration // from when a change was queued until it landed
	Unsettled int           // changes that neither landed nor were ejected
}

// PerLanded is how many runs were made for a change that landed.
func (r Result) PerLanded() float64 { return float64(r.Runs) / float64(max(r.Landed, 1)) }

// world is what is known of the changes, and what is on the branch.
type world struct {
	Trace
	changes map[int64]*Change
	foes    map[int64][]int64
	order   []*Change
	landed  []int64
	at      map[int64]int // the place of each in landed
	took    []time.Duration
	chance  *rand.Rand
	Result
}

func (t Trace) world(strategy string) *world {
	r := rand.New(rand.NewPCG(t.Seed, 1))
	w := &world{Trace: t, changes: map[int64]*Change{}, foes: map[int64][]int64{}, at: map[int64]int{}, chance: rand.New(rand.NewPCG(t.Seed, 2)), Result: Result{Strategy: strategy}}
	at := time.Duration(0)
	for i := range t.Changes {
		at += time.Duration(r.ExpFloat64() * float64(t.Gap))
		c := &Change{ID: int64(i + 1), Arrives: at, Bad: r.Float64() < t.Bad}
		if back := int64(1 + r.IntN(12)); r.Float64() < t.Foes && c.ID > back {
			c.Foe = c.ID - back
			w.foes[c.ID] = append(w.foes[c.ID], c.Foe)
			w.foes[c.Foe] = append(w.foes[c.Foe], c.ID)
		}
		w.changes[c.ID], w.order = c, append(w.order, c)
	}
	return w
}

// broken says whether a tree is: entries on the first of what landed.
func (w *world) broken(base int, members []int64) bool {
	for _, id := range members {
		if w.changes[id].Bad {
			return true
		}
		for _, foe := range w.foes[id] {
			if at, is := w.at[foe]; is && at < base || slices.Contains(members, foe) {
				return true
			}
		}
	}
	return false
}

// check is what a check of a tree says, and how long it takes.
func (w *world) check(base int, members []int64) (passes bool, takes time.Duration) {
	w.Runs++
	flaky := w.chance.Float64() < w.Flakes
	return !flaky && !w.broken(base, members), w.Shortest + time.Duration(w.chance.Int64N(int64(w.Longest-w.Shortest)))
}

// land puts entries on the branch.
func (w *world) land(now time.Duration, members []int64) {
	if w.broken(len(w.landed), members) {
		w.Red++
	}
	for _, id := range members {
		w.at[id] = len(w.landed)
		w.landed = append(w.landed, id)
		w.Landed++
		w.took = append(w.took, now-w.changes[id].Arrives)
	}
}

// eject takes an entry out; it says whether that was right.
func (w *world) eject(id int64) bool {
	if w.broken(len(w.landed), []int64{id}) {
		w.Ejected++
		return true
	}
	w.Innocent++
	return false
}

func (w *world) result() Result {
	slices.Sort(w.took)
	if n := len(w.took); n > 0 {
		w.P50, w.P95 = w.took[n/2], w.took[n*95/100]
	}
	return w.Result
}
