package environments

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("env", "An environment is a place where a commit runs, with services, a network and data of its own. It has an end.", "env.show",
			func(ref prentice.Ref) EnvIn { return EnvIn{ref.Name()} }, tellEnv),
		op.Explains("place", "A shared place is where something is tried before users have it, or where they have it. Who works in one that is leased has it for a time.", "env.place",
			func(ref prentice.Ref) PlaceIn { return PlaceIn{ref.Name()} }, tellPlace),
	}
}

func tellEnv(_ prentice.Ref, e EnvShown) (op.Told, error) {
	t := op.Told{Title: string(e.Ref)}
	t.What.Add("It is made from %s, commit %s, by %s, for %s", e.Of(), e.Version(), e.Backend, e.By)
	if e.Purpose != "" {
		t.What.Add("It is for: %s", e.Purpose)
	}
	if e.Outside {
		t.What.Add("It is of someone outside of the team, and has no secrets")
	}
	t.Why.Add("It is %s", e.State)
	if e.Says != "" {
		t.Why.Add("It says: %s", e.Says)
	}
	for _, s := range e.Services {
		if s.State == environment.Unwell || s.State == environment.Gone {
			t.Why.Add("Its service %s is %s: %s", s.Service, s.State, s.Says)
		}
	}
	switch e.State {
	case environment.Stopped:
		t.Offer("env.logs", e.ID, "see what its services printed")
	case environment.Failed:
		t.Offer("env.logs", e.ID, "see what its services printed")
		t.Offer("env.stop", e.ID, "remove it")
	default:
		t.Why.Add("It ends at %s", op.At(e.Ends))
		t.Offer("env.extend", e.ID, "let it last longer")
		t.Offer("env.stop", e.ID, "remove it")
	}
	t.Uncertain.Add("What it costs is known for this moment alone: memory, disk and processor")
	return t, nil
}

func tellPlace(_ prentice.Ref, p PlaceShown) (op.Told, error) {
	t := op.Told{Title: string(p.Ref)}
	t.What.Add("It is a place of the kind %s", p.Kind)
	if p.Says != "" {
		t.What.Add("It is for: %s", p.Says)
	}
	for _, d := range p.Deployed {
		t.What.Add("%s %s is there since %s", d.Service, d.Version, op.At(d.At))
	}
	switch {
	case p.Lease != nil:
		t.Why.Add("%s has it until %s: %s", p.Lease.Holder, op.At(p.Lease.Ends), p.Lease.Purpose)
	case p.Leased:
		t.Why.Add("No one has it")
		t.Offer("env.lease", p.Name, "take it")
	default:
		t.Why.Add("It is not leased: what is deployed there is decided by releases")
	}
	for i, l := range p.Queue {
		t.Why.Add("%s waits at place %d: %s", l.Holder, i+1, l.Purpose)
	}
	t.Uncertain.Add("Whether what is there is what should be there is known where a procedure compares it")
	return t, nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Envs   []EnvOut
	Places []PlaceOut
	Failed []EnvOut
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	list, err := k.list(ctx, op.Call{Now: k.Clock()}, ListIn{})
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Envs: list.Envs, Places: list.Places}
	for _, e := range list.Envs {
		if e.State == environment.Failed {
			f.Failed = append(f.Failed, e)
		}
	}
	return f, nil
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
