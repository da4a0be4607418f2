package capacity

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("capacity", "A resource is something of which there is so much and no more. Its outlook says until when it lasts.", "capacity.show",
			func(ref prentice.Ref) NameIn { return NameIn{ref.Name()} }, tellResource),
		op.Explains("forecast", "The forecast of a resource says when it is used up, and how good the same forecast was in its past.", "capacity.show",
			func(ref prentice.Ref) NameIn { return NameIn{ref.Name()} }, tellResource),
		op.Explains("loadtest", "A load test sends requests to a service of an environment at a rate that rises until its promise breaks.", "loadtest.show",
			func(ref prentice.Ref) TestName { return TestName{ref.Name()} }, tellTest),
	}
}

func tellTest(_ prentice.Ref, s TestShown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	t.What.Add("It sends GET %s to %s of %s", s.Path, s.Service, s.Env)
	t.What.Add("The promise is: %s", s.Promised())
	t.Why.Add("It is %s: %s", s.State, s.Says)
	if s.FitSays != "" {
		t.Why.Add("Law: %s", s.FitSays)
	}
	t.Uncertain.Add("Whether production takes as much: an environment is smaller, and has other data")
	return t, nil
}

func tellResource(_ prentice.Ref, s Shown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	if s.Known {
		t.What.Add("It is a %s of %s, known by %s", s.Kind, s.About, s.By)
		t.Why.Add("It is %s: %s", s.State, s.Says)
		return t, nil
	}
	t.What.Add("It is of %s, and %s are in use", s.About, s.InUse())
	t.What.Add("It was measured last at %s, by %s", op.At(s.At), s.By)
	t.Why.Add("It is %s: %s", s.State, s.Says)
	if !s.Until.IsZero() {
		t.Why.Add("The outlook was %s", s.Sure())
	}
	switch s.State {
	case Unknown:
		t.Uncertain.Add("Nothing is known of what comes: too little was measured")
	case Unsure:
		t.Uncertain.Add("When it is used up: its past says nothing of that")
	default:
		t.Uncertain.Add("Whether what comes is like what was: one time in five it is outside of the band")
	}
	return t, nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Resources []Line
	Ending    []Line
	Unknown   int
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	list, err := k.list(ctx, op.Call{Now: k.Clock()}, ListIn{})
	f := Facts{Resources: list.Resources}
	for _, l := range list.Resources {
		switch l.State {
		case Exhausted, Ending:
			f.Ending = append(f.Ending, l)
		case Unknown:
			f.Unknown++
		}
	}
	return f, err
}
