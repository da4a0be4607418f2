package objectives

import (
	"context"
	"math/big"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
)

// Word is how an objective stands.
type Word string

// The words.
const (
	Kept    Word = "kept"
	Low     Word = "low"     // less than a quarter of the budget is left
	Burning Word = "burning" // an armed rule for a page fires
	Spent   Word = "spent"   // nothing of the budget is left
	Unknown Word = "unknown" // nothing was seen
)

// Line is an objective and how it stands.
type Line struct {
	Ref prentice.Ref `json:"ref"`
	objective.Objective
	State   Word             `json:"state"`
	Budget  objective.Budget `json:"budget"`
	Left    string           `json:"left"`    // of the budget, such as 83.1 %
	Worst   string           `json:"worst"`   // that, if all that no one saw was bad
	Unseen  string           `json:"unseen"`  // of what was due
	Burn    float64          `json:"burn"`    // over the last hour
	Arming  string           `json:"arming"`  // armed, changed, not armed, none
	Excused int64            `json:"excused"` // looks during maintenance that do not count
}

// line says how an objective stands now.
func (k *Desk) line(ctx context.Context, now time.Time, o objective.Objective, s state) (Line, error) {
	l := Line{Ref: o.Ref(), Objective: o, State: Unknown}
	from, _ := o.Period.Span(now)
	end := objective.MinuteOf(now) + 1
	counts, during, err := k.kept.sum(ctx, o, objective.MinuteOf(from), end)
	if err != nil {
		return l, err
	}
	var every time.Duration
	if k.World != nil {
		every, _, _ = k.World.Probe(o.Service, o.Indicator.Probe)
	}
	due, toCome := o.Period.Due(now, every)
	if o.Excludes {
		l.Excused = during.All()
		due -= l.Excused
	}
	l.Budget = objective.BudgetOf(o.Target, counts, due, toCome)
	left := l.Budget.Left()
	l.Left, l.Worst, l.Unseen = objective.Percent(left, 1), objective.Percent(l.Budget.Worst(), 1), objective.Percent(l.Budget.UnknownShare(), 1)
	hourly, _, err := k.kept.sum(ctx, o, end-60, end)
	if err != nil {
		return l, err
	}
	l.Burn = o.Target.Burn(hourly)
	switch {
	case len(o.Rules) == 0:
		l.Arming = "none"
	case s.Armed == nil:
		l.Arming = "not armed"
	case s.Armed.Digest() != o.Digest():
		l.Arming = "changed"
	default:
		l.Arming = "armed"
	}
	switch {
	case s.firing():
		l.State = Burning
	case left == nil:
	case left.Sign() <= 0:
		l.State = Spent
	case left.Cmp(big.NewRat(1, 4)) < 0:
		l.State = Low
	default:
		l.State = Kept
	}
	return l, nil
}

// firing says whether an armed rule for a page fires.
func (s state) firing() bool {
	if s.Armed == nil {
		return false
	}
	for _, r := range s.Armed.Rules {
		if r.Severity == objective.Page && s.Rules[r.Name].Firing() {
			return true
		}
	}
	return false
}

// Alert is a rule and how it stands.
type Alert struct {
	objective.Rule
	Says  string    `json:"says"`
	Long  float64   `json:"long_burn"`
	Short float64   `json:"short_burn"`
	Since time.Time `json:"since,omitzero"` // it fires since
	Armed bool      `json:"armed"`
}

// alerts are those of the file, as they are armed.
func (k *Desk) alerts(ctx context.Context, now time.Time, o objective.Objective, s state) ([]Alert, error) {
	list := []Alert{}
	for _, r := range o.Rules {
		w, err := k.windows(ctx, now, o, r)
		if err != nil {
			return nil, err
		}
		a := Alert{Rule: r, Says: r.String(), Long: o.Target.Burn(w.Long), Short: o.Target.Burn(w.Short)}
		if s.Armed != nil && s.Armed.Digest() == o.Digest() {
			a.Armed, a.Since = true, s.Rules[r.Name].Since
		}
		list = append(list, a)
	}
	return list, nil
}

// Point is how much of the budget was left after an hour.
type Point struct {
	At   time.Time `json:"at"`
	Bad  int64     `json:"bad"`
	Left string    `json:"left"`
	Part float64   `json:"part"` // the same as a number
}

// spending is how a budget was spent, by the hour.
func spending(b objective.Budget, hours []objective.Minute) []Point {
	points := []Point{}
	var bad int64
	for _, h := range hours {
		bad += h.Bad
		until := b
		until.Bad, until.Good = bad, max(1, b.Good+b.Bad-bad)
		left := until.Left()
		part, _ := left.Float64()
		points = append(points, Point{At: time.Unix((h.At+1)*hour, 0).UTC(), Bad: h.Bad, Left: objective.Percent(left, 1), Part: part})
	}
	return points
}

// Stands is how an objective stands, by its name.
func (k *Desk) Stands(ctx context.Context, now time.Time, name string) (Line, error) {
	o, s, err := k.find(ctx, name)
	if err != nil {
		return Line{}, err
	}
	return k.line(ctx, now, o, s)
}
