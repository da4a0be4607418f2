package policy

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
)

// rows are the cells said as shortly as can be without losing one: actors with
// the same answers at all hours stand together, and so do places.
func (g *grid) rows() []TableRow {
	rows := []TableRow{}
	at := map[string]int{} // a row without its places
	for p, plan := range g.plans {
		for _, actors := range g.alikeActors(p) {
			for _, hours := range g.alikeHours(p, actors[0]) {
				o := g.out[g.cell(p, actors[0], hours[0])]
				row := TableRow{Procedure: plan.Plan.Procedure, Risk: riskOf(plan.Plan), Places: []string{plan.Place}, Actors: g.actorNames(actors),
					Times: g.nameHours(hours), Verdict: o.verdict, Approvers: o.approvers, Rule: g.ruleName(o), BuiltIn: o.rule >= g.team}
				key := strings.Join(append([]string{row.Procedure, row.Risk, row.Times, row.Rule, row.Verdict.String()}, row.Actors...), "\x1f")
				if i, ok := at[key]; ok {
					rows[i].Places = append(rows[i].Places, plan.Place)
					continue
				}
				at[key] = len(rows)
				rows = append(rows, row)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b TableRow) int { return strings.Compare(a.Procedure, b.Procedure) })
	return rows
}

func riskOf(p prentice.Plan) string {
	if p.Risk > prentice.Look {
		return unknownRisk
	}
	return p.Risk.String()
}

func (g *grid) ruleName(o outcome) string {
	if o.rule < 0 {
		return "no rule"
	}
	return g.rules[o.rule].Name
}

func (g *grid) actorNames(actors []int) []string {
	names := make([]string, len(actors))
	for i, a := range actors {
		names[i] = nameOfActor(g.actors[a])
	}
	return names
}

// alikeActors groups the actors that get the same answers about a plan.
func (g *grid) alikeActors(plan int) [][]int {
	return grouped(len(g.actors), func(a int) string {
		var key strings.Builder
		for _, class := range g.classes {
			fmt.Fprintln(&key, g.out[g.cell(plan, a, class[0])])
		}
		return key.String()
	})
}

// alikeHours groups the hours at which an actor gets one answer about a plan.
func (g *grid) alikeHours(plan, actor int) [][]int {
	return grouped(len(g.slots), func(t int) outcome { return g.out[g.cell(plan, actor, t)] })
}

// grouped puts the numbers below n together that have one key, in order.
func grouped[K comparable](n int, key func(int) K) [][]int {
	var groups [][]int
	at := map[K]int{}
	for i := range n {
		k := key(i)
		g, ok := at[k]
		if !ok {
			g = len(groups)
			at[k] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}
