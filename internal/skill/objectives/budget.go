package objectives

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/team"
)

// Of is how much is left of what a service may fail, by the worst of its objectives; nil where none
// is promised.
func (k *Desk) Of(ctx context.Context, now time.Time, service prentice.Ref) (*prentice.Budget, error) {
	if err := k.there(); err != nil {
		return nil, err
	}
	list, findings, err := k.read()
	if err == nil {
		err = team.FirstError(findings) // no one knows what was promised there
	}
	if err != nil {
		return nil, err
	}
	var kept map[string]state
	var b *prentice.Budget
	for _, o := range list {
		if o.Service != service {
			continue
		}
		if b == nil {
			b = &prentice.Budget{}
			if kept, err = k.kept.states(ctx); kept == nil {
				return nil, err
			}
		}
		l, err := k.line(ctx, now, o, kept[o.Name])
		if err != nil {
			return nil, err
		}
		count(b, l)
	}
	return b, nil
}

// count adds an objective to the budget of its service.
func count(b *prentice.Budget, l Line) {
	left := l.Budget.Left()
	if l.State == Unknown || left == nil {
		b.Unknown = append(b.Unknown, l.Name)
		return
	}
	if f, _ := left.Float64(); b.Left == nil || f < *b.Left {
		b.Left = &f
	}
	if left.Sign() <= 0 {
		b.Spent = append(b.Spent, l.Name)
	}
	if l.State == Burning {
		b.Burning = append(b.Burning, l.Name)
	}
}
