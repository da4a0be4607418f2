package metrics

import (
	"context"

	"prentice/internal/op"
)

// Facts is what explain.md is drawn from.
type Facts struct {
	Jobs  []Line
	Wrong []Line
	Kept  string
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.Rules == nil || k.Rules() == nil {
		return Facts{}, nil
	}
	list, err := k.list(ctx, op.Call{}, ListIn{})
	f := Facts{Jobs: list.Jobs, Kept: list.Kept}
	for _, l := range list.Jobs {
		if l.State == Down || l.State == Limited {
			f.Wrong = append(f.Wrong, l)
		}
	}
	return f, err
}
