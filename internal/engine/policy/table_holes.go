package policy

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
)

// The kinds of hole. Nothing that only looks is one.
const (
	// Unspoken: only a built-in rule decides, although the team's own rules
	// decide more than half of the hours of the same plan and actor, of the
	// actors at the same hour, or of the places for the same procedure.
	Unspoken = "unspoken"
	// DangerUnasked: what cannot be undone is allowed with no one asked.
	DangerUnasked = "danger-unasked"
	// LooserAtNight: allowed with no one asked between 22 and 6, although it is
	// asked about or refused between 9 and 17 of the same day.
	LooserAtNight = "looser-at-night"
	// LooserForPrograms: an agent may do with no one asked what a person of the
	// same role is asked about or refused.
	LooserForPrograms = "looser-for-programs"
)

var holeSays = map[string]string{
	Unspoken:          "only a built-in rule decides, although the team's rules decide most of what lies beside it",
	DangerUnasked:     "it cannot be undone, and no one is asked",
	LooserAtNight:     "no one is asked by night, although someone is by day",
	LooserForPrograms: "a program may do alone what a person of the same role may not",
}

// holes finds what looks forgotten.
func (g *grid) holes() []Hole {
	f := &finder{grid: g, at: map[string]int{}, holes: []Hole{}}
	for _, kind := range []string{DangerUnasked, LooserAtNight, LooserForPrograms, Unspoken} {
		is := map[string]func(plan, actor, slot int) bool{
			Unspoken: g.unspoken(), DangerUnasked: g.dangerUnasked, LooserAtNight: g.looserAtNight, LooserForPrograms: g.looserForPrograms,
		}[kind]
		for p := range g.plans {
			if g.plans[p].Plan.Risk != prentice.Look {
				f.collect(kind, p, is)
			}
		}
	}
	return f.holes
}

func (g *grid) ours(plan, actor, slot int) bool {
	o := g.out[g.cell(plan, actor, slot)]
	return o.rule >= 0 && o.rule < g.team
}

// unspoken counts the lines once and then answers for a cell.
func (g *grid) unspoken() func(plan, actor, slot int) bool {
	hours := make([]int, len(g.plans)*len(g.actors))
	actors := make([]int, len(g.plans)*len(g.slots))
	places, among := map[string][]int{}, map[string]int{}
	for p, plan := range g.plans {
		name := plan.Plan.Procedure
		among[name]++
		if places[name] == nil {
			places[name] = make([]int, len(g.actors)*len(g.slots))
		}
		for a := range g.actors {
			for t := range g.slots {
				if g.ours(p, a, t) {
					hours[p*len(g.actors)+a]++
					actors[p*len(g.slots)+t]++
					places[name][a*len(g.slots)+t]++
				}
			}
		}
	}
	return func(p, a, t int) bool {
		name := g.plans[p].Plan.Procedure
		return !g.ours(p, a, t) && (2*hours[p*len(g.actors)+a] > len(g.slots) || 2*actors[p*len(g.slots)+t] > len(g.actors) || 2*places[name][a*len(g.slots)+t] > among[name])
	}
}

func (g *grid) allows(plan, actor, slot int) bool {
	return g.out[g.cell(plan, actor, slot)].verdict == prentice.Allow
}

func (g *grid) dangerUnasked(plan, actor, slot int) bool {
	return g.plans[plan].Plan.Risk == prentice.Danger && g.allows(plan, actor, slot)
}

func (g *grid) looserAtNight(plan, actor, slot int) bool {
	s := g.slots[slot]
	if s.hour >= 6 && s.hour < 22 || !g.allows(plan, actor, slot) {
		return false
	}
	for t, other := range g.slots {
		if other.day == s.day && other.hour >= 9 && other.hour < 17 && !g.allows(plan, actor, t) {
			return true
		}
	}
	return false
}

func (g *grid) looserForPrograms(plan, actor, slot int) bool {
	a := g.actors[actor]
	if a.Kind != prentice.Agent || !g.allows(plan, actor, slot) {
		return false
	}
	person := slices.IndexFunc(g.actors, func(b prentice.Actor) bool { return b.Kind == prentice.Person && b.Role == a.Role })
	return !g.allows(plan, person, slot)
}

// finder puts the cells of holes together: hours, then actors, places and
// procedures with the same ones.
type finder struct {
	*grid
	at    map[string]int
	holes []Hole
}

func (f *finder) collect(kind string, plan int, is func(plan, actor, slot int) bool) {
	type line struct{ actors, hours []int }
	var lines []line
	for a := range f.actors {
		for _, hours := range f.alikeHours(plan, a) {
			hours = slices.DeleteFunc(hours, func(t int) bool { return !is(plan, a, t) })
			if len(hours) == 0 {
				continue
			}
			i := slices.IndexFunc(lines, func(l line) bool {
				return slices.Equal(l.hours, hours) && f.out[f.cell(plan, l.actors[0], hours[0])] == f.out[f.cell(plan, a, hours[0])]
			})
			if i < 0 {
				lines = append(lines, line{hours: hours})
				i = len(lines) - 1
			}
			lines[i].actors = append(lines[i].actors, a)
		}
	}
	for _, l := range lines {
		f.add(kind, plan, l.actors, l.hours)
	}
}

func (f *finder) add(kind string, plan int, actors, hours []int) {
	o, of := f.out[f.cell(plan, actors[0], hours[0])], f.plans[plan]
	h := Hole{Kind: kind, Procedures: []string{of.Plan.Procedure}, Risk: riskOf(of.Plan), Places: []string{of.Place}, Actors: f.actorNames(actors),
		Times: f.nameHours(hours), Verdict: o.verdict, Rule: f.ruleName(o), Says: holeSays[kind]}
	cells := 0
	for _, class := range f.classes {
		if slices.Contains(hours, class[0]) {
			cells += len(actors)
		}
	}
	key := fmt.Sprint(kind, h.Risk, h.Rule, h.Times, strings.Join(h.Actors, ","))
	i, known := f.at[key]
	if !known {
		h.Cells = cells
		f.at[key] = len(f.holes)
		f.holes = append(f.holes, h)
		return
	}
	old := &f.holes[i]
	old.Cells += cells
	if !slices.Contains(old.Procedures, h.Procedures[0]) {
		old.Procedures = append(old.Procedures, h.Procedures[0])
	}
	if !slices.Contains(old.Places, of.Place) {
		old.Places = append(old.Places, of.Place)
	}
}

// contradictions are pairs of the team's rules that both match a cell, with the
// highest priority there, and want different things.
func (g *grid) contradictions() []Contradiction {
	list := []Contradiction{}
	at := map[[2]string]int{}
	for p := range g.plans {
		for a := range g.actors {
			for c, class := range g.classes {
				cell := g.cell(p, a, class[0])
				o := g.out[cell]
				if o.rule < 0 || o.rule >= g.team {
					continue
				}
				for i := range g.team {
					if i == o.rule || g.rules[i].Priority != g.rules[o.rule].Priority || !g.says[i][cell] || g.rules[i].Verdict == g.rules[o.rule].Verdict {
						continue
					}
					pair := [2]string{g.rules[o.rule].Name, g.rules[i].Name}
					if _, ok := at[pair]; !ok {
						at[pair] = len(list)
						list = append(list, Contradiction{Rules: pair, Where: strings.Join([]string{g.plans[p].Plan.Procedure, g.plans[p].Place, nameOfActor(g.actors[a]), g.times[c]}, ", ")})
					}
					list[at[pair]].Cells++
				}
			}
		}
	}
	return list
}
