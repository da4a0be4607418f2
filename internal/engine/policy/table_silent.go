package policy

import (
	"context"

	"prentice"
)

// Bounds on the search for a cell in which a rule decides.
const (
	mostVariations = 300
	mostLooks      = 20_000
)

// silent are the rules of the team that decide nothing: not one cell, and not
// one of them either with other values of the facts that the cells hold still
// and the rule looks at. A rule about operations alone is not about cells.
func (g *grid) silent(ctx context.Context) []SilentRule {
	list := []SilentRule{}
	decides := map[int]bool{}
	for _, o := range g.out {
		decides[o.rule] = true
	}
	for i, r := range g.rules[:g.team] {
		if decides[i] || r.asks.op && !r.asks.plan {
			continue
		}
		if found, behind := g.search(ctx, r); !found {
			list = append(list, SilentRule{Rule: r.Name, Behind: behind, At: r.At})
		}
	}
	return list
}

// search looks for a moment in which a rule decides, and otherwise says which
// rule decides where this one matches.
func (g *grid) search(ctx context.Context, r Rule) (found bool, behind string) {
	looks, by := 0, map[string]int{}
	defer func() {
		for name, n := range by {
			if n > by[behind] || n == by[behind] && name < behind {
				behind = name
			}
		}
	}()
	plans, actors, slots := toIt(&r, g.seen)
	mute := map[[3]int]bool{} // what is alike to the rule and did not move it
	for p := range g.plans {
		for a := range g.actors {
			for _, class := range g.classes {
				like := [3]int{plans.of[p], actors.of[a], slots.of[class[0]]}
				if mute[like] {
					continue
				}
				mute[like] = true
				for _, m := range g.variations(r, g.moment(p, a, class[0])) {
					if looks++; looks > mostLooks {
						return false, ""
					}
					if !g.policy.speaks(ctx, r, see(m, g.policy.Zone())) {
						continue
					}
					mute[like] = false
					d := g.policy.Decide(ctx, m)
					if d.Rules[0] == r.Name {
						return true, ""
					}
					by[d.Rules[0]]++
				}
			}
		}
	}
	return false, ""
}

// variations are a moment as it is and with other values of what the rule looks
// at in the plan and the record.
func (g *grid) variations(r Rule, m prentice.Moment) []prentice.Moment {
	list := []prentice.Moment{m}
	own := mentioned([]Rule{r})
	for _, f := range g.policy.facts(own) {
		if !f.plan || f.far > 0 { // places and risks are those of the team
			continue
		}
		for _, before := range list {
			for _, o := range f.others(before, own[f.name]) {
				if len(list) >= mostVariations {
					return list
				}
				then := before
				o.set(&then)
				list = append(list, then)
			}
		}
	}
	return list
}
