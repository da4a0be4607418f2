package objectives

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("objective", "An objective says how good a service shall be. What it may fail in a period is its budget.", "objective.show",
			func(ref prentice.Ref) NameIn { return NameIn{ref.Name()} }, tellObjective),
		op.Explains("budget", "The budgets of a service are what it may still fail, by each of its objectives.", "objective.list",
			func(ref prentice.Ref) ListIn { return ListIn{Service: ref.Name()} }, tellBudget),
	}
}

func tellObjective(_ prentice.Ref, s Shown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	t.What.Add("It is of %s: %s of the %s, over %s", s.Service, s.Target, s.Indicator, s.Period)
	t.What.Add("Maintenance %s", s.Maintenance())
	t.Why.Add("It is %s: %s", s.State, s.Stands())
	t.Why.Add("Counted were %s", s.Counted())
	for _, a := range s.Alerts {
		if !a.Since.IsZero() {
			t.Why.Add("Its alert %s fires since %s: %s, and it is %.1f and %.1f", a.Name, op.At(a.Since), a.Says, a.Long, a.Short)
		}
	}
	if s.Budget.Unknown > 0 {
		t.Uncertain.Add("What was not seen: %s of what was due. It spends nothing, and is not called good", s.Unseen)
	}
	if s.Arming != "armed" && s.Arming != "none" {
		t.Offer("objective.replay", s.Name, "to see what its alerts would have done, before they are armed")
	}
	return t, nil
}

func tellBudget(ref prentice.Ref, s List) (op.Told, error) {
	t := op.Told{Title: "The budgets of service/" + ref.Name()}
	if len(s.Objectives) == 0 {
		t.What.Add("No objective says how good service/%s shall be, so it has no budget", ref.Name())
		t.Uncertain.Add("How good it has to be: no one has said so")
		return t, nil
	}
	for _, l := range s.Objectives {
		t.What.Add("%s: %s of the %s, over %s", l.Ref, l.Target, l.Indicator, l.Period)
		t.Why.Add("%s is %s: %s; counted were %s", l.Ref, l.State, l.Stands(), l.Counted())
		if l.Budget.Unknown > 0 {
			t.Uncertain.Add("What was not seen for %s: %s of what was due. It spends nothing, and is not called good", l.Ref, l.Unseen)
		}
	}
	return t, nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Objectives []Line
	Bad        []Line // burning, spent or low
	Unknown    int
	Unarmed    []Line
	Wrong      []string
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	list, err := k.list(ctx, op.Call{Now: k.Clock()}, ListIn{})
	f := Facts{Objectives: list.Objectives}
	for _, l := range list.Objectives {
		switch l.State {
		case Burning, Spent, Low:
			f.Bad = append(f.Bad, l)
		case Unknown:
			f.Unknown++
		}
		if l.Arming == "not armed" {
			f.Unarmed = append(f.Unarmed, l)
		}
	}
	for _, w := range list.Wrong {
		f.Wrong = append(f.Wrong, says(w))
	}
	return f, err
}
