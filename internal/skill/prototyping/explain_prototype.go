package prototyping

import (
	"time"

	"prentice"
	"prentice/internal/op"
)

func explainPrototype() op.Explainer {
	return op.Explains("prototype", "A prototype is tried out before the thing is built: it asks one question, and ends with a decision by its day.", "prototype.show",
		func(ref prentice.Ref) prototypeIn { return prototypeIn{ref.Name()} }, tellPrototype)
}

func tellPrototype(_ prentice.Ref, p PrototypeShown) (op.Told, error) {
	t := op.Told{Title: string(p.Ref)}
	t.What.Add("It asks: %s", p.Question)
	t.What.Add("The technique is %s: %s", p.Technique, p.Technical.Is)
	t.Why.Add("It is %s, and %s decides", p.State, p.Owner)
	switch {
	case !p.Decided.IsZero():
		t.Why.Add("%s decided after %s: %s, because %s", p.DecidedBy, p.Took, p.Decision, p.Reason)
		if p.Learned != "" {
			t.Why.Add("What was learned: %s", p.Learned)
		}
		if p.Otherwise != "" {
			t.Why.Add("What would have been built otherwise: %s", p.Otherwise)
		}
	case p.State == "undecided":
		t.Why.Add("It was to be decided by %s, and no one did", p.DecideBy.Format(time.DateOnly))
		t.Offer("prototype.decide", p.Name, "decide it")
	default:
		t.Why.Add("It is to be decided by %s", p.DecideBy.Format(time.DateOnly))
		t.Offer("prototype.decide", p.Name, "decide it")
		t.Offer("prototype.extend", p.Name, "put the day off, with a reason")
	}
	if p.Missing != "" {
		t.Uncertain.Add("%s", p.Missing)
	}
	t.Offer("prototype.show", p.Name, "see its tasks")
	return t, nil
}
