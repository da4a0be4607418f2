package standards

import (
	"time"

	"prentice"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{op.Explains("standard", "A standard is a file with rules that hold for repositories. It has an owner, a reason and a date of review.", "standard.show",
		func(ref prentice.Ref) StandardIn { return StandardIn{ref.Name()} }, tellStandard)}
}

func tellStandard(_ prentice.Ref, s StandardTold) (op.Told, error) {
	t := op.Told{Title: s.Title}
	t.What.Add("The standard %s has %s", s.Name, op.Count(len(s.Rules), "rule", "rules"))
	for _, r := range s.Rules {
		t.What.Add("%s (%s): %s", r.ID, r.Severity, r.Says)
	}
	t.Why.Add("%s", s.Reason)
	t.Why.Add("%s owns it and looks at it again by %s", s.Owner, s.ReviewBy.Format(time.DateOnly))
	t.Uncertain.Add("Whether a repository keeps to it is known only once that is checked")
	t.Offer("standard.show", s.Name, "read it, with the reason of each rule")
	t.Offer("check.run", "", "check the repository that you are in")
	return t, nil
}
