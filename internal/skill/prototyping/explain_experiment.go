package prototyping

import (
	"prentice"
	"prentice/internal/op"
)

func explainExperiment() op.Explainer {
	return op.Explains("experiment", "An experiment shows users one of two variants by chance and counts what they do. A rule that was set before says which is better.", "experiment.show",
		func(ref prentice.Ref) experimentIn { return experimentIn{ref.Name()} }, tellExperiment)
}

func tellExperiment(_ prentice.Ref, e ExperimentShown) (op.Told, error) {
	t := op.Told{Title: string(e.Ref)}
	t.What.Add("It asks: %s", e.Question)
	t.What.Add("It compares %s of flag/%s with %s, by how many %s", e.Treatment, e.Flag, e.Control, e.Outcome)
	t.Why.Add("It is %s: %s", e.State, e.Says())
	t.Why.Add("Its rule is %s, chosen before it began, with %d users", e.Rule, e.Units)
	if !e.Stopped.IsZero() {
		t.Why.Add("%s ended it: %s", e.StoppedBy, e.Reason)
	}
	t.Uncertain.Add("It says which variant is better in what is counted, and not why")
	switch e.State {
	case "designed":
		t.Offer("experiment.start", e.Name, "begin to count")
	case "counting":
		t.Offer("experiment.stop", e.Name, "end it before its rule does, with a reason")
	}
	t.Offer("experiment.show", e.Name, "see what was counted")
	return t, nil
}
