package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// A fact is one thing that a moment holds and that could be otherwise. Only
// facts that some rule looks at can change a decision, so only they are tried,
// and only at values that some rule tells apart.
type fact struct {
	name string // as conditions write it
	plan bool   // it belongs to the plan or its record
	far  int    // steps that are added, because no one can choose it
	is   func(prentice.Moment) string
	// others are the values that are worth a try, with how many steps of the
	// fact's own scale they are away: hours, days, roles, hosts, runs.
	others func(m prentice.Moment, mentioned []any) []other
}

// other is another value of a fact.
type other struct {
	value string
	steps int
	set   func(*prentice.Moment)
}

// mentioned gathers the constants that the rules hold each path against.
func mentioned(rules []Rule) map[string][]any {
	all := map[string][]any{}
	for _, r := range rules {
		for _, m := range r.looks {
			values := all[m.Path]
			for _, v := range m.Values {
				if !slices.Contains(values, v) {
					values = append(values, v)
				}
			}
			all[m.Path] = values
		}
	}
	return all
}

// facts are those that the rules look at, in the order in which people would
// think of them.
func (p *Policy) facts(looks map[string][]any) []fact {
	known := append(actorFacts(), p.timeFacts()...)
	known = append(known, planFacts()...)
	for path := range looks {
		if name, ok := strings.CutPrefix(path, "input."); ok {
			known = append(known, inputFact(name))
		}
	}
	kept := known[:0]
	for _, f := range known {
		if _, ok := looks[f.name]; ok {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(kept, func(a, b fact) int {
		if strings.HasPrefix(a.name, "input.") && strings.HasPrefix(b.name, "input.") {
			return strings.Compare(a.name, b.name)
		}
		return 0
	})
	return kept
}

func actorFacts() []fact {
	return []fact{
		ladder("actor.role", func(m prentice.Moment) string { return string(m.Actor.Role) }, func(m *prentice.Moment, v string) { m.Actor.Role = prentice.Role(v) }, eachStep),
		ladder("actor.kind", func(m prentice.Moment) string { return string(m.Actor.Kind) }, func(m *prentice.Moment, v string) { m.Actor.Kind = prentice.ActorKind(v) }, oneStep),
		textFact("actor.door", func(m prentice.Moment) string { return m.Actor.Door }, func(m *prentice.Moment, v string) { m.Actor.Door = v }),
		textFact("actor.name", func(m prentice.Moment) string { return m.Actor.Name }, func(m *prentice.Moment, v string) { m.Actor.Name = v }),
	}
}

// The plan's facts from this one on are what it is, not how much of it or what
// it has earned: no one can choose them, so any other change is nearer.
const (
	firstNature = 5
	farther     = 1000
)

func planFacts() []fact {
	list := []fact{
		count("plan.target_count", 1, func(m prentice.Moment) int { return len(m.Plan.Targets) }, setTargets),
		count("record.runs", 0, func(m prentice.Moment) int { return m.Record.Runs }, func(m *prentice.Moment, n int) { m.Record.Runs = n }),
		count("record.verified", 0, func(m prentice.Moment) int { return m.Record.Verified }, func(m *prentice.Moment, n int) { m.Record.Verified = n }),
		count("record.harmful", 0, func(m prentice.Moment) int { return m.Record.Harmful }, func(m *prentice.Moment, n int) { m.Record.Harmful = n }),
		count("record.useless", 0, func(m prentice.Moment) int { return m.Record.Useless }, func(m *prentice.Moment, n int) { m.Record.Useless = n }),
		textFact("plan.environment", func(m prentice.Moment) string { return m.Plan.Environment }, func(m *prentice.Moment, v string) { onPlan(m).Environment = v }),
		textFact("plan.system", func(m prentice.Moment) string { return string(m.Plan.System) }, func(m *prentice.Moment, v string) { onPlan(m).System = prentice.Ref(v) }),
		textFact("plan.subject", func(m prentice.Moment) string { return string(m.Plan.Subject) }, func(m *prentice.Moment, v string) { onPlan(m).Subject = prentice.Ref(v) }),
		textFact("plan.owner", func(m prentice.Moment) string { return string(m.Plan.Owner) }, func(m *prentice.Moment, v string) { onPlan(m).Owner = prentice.Ref(v) }),
		{name: "plan.undoable", is: func(m prentice.Moment) string { return fmt.Sprint(m.Plan.Undoable) }, others: flipUndoable},
		ladder("plan.risk", func(m prentice.Moment) string { return m.Plan.Risk.String() }, setRisk, eachStep),
	}
	for i := range list {
		list[i].plan = true
		if i >= firstNature {
			list[i].far = farther
		}
	}
	return list
}

// onPlan is the moment's plan, copied so that no one else's changes.
func onPlan(m *prentice.Moment) *prentice.Plan {
	copied := *m.Plan
	m.Plan = &copied
	return m.Plan
}

func setRisk(m *prentice.Moment, v string) {
	risk, err := prentice.ParseRisk(v)
	if err == nil {
		onPlan(m).Risk = risk
	}
}

func flipUndoable(m prentice.Moment, _ []any) []other {
	to := !m.Plan.Undoable
	return []other{{fmt.Sprint(to), 1, func(m *prentice.Moment) { onPlan(m).Undoable = to }}}
}

// setTargets takes targets away from the end, or adds made-up ones.
func setTargets(m *prentice.Moment, n int) {
	p := onPlan(m)
	list := slices.Clone(p.Targets[:min(n, len(p.Targets))])
	for len(list) < n {
		list = append(list, prentice.Target{Ref: prentice.NewRef("host", "another-"+strconv.Itoa(len(list)+1))})
	}
	p.Targets = list
}

type scale bool

const (
	eachStep scale = true  // the values are a ladder
	oneStep  scale = false // any value is one step from any other
)

// ladder is a fact of few values that are known beforehand.
func ladder(name string, is func(prentice.Moment) string, set func(*prentice.Moment, string), s scale) fact {
	return fact{name: name, is: is, others: func(m prentice.Moment, _ []any) []other {
		values := closed[name]
		now := slices.Index(values, is(m))
		var list []other
		for i, v := range values {
			if i == now || v == unknownRisk || name == "actor.role" && m.Plan != nil && !prentice.Role(v).Includes(prentice.Operator) {
				continue // a viewer is turned away at the door
			}
			steps := 1
			if s == eachStep {
				steps = max(i-now, now-i)
			}
			list = append(list, other{v, steps, func(m *prentice.Moment) { set(m, v) }})
		}
		return list
	}}
}

// textFact is a fact of any text; the texts that rules mention are tried.
func textFact(name string, is func(prentice.Moment) string, set func(*prentice.Moment, string)) fact {
	return fact{name: name, is: is, others: func(m prentice.Moment, mentioned []any) []other {
		var list []other
		for _, v := range mentioned {
			if text, ok := v.(string); ok && text != is(m) {
				list = append(list, other{text, 1, func(m *prentice.Moment) { set(m, text) }})
			}
		}
		return list
	}}
}

func inputFact(name string) fact {
	f := textFact("input."+name, func(m prentice.Moment) string { return m.Plan.Inputs[name] }, func(m *prentice.Moment, v string) {
		p := onPlan(m)
		inputs := map[string]string{name: v}
		for k, have := range p.Inputs {
			if k != name {
				inputs[k] = have
			}
		}
		p.Inputs = inputs
	})
	f.plan = true
	return f
}

// count is a whole number; those on either side of what rules mention are tried.
func count(name string, least int, is func(prentice.Moment) int, set func(*prentice.Moment, int)) fact {
	return fact{name: name, is: func(m prentice.Moment) string { return strconv.Itoa(is(m)) }, others: func(m prentice.Moment, mentioned []any) []other {
		var list []other
		tried := map[int]bool{is(m): true}
		for _, v := range mentioned {
			c, ok := v.(int64)
			if !ok || c > 1_000_000 {
				continue
			}
			for n := int(c) - 1; n <= int(c)+1; n++ {
				if n < least || tried[n] {
					continue
				}
				tried[n] = true
				list = append(list, other{strconv.Itoa(n), max(n-is(m), is(m)-n), func(m *prentice.Moment) { set(m, n) }})
			}
		}
		slices.SortFunc(list, func(a, b other) int { return cmp.Compare(a.steps, b.steps) })
		return list
	}}
}

// timeFacts are the hour, the day of the week and the date, in the policy's
// zone. An hour that a day does not have, when clocks go forward, is left out.
func (p *Policy) timeFacts() []fact {
	at := func(m prentice.Moment) time.Time { return m.Now.In(p.Zone()) }
	hour := fact{name: "time.hour", is: func(m prentice.Moment) string { return strconv.Itoa(at(m).Hour()) }, others: func(m prentice.Moment, _ []any) []other {
		var list []other
		now := at(m)
		for h := range 24 {
			if then, ok := withHour(now, h); ok && h != now.Hour() {
				away := max(h-now.Hour(), now.Hour()-h)
				list = append(list, other{strconv.Itoa(h), min(away, 24-away), func(m *prentice.Moment) { m.Now = moved(*m, p.Zone(), 0, then.Hour()) }})
			}
		}
		return list
	}}
	day := fact{name: "time.weekday", is: func(m prentice.Moment) string { return weekday(at(m)) }, others: func(m prentice.Moment, _ []any) []other {
		var list []other
		for days := -3; days <= 3; days++ {
			if then := at(m).AddDate(0, 0, days); days != 0 {
				list = append(list, other{weekday(then), max(days, -days), func(m *prentice.Moment) { m.Now = moved(*m, p.Zone(), days, -1) }})
			}
		}
		return list
	}}
	date := fact{name: "time.date", is: func(m prentice.Moment) string { return at(m).Format(time.DateOnly) }, others: func(m prentice.Moment, mentioned []any) []other {
		var list []other
		for _, v := range mentioned {
			text, _ := v.(string)
			then, err := time.ParseInLocation(time.DateOnly, text, p.Zone())
			if days := daysBetween(at(m), then); err == nil && days != 0 {
				list = append(list, other{text, max(days, -days), func(m *prentice.Moment) { m.Now = moved(*m, p.Zone(), days, -1) }})
			}
		}
		return list
	}}
	return []fact{hour, day, date}
}

func weekday(t time.Time) string { return strings.ToLower(t.Weekday().String()) }

func withHour(t time.Time, hour int) (time.Time, bool) {
	then := time.Date(t.Year(), t.Month(), t.Day(), hour, t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	return then, then.Hour() == hour
}

// moved is the moment's time some days on, at another hour unless it is
// negative.
func moved(m prentice.Moment, zone *time.Location, days, hour int) time.Time {
	t := m.Now.In(zone)
	if hour < 0 {
		hour = t.Hour()
	}
	return time.Date(t.Year(), t.Month(), t.Day()+days, hour, t.Minute(), t.Second(), t.Nanosecond(), zone)
}

func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours() / 24)
}
