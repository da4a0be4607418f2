package metric

import (
	"math"
	"time"
)

// LookBack is how old the last value of a counter may be for what came since to be known.
const LookBack = 5 * time.Minute

// Increase is by how much counters went up, after one moment and up to another, of their samples since
// LookBack before that. It is exact: of each two samples that follow each other the later one says in
// which time it counts, so that what is counted of times that follow each other is the whole. A counter that
// goes down began anew, at 0. So did one that appears while its instance was asked before. Known is whether
// any counter was seen twice.
func Increase(list []Series, from, to time.Time) (more float64, known bool) {
	asked := map[string]time.Time{} // when an instance was seen first
	at := func(s Series) string { return s.Labels["job"] + "\x00" + s.Labels["instance"] }
	for _, s := range list {
		if len(s.Points) == 0 {
			continue
		}
		if first, there := asked[at(s)]; !there || s.Points[0].At.Before(first) {
			asked[at(s)] = s.Points[0].At
		}
	}
	for _, s := range list {
		var before *Point
		for i := range s.Points {
			p := &s.Points[i]
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Value < 0 || p.At.After(to) {
				continue
			}
			was := 0.0
			counts := asked[at(s)].Before(p.At)
			if before != nil {
				was, counts = before.Value, true
			}
			before = p
			if !counts || !p.At.After(from) {
				continue
			}
			known = true
			if p.Value < was {
				was = 0
			}
			more += p.Value - was
		}
	}
	return more, known
}
