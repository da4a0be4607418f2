package design

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team"
)

// The bounds of a picture that people can still read.
const (
	mostNodes = 80
	nearSteps = 2 // from the entity in the middle, either way, unless told
)

// GraphIn chooses what is drawn.
type GraphIn struct {
	Ref   string `json:"ref,omitempty" arg:"1" of:"ref" maxLength:"200" example:"service/checkout" doc:"Only what is near this entity: what it needs and what needs it. Without it, all services and what they need."`
	Steps int    `json:"steps,omitempty" minimum:"1" maximum:"10" doc:"How many steps away at most; 2 unless told."`
}

// Graph is what needs what. What needs stands left of what it needs, if they do not
// need each other in a circle.
type Graph struct {
	Focus prentice.Ref `json:"focus,omitempty"`
	Nodes []Node       `json:"nodes"`
	Edges []Edge       `json:"edges"`
	Left  int          `json:"left,omitempty"` // entities that are left out because there are too many
}

// Node is an entity of a graph.
type Node struct {
	Ref    prentice.Ref `json:"ref"`
	Title  string       `json:"title,omitempty"`
	Column int          `json:"column"` // from the left
	Row    int          `json:"row"`    // from the top
}

// Edge says that one entity needs another.
type Edge struct {
	From prentice.Ref `json:"from"`
	To   prentice.Ref `json:"to"`
}

func graphOp(d Deps) op.Op {
	var whole atomic.Pointer[drawnOf] // of the catalog that was asked about last: it is the same until a file changes
	return op.New("catalog.graph", prentice.Look, prentice.Viewer, "Show what needs what, near one entity or among all services", func(_ context.Context, _ op.Call, in GraphIn) (Graph, error) {
		c := d.catalog()
		if in.Ref == "" {
			have := whole.Load()
			if have == nil || have.catalog != c {
				have = &drawnOf{c, graphOf(c, "", connected(c))}
				whole.Store(have)
			}
			return have.graph, nil
		}
		e, err := find(c, in.Ref)
		if err != nil {
			return Graph{}, err
		}
		if in.Steps == 0 {
			in.Steps = nearSteps
		}
		return graphOf(c, e.Ref, near(c, e.Ref, in.Steps)), nil
	}).WithExample("prentice catalog graph service/checkout").FromFiles()
}

// drawnOf is the whole graph of a catalog. No one changes it once it is made.
type drawnOf struct {
	catalog *team.Catalog
	graph   Graph
}

// connected is what takes part in the needs of services, those that most need
// first. Hosts are left out: nearly everything needs one.
func connected(c *team.Catalog) []prentice.Ref {
	degree := map[prentice.Ref]int{}
	for who, what := range needs(c) {
		for _, w := range what {
			if who.Kind() != "host" && w.Kind() != "host" && who != w {
				degree[who]++
				degree[w] += 2 // what is needed matters more
			}
		}
	}
	for _, s := range c.Services {
		degree[s.Ref]++
	}
	refs := slices.Sorted(maps.Keys(degree))
	slices.SortStableFunc(refs, func(a, b prentice.Ref) int { return degree[b] - degree[a] })
	return refs
}

// near is what is at most so many steps away, what needs it on the one side and
// what it needs on the other, nearest first.
func near(c *team.Catalog, ref prentice.Ref, steps int) []prentice.Ref {
	refs, seen := []prentice.Ref{ref}, map[prentice.Ref]bool{ref: true}
	for _, way := range []map[prentice.Ref][]prentice.Ref{needs(c), neededBy(c)} {
		for frontier, n := []prentice.Ref{ref}, 0; n < steps; n++ {
			var next []prentice.Ref
			for _, at := range frontier {
				for _, other := range slices.Sorted(slices.Values(way[at])) {
					if !seen[other] {
						seen[other] = true
						next = append(next, other)
					}
				}
			}
			refs, frontier = append(refs, next...), next
		}
	}
	return refs
}

// graphOf places entities in columns and rows, and joins them.
func graphOf(c *team.Catalog, focus prentice.Ref, refs []prentice.Ref) Graph {
	g := Graph{Focus: focus, Nodes: []Node{}, Edges: []Edge{}, Left: max(0, len(refs)-mostNodes)}
	refs = slices.Sorted(slices.Values(refs[:min(len(refs), mostNodes)]))
	out := map[prentice.Ref][]prentice.Ref{}
	for who, what := range needs(c) {
		for _, w := range slices.Compact(slices.Sorted(slices.Values(what))) {
			if _, have := slices.BinarySearch(refs, who); !have || who == w {
				continue
			}
			if _, have := slices.BinarySearch(refs, w); have {
				out[who] = append(out[who], w)
				g.Edges = append(g.Edges, Edge{who, w})
			}
		}
	}
	slices.SortFunc(g.Edges, func(a, b Edge) int { return strings.Compare(string(a.From+" "+a.To), string(b.From+" "+b.To)) })
	titles := map[prentice.Ref]string{}
	for _, e := range c.Entities {
		titles[e.Ref] = e.Title
	}
	for col, rows := range ordered(columns(refs, out), g.Edges) {
		for row, ref := range rows {
			g.Nodes = append(g.Nodes, Node{ref, titles[ref], col, row})
		}
	}
	return g
}

// columns puts each entity right of all that need it. An edge that closes a circle
// does not count.
func columns(refs []prentice.Ref, out map[prentice.Ref][]prentice.Ref) [][]prentice.Ref {
	var order []prentice.Ref // those that need before what they need, when turned
	state := map[prentice.Ref]int{}
	forward := map[Edge]bool{}
	var visit func(prentice.Ref)
	visit = func(at prentice.Ref) {
		state[at] = 1
		for _, to := range out[at] {
			if state[to] != 1 { // else it is on the way that led here
				forward[Edge{at, to}] = true
			}
			if state[to] == 0 {
				visit(to)
			}
		}
		state[at] = 2
		order = append(order, at)
	}
	for _, ref := range refs {
		if state[ref] == 0 {
			visit(ref)
		}
	}
	column, last := map[prentice.Ref]int{}, 0
	for _, at := range slices.Backward(order) {
		for _, to := range out[at] {
			if forward[Edge{at, to}] {
				column[to] = max(column[to], column[at]+1)
				last = max(last, column[to])
			}
		}
	}
	list := make([][]prentice.Ref, last+1)
	for _, ref := range refs {
		list[column[ref]] = append(list[column[ref]], ref)
	}
	return list
}

// ordered puts entities beside those that they are joined with, so that fewer lines
// cross.
func ordered(cols [][]prentice.Ref, edges []Edge) [][]prentice.Ref {
	joined := map[prentice.Ref][]prentice.Ref{}
	for _, e := range edges {
		joined[e.From], joined[e.To] = append(joined[e.From], e.To), append(joined[e.To], e.From)
	}
	place := map[prentice.Ref]float64{}
	settle := func(col []prentice.Ref) {
		for i, ref := range col {
			place[ref] = float64(i) - float64(len(col)-1)/2
		}
	}
	for _, col := range cols {
		settle(col)
	}
	for range 4 {
		for _, col := range cols {
			middle := map[prentice.Ref]float64{}
			for _, ref := range col {
				for _, other := range joined[ref] {
					middle[ref] += place[other] / float64(len(joined[ref]))
				}
			}
			slices.SortStableFunc(col, func(a, b prentice.Ref) int {
				switch {
				case middle[a] < middle[b]:
					return -1
				case middle[a] > middle[b]:
					return 1
				}
				return 0
			})
			settle(col)
		}
	}
	return cols
}

// Text implements op.Texter: what each needs, a line for each.
func (g Graph) Text() string {
	needs := map[prentice.Ref][]prentice.Ref{}
	for _, e := range g.Edges {
		needs[e.From] = append(needs[e.From], e.To)
	}
	var b strings.Builder
	for _, ref := range slices.Sorted(maps.Keys(needs)) {
		fmt.Fprintf(&b, "%s needs %s\n", ref, commas(needs[ref]))
	}
	if len(needs) == 0 {
		b.WriteString("Nothing is known to need anything else. Declare it with dependsOn in the catalog.\n")
	}
	if g.Left > 0 {
		fmt.Fprintf(&b, "%s left out; look near one with: prentice catalog graph REF\n", op.Count(g.Left, "entity is", "entities are"))
	}
	return b.String()
}

var _ op.Texter = Graph{}
