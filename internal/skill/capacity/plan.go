package capacity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/forecast"
	"prentice/internal/op"
)

// PlanIn is what would be changed.
type PlanIn struct {
	Name   string  `json:"name" arg:"1" of:"capacity" maxLength:"60" example:"disk" doc:"The resource."`
	Growth float64 `json:"growth,omitempty" default:"1" minimum:"0" maximum:"100" example:"1.5" doc:"How many times as fast it grows from now on."`
	Use    float64 `json:"use,omitempty" default:"1" minimum:"0" maximum:"100" example:"0.75" doc:"How many times as much of it is in use from now on: 0.75 is four instances in place of three."`
	Add    int64   `json:"add,omitempty" minimum:"0" maximum:"4503599627370496" example:"100" doc:"How much more of it there is, in its unit."`
	Remove int64   `json:"remove,omitempty" minimum:"0" maximum:"4503599627370496" example:"50" doc:"How much less of it there is."`
	Bring  int64   `json:"bring,omitempty" minimum:"0" maximum:"4503599627370496" example:"20" doc:"How much more of it is used: what a service takes that comes to it."`
	Take   int64   `json:"take,omitempty" minimum:"0" maximum:"4503599627370496" example:"20" doc:"How much less of it is used: what a service took that goes."`
	To     string  `json:"to,omitempty" of:"capacity" maxLength:"60" example:"db2-memory" doc:"The resource to which goes what --take takes away."`
}

// Side is how a resource stands, as it is or as it would be.
type Side struct {
	Used  int64 `json:"used"`
	Limit int64 `json:"limit"`
	Outlook
}

// Planned is a resource as it is and as it would be.
type Planned struct {
	Ref     prentice.Ref `json:"ref"`
	About   prentice.Ref `json:"about"`
	Unit    string       `json:"unit"`
	Today   Side         `json:"today"`
	Changed Side         `json:"changed"`
}

// Plan is what a change would come to.
type Plan struct {
	Resources []Planned `json:"resources"`
}

// change is one of a resource.
type change struct {
	growth, use float64
	used, limit int64 // that are added
}

// of is the value of a forecast under a change: what is in use now is multiplied and added
// to, and what comes on top of it grows faster or slower.
func (c change) of(now int64, v float64) float64 {
	return max(c.use*float64(now)+float64(c.used)+c.growth*c.use*(v-float64(now)), 0)
}

// under is how a resource stands under a change, by a forecast that no limit had a say in.
func (c change) under(r Resource, free Outlook) Side {
	s := Side{Used: int64(c.of(r.Used, float64(r.Used)) + 0.5), Limit: r.Limit + c.limit}
	o := Outlook{State: Unknown, Says: free.Says, Skill: free.Skill, Tried: free.Tried, Rules: free.Rules, Until: free.Until}
	limit := float64(s.Limit) * (1 - 1e-9) // a line that ends there is there
	for _, p := range free.Ahead {
		low, likely, high := c.of(r.Used, p.Low), c.of(r.Used, p.Most), c.of(r.Used, p.High)
		first(&o.Earliest, p.At, high >= limit)
		first(&o.Likely, p.At, likely >= limit)
		first(&o.Latest, p.At, low >= limit)
	}
	switch {
	case s.Used >= s.Limit:
		o.State, o.Says = Exhausted, nothingLeft
		o.Earliest, o.Likely, o.Latest = time.Time{}, time.Time{}, time.Time{}
	case len(free.Ahead) == 0: // it was measured for too short a time
	case o.Earliest.IsZero():
		o.State, o.Says = Enough, fmt.Sprintf("it lasts beyond %s", day(o.Until))
	case free.Skill > forecast.Worthwhile:
		o.State, o.Says = Unsure, fmt.Sprintf("it may be used up from %s on; its past does not say when", day(o.Earliest))
		o.Earliest, o.Likely, o.Latest = time.Time{}, time.Time{}, time.Time{}
	case o.Likely.IsZero():
		o.State, o.Says = Enough, fmt.Sprintf("it is likely to last beyond %s, and may be used up from %s on", day(o.Until), day(o.Earliest))
	default:
		to := "or later"
		if !o.Latest.IsZero() {
			to = "to " + day(o.Latest)
		}
		o.State, o.Says = Ending, fmt.Sprintf("it is used up about %s (from %s %s)", day(o.Likely), day(o.Earliest), to)
	}
	s.Outlook = o
	return s
}

// first sets a time that is not known yet.
func first(to *time.Time, at time.Time, so bool) {
	if so && to.IsZero() {
		*to = at
	}
}

func (k *Desk) plan(ctx context.Context, c op.Call, in PlanIn) (Plan, error) {
	if err := k.there(); err != nil {
		return Plan{}, err
	}
	switch {
	case in.To != "" && in.Take == 0:
		return Plan{}, prentice.Errorf(prentice.Invalid, "nothing goes to %s", in.To).Try("say with --take how much goes there")
	case in.To == in.Name:
		return Plan{}, prentice.Errorf(prentice.Invalid, "%s cannot go to itself", in.Name).Try("name another with --to")
	}
	one, err := k.planned(ctx, c.Now, in.Name, change{in.Growth, in.Use, in.Bring - in.Take, in.Add - in.Remove})
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Resources: []Planned{one}}
	if in.To == "" {
		return p, nil
	}
	other, err := k.planned(ctx, c.Now, in.To, change{1, 1, in.Take, 0})
	if err == nil && other.Unit != one.Unit {
		err = prentice.Errorf(prentice.Invalid, "%s is counted in %s, and %s in %s", in.Name, one.Unit, in.To, other.Unit).Try("move between two of the same unit")
	}
	return Plan{append(p.Resources, other)}, err
}

// planned is a resource as it is, and under a change.
func (k *Desk) planned(ctx context.Context, now time.Time, name string, c change) (Planned, error) {
	l, err := k.one(ctx, now, name)
	if err != nil {
		return Planned{}, err
	}
	if l.Known {
		return Planned{}, prentice.Errorf(prentice.Refused, "%s ends on a day, which no change of use moves", name).Try("see it: prentice capacity show %s", name)
	}
	r := l.Resource
	if r.Limit+c.limit < 1 {
		return Planned{}, prentice.Errorf(prentice.Invalid, "nothing would be left of %s", name).Try("remove less than %s", r.Amount(r.Limit))
	}
	free := r
	free.Limit = 1 << 60 // so that the forecast is there whatever the limit is
	o, err := k.outlook(ctx, now, free)
	if err != nil {
		return Planned{}, err
	}
	return Planned{r.Ref(), r.About, r.Unit, change{growth: 1, use: 1}.under(r, o), c.under(r, o)}, nil
}

// Table implements op.Tabler.
func (p Plan) Table() (head []string, rows [][]string) {
	for _, r := range p.Resources {
		unit := Resource{Unit: r.Unit}
		row := func(when string, s Side) []string {
			unit.Used, unit.Limit = s.Used, s.Limit
			return []string{strings.TrimPrefix(string(r.Ref), "capacity/"), when, sign(s.State), unit.InUse(), unit.Percent(), s.Says}
		}
		rows = append(rows, row("today", r.Today), row("changed", r.Changed))
	}
	return []string{"RESOURCE", "", "STATE", "IN USE", "", "HOW LONG IT LASTS"}, rows
}

var _ op.Tabler = Plan{}
