package automation

import (
	"strings"

	"prentice"
	"prentice/internal/op"
)

func tellReady(_ prentice.Ref, s OnShelf) (op.Told, error) {
	p := s.Procedure
	t := op.Told{Title: p.Name + " in the library: " + p.Summary}
	t.What.Add("The ready procedure %s: %s", p.Name, p.Summary)
	t.What.Add("It is in the group %s, with the tags %s", s.Ready.Group, strings.Join(s.Ready.Tags, ", "))
	for _, part := range s.Parts() {
		t.What.Add("Its section %s is to %s: %s", capital(string(part.Section)), sectionMeanings[part.Section], op.Count(len(part.Steps), "step", "steps"))
	}
	for _, a := range s.Ready.Added {
		if a.Newer {
			t.Why.Add("The team's %s was made of it, and the library has a newer version", a.Procedure)
			t.Offer("procedure.library.list", p.Name, "see which of the team's have a newer version")
			continue
		}
		t.Why.Add("The team's %s was made of it", a.Procedure)
	}
	if len(s.Ready.Added) == 0 {
		t.Why.Add("The team has not added it, so nothing can run it")
	}
	t.Uncertain.Add("Whether it fits your hosts is not known: read it before you add it")
	t.Offer("procedure.library.show", p.Name, "read it")
	return t, nil
}
