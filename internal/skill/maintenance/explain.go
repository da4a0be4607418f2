package maintenance

import (
	"context"

	"prentice"
	"prentice/internal/engine/maintenance"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("maintenance", "A maintenance task is what a team does again and again. It is due on a day, and done by a verified run of its procedure or by people.", "maintenance.show",
			func(ref prentice.Ref) NameIn { return NameIn{ref.Name()} }, tellTask),
	}
}

func tellTask(_ prentice.Ref, s Shown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	t.What.Add("%s", s.Summary)
	t.What.Add("It is done %s by %s", s.Every.Words(), s.How())
	t.Why.Add("It is %s: %s", s.State, s.Says)
	if len(s.Times) > 0 {
		t.Why.Add("It was done last at %s by %s, and in time %s", op.At(s.Times[0].At), s.Times[0].By, s.Kept())
	} else {
		t.Uncertain.Add("Whether it can be done at all: it never was")
	}
	if s.Procedure == "" {
		t.Uncertain.Add("Whether it was done as it should be: people say so, and nothing else was looked at")
	}
	return t, nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Tasks    int
	Pressing []Line
	ByHand   int
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	lines, err := k.lines(ctx, k.Clock())
	f := Facts{Tasks: len(lines)}
	for _, l := range lines {
		if l.State == maintenance.Due || l.State == maintenance.Overdue {
			f.Pressing = append(f.Pressing, l)
		}
		if l.Procedure == "" {
			f.ByHand++
		}
	}
	return f, err
}
