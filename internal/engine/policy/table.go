package policy

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
)

// Surveyed is one procedure in one place, as the table asks about it.
type Surveyed struct {
	Place string // its environment, or its system, or both
	Plan  prentice.Plan
}

// Table asks the policy about every plan, for every sort of actor, at every hour
// of a week without a change of clocks, and of every date that a rule names. It
// is no guess: a cell is what Decide says. A rule is asked once for all cells
// that it cannot tell apart, which is what makes it quick.
func (p *Policy) Table(ctx context.Context, plans []Surveyed, now time.Time) Table {
	g := p.lay(plans, now)
	g.fill(ctx)
	g.class()
	t := Table{
		Policy: p.Digest(), Zone: p.Zone().String(), Procedures: len(g.procedures()), Places: g.places(), Times: g.times, Cells: len(plans) * len(g.actors) * len(g.classes),
		Rows: g.rows(), Holes: g.holes(), Contradictions: g.contradictions(), Silent: g.silent(ctx), Held: p.held(),
	}
	for _, a := range g.actors {
		t.Actors = append(t.Actors, nameOfActor(a))
	}
	g.cells(func(_, _, _ int, o outcome) {
		switch o.verdict {
		case prentice.Refuse:
			t.Refused++
		case prentice.Ask:
			t.Asked++
		case prentice.Allow:
			t.Allowed++
		}
	})
	return t
}

// outcome is what one cell comes to: the rule that decides, as its place in the
// list of all rules, and what it says.
type outcome struct {
	rule      int // -1 for none
	verdict   prentice.Verdict
	approvers int
}

// slot is one hour of the table.
type slot struct {
	at      time.Time
	day     string // a weekday, or a date that a rule names
	hour    int
	special bool // a date
}

// grid is the table being made.
type grid struct {
	policy  *Policy
	rules   []Rule // the team's, then the built-in ones
	team    int    // how many are the team's
	plans   []Surveyed
	actors  []prentice.Actor
	slots   []slot
	says    [][]bool // by rule, then by cell: does it speak
	fails   [][]bool // the same: could it not be worked out; nil for none
	seen    sight
	out     []outcome // by cell
	classes [][]int   // slots that no cell tells apart
	times   []string  // their names
}

func (g *grid) cell(plan, actor, slot int) int { return (plan*len(g.actors)+actor)*len(g.slots) + slot }

// lay makes the axes.
func (p *Policy) lay(plans []Surveyed, now time.Time) *grid {
	looks := mentioned(p.Rules())
	g := &grid{policy: p, rules: p.Rules(), team: len(p.team), plans: plans, actors: actorsOf(looks)}
	dates := []string{}
	for _, v := range looks["time.date"] {
		if text, ok := v.(string); ok {
			dates = append(dates, text)
		}
	}
	g.slots = slotsOf(p.Zone(), now, dates)
	return g
}

// actorsOf is every sort of actor that can ask for a run, through the doors and
// with the names that rules tell apart.
func actorsOf(looks map[string][]any) []prentice.Actor {
	var list []prentice.Actor
	for _, kind := range []prentice.ActorKind{prentice.Person, prentice.Agent} {
		for _, role := range []prentice.Role{prentice.Operator, prentice.Approver, prentice.Owner} {
			list = append(list, prentice.Actor{Kind: kind, Name: "anybody", Given: true, Role: role, Door: map[prentice.ActorKind]string{prentice.Person: "cli", prentice.Agent: "api"}[kind]})
		}
	}
	list = append(list, prentice.Prentice("event"))
	add := func(a prentice.Actor) {
		if !slices.ContainsFunc(list, func(b prentice.Actor) bool { return nameOfActor(a) == nameOfActor(b) }) {
			list = append(list, a)
		}
	}
	for _, v := range looks["actor.door"] {
		door, _ := v.(string)
		switch door {
		case "cli", "web":
			add(prentice.Actor{Kind: prentice.Person, Name: "anybody", Role: prentice.Operator, Door: door})
		case "event", "schedule", "probe":
			add(prentice.Prentice(door))
		default:
			add(prentice.Actor{Kind: prentice.Agent, Name: "anybody", Given: true, Role: prentice.Operator, Door: door})
		}
	}
	for _, path := range []string{"actor.name", "actor.ref"} {
		for _, v := range looks[path] {
			text, _ := v.(string)
			kind, name, whole := strings.Cut(text, "/")
			if !whole {
				kind, name = string(prentice.Person), text
			}
			add(prentice.Actor{Kind: prentice.ActorKind(kind), Name: name, Given: true, Role: prentice.Operator, Door: "api"})
		}
	}
	return list
}

func nameOfActor(a prentice.Actor) string {
	name := string(a.Kind) + " " + string(a.Role)
	switch {
	case a.Kind == prentice.Self:
		return "prentice by " + a.Door
	case a.Name != "anybody":
		return string(a.Ref())
	case a.Kind == prentice.Person && a.Door != "cli", a.Kind == prentice.Agent && a.Door != "api":
		return name + " by " + a.Door
	}
	return name
}

// Names are the texts that the team's rules hold something against: the names of
// services and hosts are among them.
func (p *Policy) Names() []string {
	var list []string
	for _, r := range p.team {
		for _, m := range r.looks {
			for _, v := range m.Values {
				if text, ok := v.(string); ok && !slices.Contains(list, text) {
					list = append(list, text)
				}
			}
		}
	}
	return list
}

// slotsOf is the hours of an ordinary week, and of the dates that rules name.
func slotsOf(zone *time.Location, now time.Time, dates []string) []slot {
	monday := ordinaryWeek(now.In(zone), dates)
	var list []slot
	for day := range 7 {
		for hour := range 24 {
			at := time.Date(monday.Year(), monday.Month(), monday.Day()+day, hour, 0, 0, 0, zone)
			list = append(list, slot{at: at, day: weekday(at), hour: hour})
		}
	}
	for _, date := range dates {
		day, err := time.ParseInLocation(time.DateOnly, date, zone)
		if err != nil {
			continue
		}
		for hour := range 24 {
			if at, ok := withHour(day, hour); ok {
				list = append(list, slot{at: at, day: date, hour: hour, special: true})
			}
		}
	}
	return list
}

// ordinaryWeek is the Monday of the first week from now in which no clock is
// changed and no date falls that a rule names.
func ordinaryWeek(now time.Time, dates []string) time.Time {
	monday := time.Date(now.Year(), now.Month(), now.Day()-(int(now.Weekday())+6)%7, 0, 0, 0, 0, now.Location())
	for week := range 60 {
		begin := monday.AddDate(0, 0, 7*week)
		ordinary := true
		_, offset := begin.Zone()
		for day := range 8 {
			d := begin.AddDate(0, 0, day)
			_, then := d.Zone()
			ordinary = ordinary && then == offset && (day == 7 || !slices.Contains(dates, d.Format(time.DateOnly)))
		}
		if ordinary {
			return begin
		}
	}
	return monday
}

// moment is what a cell asks about.
func (g *grid) moment(plan, actor, slot int) prentice.Moment {
	return prentice.Moment{Now: g.slots[slot].at, Actor: g.actors[actor], Op: prentice.OpFor(g.plans[plan].Plan.Procedure), Plan: &g.plans[plan].Plan}
}

// places are the names of the places, once each.
func (g *grid) places() []string {
	list := []string{}
	for _, p := range g.plans {
		if !slices.Contains(list, p.Place) {
			list = append(list, p.Place)
		}
	}
	return list
}

func (g *grid) procedures() []string {
	list := []string{}
	for _, p := range g.plans {
		if !slices.Contains(list, p.Plan.Procedure) {
			list = append(list, p.Plan.Procedure)
		}
	}
	return list
}

// held are the facts that rules look at and every cell holds at one value.
func (p *Policy) held() []string {
	var list []string
	for _, r := range p.team {
		for _, m := range r.looks {
			if (strings.HasPrefix(m.Path, "record.") || strings.HasPrefix(m.Path, "budget.") || strings.HasPrefix(m.Path, "input.") || slices.Contains([]string{"plan.target_count", "plan.targets", "plan.event", "now", "record", "budget", "input"}, m.Path)) && !slices.Contains(list, m.Path) {
				list = append(list, m.Path)
			}
		}
	}
	slices.Sort(list)
	return list
}

// cells calls f for one hour of every class.
func (g *grid) cells(f func(plan, actor, class int, o outcome)) {
	for p := range g.plans {
		for a := range g.actors {
			for c, class := range g.classes {
				f(p, a, c, g.out[g.cell(p, a, class[0])])
			}
		}
	}
}
