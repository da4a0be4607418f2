package policy

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/kit/expr"
)

// fill asks every rule about every cell, some rules at a time, and puts the
// answers together as Decide does: of the team's rules the first that speaks in
// their order, else of the built-in ones.
func (g *grid) fill(ctx context.Context) {
	cells := len(g.plans) * len(g.actors) * len(g.slots)
	g.says, g.fails, g.out = make([][]bool, len(g.rules)), make([][]bool, len(g.rules)), make([]outcome, cells)
	g.seen = g.see()
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range g.rules {
		all.Go(func() {
			free <- struct{}{}
			g.says[i], g.fails[i] = g.ask(ctx, &g.rules[i], g.seen)
			<-free
		})
	}
	all.Wait()
	for c := range g.out {
		g.out[c] = g.decided(c)
	}
}

// decided is the outcome of a cell. Among rules of one priority one that could
// not be worked out comes first, because it refuses.
func (g *grid) decided(cell int) outcome {
	for _, half := range [][2]int{{0, g.team}, {g.team, len(g.rules)}} {
		best := -1
		for i := half[0]; i < half[1]; i++ {
			if !g.says[i][cell] {
				continue
			}
			if best < 0 {
				best = i
			}
			if g.rules[i].Priority < g.rules[best].Priority {
				break
			}
			if g.verdict(i, cell) < g.verdict(best, cell) {
				best = i
			}
		}
		if best >= 0 {
			o := outcome{rule: best, verdict: g.verdict(best, cell)}
			if o.verdict == prentice.Ask {
				o.approvers = g.rules[best].Approvers
			}
			return o
		}
	}
	return outcome{rule: -1}
}

func (g *grid) verdict(rule, cell int) prentice.Verdict {
	if g.fails[rule] != nil && g.fails[rule][cell] {
		return prentice.Refuse
	}
	return g.rules[rule].Verdict
}

// sight is the three parts of a cell as conditions see them. Each part is seen
// once, not once for every cell.
type sight struct{ plans, actors, slots []map[string]any }

func (g *grid) see() sight {
	var s sight
	part := func(m prentice.Moment, words ...string) map[string]any {
		all, kept := see(m, g.policy.Zone()).values, map[string]any{}
		for _, w := range words {
			kept[w] = all[w]
		}
		return kept
	}
	for i := range g.plans {
		s.plans = append(s.plans, part(g.moment(i, 0, 0), "plan", "input", "record", "budget", "op"))
	}
	for i := range g.actors {
		s.actors = append(s.actors, part(prentice.Moment{Actor: g.actors[i]}, "actor"))
	}
	for i := range g.slots {
		s.slots = append(s.slots, part(prentice.Moment{Now: g.slots[i].at}, "time", "now"))
	}
	return s
}

// ask asks one rule about every cell, once for all cells in which what it looks
// at is the same.
func (g *grid) ask(ctx context.Context, r *Rule, s sight) (says, fails []bool) {
	says = make([]bool, len(g.out))
	plans, actors, slots := toIt(r, s)
	type answer struct{ known, yes, failed bool }
	answers := make([]answer, plans.n*actors.n*slots.n)
	values := map[string]any{}
	for p := range g.plans {
		for a := range g.actors {
			for t := range g.slots {
				at := &answers[(plans.of[p]*actors.n+actors.of[a])*slots.n+slots.of[t]]
				if !at.known {
					for _, part := range []map[string]any{s.plans[p], s.actors[a], s.slots[t]} {
						for word, v := range part {
							values[word] = v
						}
					}
					yes, err := r.when.Is(ctx, values)
					*at = answer{true, yes || err != nil, err != nil}
				}
				cell := g.cell(p, a, t)
				says[cell] = at.yes
				if at.failed {
					if fails == nil {
						fails = make([]bool, len(g.out))
					}
					fails[cell] = true
				}
			}
		}
	}
	return says, fails
}

// likes says which things are alike to a rule: of[i] is the kind of thing i.
type likes struct {
	of []int
	n  int
}

// toIt says what is alike to a rule.
func toIt(r *Rule, s sight) (plans, actors, slots likes) {
	return alike(r.looks, s.plans), alike(r.looks, s.actors), alike(r.looks, s.slots)
}

// alike puts things together in which all that is looked at is the same.
func alike(looks []expr.Mention, things []map[string]any) likes {
	l := likes{of: make([]int, len(things))}
	known := map[string]int{}
	for i, thing := range things {
		var key strings.Builder
		for _, m := range looks {
			if v, ok := at(thing, m.Path); ok {
				key.WriteString(m.Path + "=" + asSeen(m, v) + "\n")
			}
		}
		k, ok := known[key.String()]
		if !ok {
			k = len(known)
			known[key.String()] = k
		}
		l.of[i] = k
	}
	l.n = len(known)
	return l
}

// asSeen is a value as far as a rule can tell it from others: where it lies
// among the constants that it is compared with, or else all of it.
func asSeen(m expr.Mention, v any) string {
	if n, ok := v.(int); ok {
		v = int64(n)
	}
	if !m.Compared {
		return fmt.Sprintf("%q", fmt.Sprint(v))
	}
	below, equal := 0, false
	for _, c := range m.Values {
		way, ok := order(v, c)
		if !ok {
			return fmt.Sprintf("%q", fmt.Sprint(v))
		}
		equal = equal || way == 0
		if way > 0 {
			below++
		}
	}
	return fmt.Sprint(below, equal)
}

// order compares two texts or two whole numbers.
func order(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case int64:
		b, ok := b.(int64)
		return cmp.Compare(a, b), ok
	}
	return 0, false
}

// at is the value at a path, or the nearest that holds it.
func at(thing map[string]any, path string) (any, bool) {
	word, rest, more := strings.Cut(path, ".")
	v, ok := thing[word]
	if !ok || !more {
		return v, ok
	}
	switch inner := v.(type) {
	case map[string]any:
		if found, ok := at(inner, rest); ok {
			return found, true
		}
	case map[string]string:
		if found, ok := inner[rest]; ok {
			return found, true
		}
		return nil, true // to look at it is an error, wherever it would lie
	}
	return v, true
}
