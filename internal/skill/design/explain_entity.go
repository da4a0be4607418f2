package design

import (
	"cmp"
	"maps"
	"slices"

	"prentice"
	"prentice/internal/op"
)

// kinds are what is in a catalog and is explained by it, and what each is.
var kinds = map[string]string{
	"system":    "A system is made of parts that work as one.",
	"component": "A component is a piece of software that the team has.",
	"api":       "An API is how one component can be used by others. One provides it, and they call it.",
	"resource":  "A resource is something that software needs to run, such as a database. Steps can have it as a target.",
	"group":     "A group is a set of people. It owns things and can be asked for approvals.",
	"domain":    "A domain is a part of the business that systems belong to.",
}

// explains are how the things of this chapter are explained.
func explains() (list []op.Explainer) {
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, op.Explains(kind, kinds[kind], "catalog.show", func(ref prentice.Ref) ShowIn { return ShowIn{string(ref)} }, tellEntity))
	}
	return list
}

func tellEntity(ref prentice.Ref, s Shown) (op.Told, error) {
	e := s.Entity
	t := op.Told{Title: joined(": ", string(e.Ref), e.Title)}
	t.What.Add("%s: %s", e.Ref, cmp.Or(e.Description, "the catalog has no description of it"))
	if what := joined(", ", e.Type, e.Lifecycle); what != "" {
		t.What.Add("Its type is %s", what)
	}
	t.What.AddAll("It belongs to: %s", refsOf(e.System, e.Domain, e.PartOf))
	t.What.AddAll("Its parts are: %s", s.Parts)
	t.What.AddAll("It needs: %s", e.DependsOn)
	t.What.AddAll("It provides: %s", e.Provides)
	t.What.AddAll("It consumes: %s", e.Consumes)
	t.Why.Add("It is so because the catalog says so at %s", e.At)
	t.Why.Add("Its owner is %s", cmp.Or(string(e.Owner), "no one: the catalog names none"))
	if s.Resource != nil {
		if s.Resource.Blocked != "" {
			t.Why.Add("No plan may act on it: %s", s.Resource.Blocked)
		}
		t.Why.Add("Steps reach it from: %s", reachedFrom(*s.Resource))
	}
	for _, d := range s.Dependants {
		t.Why.Add("If it breaks, %s may break", d.Ref)
	}
	if len(s.Dependants) == 0 {
		t.Uncertain.Add("Nothing is known to need it; the catalog may not have it all")
	}
	t.Uncertain.Add("The catalog says what should be; it does not look at what is there")
	t.Offer("catalog.show", string(ref), "read it as the catalog has it")
	t.Offer("catalog.check", "", "look the catalog over for mistakes")
	return t, nil
}

// refsOf are those that are there.
func refsOf(all ...prentice.Ref) (list []prentice.Ref) {
	for _, r := range all {
		if r != "" {
			list = append(list, r)
		}
	}
	return list
}
