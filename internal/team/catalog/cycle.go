package catalog

import (
	"cmp"
	"slices"
	"strings"

	"prentice"
)

// cycles advises on entities that need each other in a ring. Such a ring can
// run, but no one can start it one by one.
func cycles(found *report, entries []*entry) {
	w := &rings{byRef: map[prentice.Ref]*entry{}, seen: map[prentice.Ref]int{}, low: map[prentice.Ref]int{}, open: map[prentice.Ref]bool{}}
	for _, e := range entries {
		if w.byRef[e.entity.Ref] == nil {
			w.byRef[e.entity.Ref] = e
		}
	}
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b *entry) int { return cmp.Compare(a.entity.Ref, b.entity.Ref) })
	for _, e := range sorted {
		if w.seen[e.entity.Ref] == 0 {
			w.walk(e.entity.Ref)
		}
	}
	for _, ring := range w.found {
		found.advise(w.byRef[ring[0]].entity.At, "check that each can start while the others are down", "%s depend on each other", list(ring))
	}
}

// rings finds strongly connected components by Tarjan's algorithm.
type rings struct {
	byRef map[prentice.Ref]*entry
	seen  map[prentice.Ref]int // in which order they were met, from 1
	low   map[prentice.Ref]int
	open  map[prentice.Ref]bool
	stack []prentice.Ref
	found [][]prentice.Ref
}

func (w *rings) walk(ref prentice.Ref) {
	w.seen[ref] = len(w.seen) + 1
	w.low[ref] = w.seen[ref]
	w.stack, w.open[ref] = append(w.stack, ref), true
	for _, next := range w.byRef[ref].entity.DependsOn {
		switch {
		case w.byRef[next] == nil:
		case w.seen[next] == 0:
			w.walk(next)
			w.low[ref] = min(w.low[ref], w.low[next])
		case w.open[next]:
			w.low[ref] = min(w.low[ref], w.seen[next])
		}
	}
	if w.low[ref] != w.seen[ref] {
		return
	}
	from := len(w.stack) - 1
	for w.stack[from] != ref {
		from--
	}
	ring := slices.Clone(w.stack[from:])
	w.stack = w.stack[:from]
	for _, r := range ring {
		w.open[r] = false
	}
	if len(ring) > 1 {
		slices.Sort(ring)
		w.found = append(w.found, ring)
	}
}

// list names the first few of a ring.
func list(refs []prentice.Ref) string {
	const most = 6
	names := make([]string, 0, most)
	for _, r := range refs[:min(most, len(refs))] {
		names = append(names, string(r))
	}
	if len(refs) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
