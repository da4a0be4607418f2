package oncall

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("rota", "A rota says who is on call when: people take turns, and an override puts another in their place.", "rota.show",
			func(ref prentice.Ref) NameIn { return NameIn{ref.Name()} }, tellRota),
		op.Explains("page", "A page is one call of one person or channel for an incident, as the policy in oncall.yaml says.", "page.show",
			func(ref prentice.Ref) PageIn { return PageIn{ref.Name()} }, tellPage),
	}
}

func tellPage(_ prentice.Ref, p PageShown) (op.Told, error) {
	t := op.Told{Title: string(p.Ref)}
	who := "no one"
	if p.Who != "" {
		who = string(p.Who)
	}
	t.What.Add("%s was called for %s at %s", who, p.Incident, op.At(p.At))
	t.Why.Add("%s", p.Why)
	t.Why.Add("It is at step %d, in round %d: %s", p.Step, p.Round, p.Outcome())
	if e := p.Escalation; e != nil {
		t.Why.Add("The calling for %s: %s", p.Incident, e.Says())
		if e.Priority != "" {
			t.Why.Add("It is %s: someone had to answer by %s", e.Priority, op.At(e.RespondBy))
		}
	}
	t.Uncertain.Add("Whether they heard it: prentice knows what the receiver took (prentice notice list), and who answered")
	t.Offer("page.list", string(p.Incident), "see all who were called for it")
	t.Offer("explain", string(p.Incident), "have the incident explained")
	return t, nil
}

func tellRota(_ prentice.Ref, s Shown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	t.What.Add("%d people take turns in it, by the clock of %s", len(s.People), s.Zone)
	if s.Person == "" {
		t.Why.Add("No one is on call now")
	} else {
		t.Why.Add("%s is on call until %s", s.Person, s.Local(s.Until))
	}
	for _, o := range s.Overrides {
		t.Why.Add("%s is on call%s from %s until %s: %s said so%s", o.Person, insteadOf(o.For), s.Local(o.From), s.Local(o.Until), o.By, because(o.Reason))
	}
	for _, g := range s.Gaps[:min(len(s.Gaps), 3)] {
		t.Uncertain.Add("No one is on call from %s until %s", s.Local(g.From), s.Local(g.Until))
	}
	t.Offer("rota.cover", s.Name+" PERSON --from '…' --until '…'", "put someone in the place of another")
	return t, nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Rotas []Line
	Gaps  []Line
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	list, err := k.rotaList(ctx, op.Call{Now: k.Clock()}, struct{}{})
	f := Facts{Rotas: list.Rotas}
	for _, r := range list.Rotas {
		if len(r.Gaps) > 0 {
			f.Gaps = append(f.Gaps, r)
		}
	}
	return f, err
}
