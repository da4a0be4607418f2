package release

import (
	"fmt"
	"maps"
	"slices"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// TeamFile is the file of the team folder that says where services go and how.
const TeamFile = "releases.yaml"

// Rules are what it says. The zero Rules have no place, and nothing is deployed.
type Rules struct {
	Places   []Place
	Services map[string]Service
}

// Place is one, in the order in which releases come to them.
type Place struct{ Name string }

// Service is how a service is deployed.
type Service struct {
	Repository string
	Unsigned   bool // it needs no bill of materials
	Way             // for all places
	Places     map[string]Way
}

// Way is the procedure that brings it there, and its inputs beside those that every
// deployment has.
type Way struct {
	Procedure string
	Inputs    map[string]string
}

// File is the team's releases.yaml. Until it was read without an error nothing is deployed.
var File = team.File[*Rules]{Name: TeamFile, Load: Load, Unread: team.Unread{IsEmpty: true}}

// Load reads it. With an error among the findings it is nil.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := &reader{Reader: strict.Reader{Near: nearest.Of}}
	rules := &Rules{Services: map[string]Service{}}
	if top := r.Document(text); top != nil {
		r.rules(rules, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return rules, nil
}

type reader struct{ strict.Reader }

func (r *reader) rules(rules *Rules, top *strict.Node) {
	v := r.Mapping(top, "releases file", "places", "services")
	if v["places"] == nil {
		r.Wrong(top, "write places: [test, stage, production]", "the releases file has no places")
		return
	}
	for _, n := range r.List(v["places"], "places") {
		name := r.Text(n, "a place")
		if !prentice.ValidName(name) {
			r.Wrong(n, "use letters, digits and dashes", "%q cannot name a place", name)
		}
		if rules.At(name) >= 0 {
			r.Wrong(n, "keep one of them", "the place %q is there twice", name)
		}
		rules.Places = append(rules.Places, Place{Name: name})
	}
	if v["services"] == nil {
		return
	}
	for name, n := range r.any(v["services"], "services") {
		rules.Services[name] = r.service(n, name, rules)
	}
}

func (r *reader) service(n *strict.Node, name string, rules *Rules) Service {
	v := r.Mapping(n, "service", "repository", "procedure", "inputs", "places", "bill")
	s := Service{Repository: name, Places: map[string]Way{}}
	if v["repository"] != nil {
		s.Repository = r.Text(v["repository"], "repository")
	}
	if v["bill"] != nil {
		s.Unsigned = r.Choice(v["bill"], "bill", []string{"needed", "optional"}) == "optional"
	}
	s.Way = r.way(v)
	if v["places"] == nil {
		return s
	}
	for place, n := range r.any(v["places"], "places") {
		r.place(n, place, rules)
		s.Places[place] = r.way(r.Mapping(n, "place of a service", "procedure", "inputs"))
	}
	return s
}

// place refuses one that is not in the order.
func (r *reader) place(n *strict.Node, name string, rules *Rules) string {
	if rules.At(name) < 0 {
		var names []string
		for _, p := range rules.Places {
			names = append(names, p.Name)
		}
		hint := "add it to places"
		if near := nearest.Of(name, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		r.Wrong(n, hint, "there is no place %q", name)
	}
	return name
}

func (r *reader) way(v map[string]*strict.Node) (w Way) {
	if v["procedure"] != nil {
		w.Procedure = r.Text(v["procedure"], "procedure")
	}
	if v["inputs"] != nil {
		w.Inputs = map[string]string{}
		for name, n := range r.any(v["inputs"], "inputs") {
			if slices.Contains(Given, name) {
				r.Wrong(n, "leave it out", "the input %s is given by each deployment", name)
			}
			w.Inputs[name] = r.Text(n, name)
		}
	}
	return w
}

// any is a mapping whose keys are names.
func (r *reader) any(n *strict.Node, what string) map[string]*strict.Node {
	var keys []string
	if n.Kind == mapping {
		for i := 0; i+1 < len(n.Content); i += 2 {
			keys = append(keys, n.Content[i].Value)
			if !prentice.ValidName(n.Content[i].Value) {
				r.Wrong(n.Content[i], "use letters, digits and dashes", "%q is no name among %s", n.Content[i].Value, what)
			}
		}
	}
	return r.Mapping(n, what, keys...)
}

// mapping is the kind of a node that is one, as yaml has it.
const mapping = 4

// Given are the inputs that each deployment gives its procedure.
var Given = []string{"service", "version", "digest", "place", "fence", "migration"}

// At is the place in the order; -1 is none.
func (r *Rules) At(place string) int {
	if r == nil {
		return -1
	}
	return slices.IndexFunc(r.Places, func(p Place) bool { return p.Name == place })
}

// Way is how a service comes to a place.
func (r *Rules) Way(service, place string) Way {
	s := r.Services[service]
	w := Way{Procedure: "deploy-" + service, Inputs: map[string]string{}}
	for _, more := range []Way{s.Way, s.Places[place]} {
		if more.Procedure != "" {
			w.Procedure = more.Procedure
		}
		maps.Copy(w.Inputs, more.Inputs)
	}
	return w
}

// Repository is where the code of a service is.
func (r *Rules) Repository(service string) string {
	if r != nil && r.Services[service].Repository != "" {
		return r.Services[service].Repository
	}
	return service
}

// Before is the place from which releases come to another; "" is none: it is the first.
func (r *Rules) Before(place string) string {
	if i := r.At(place); i > 0 {
		return r.Places[i-1].Name
	}
	return ""
}

// Last is the end of the order, for whose deployments figures are worked out.
func (r *Rules) Last() string {
	if r == nil || len(r.Places) == 0 {
		return ""
	}
	return r.Places[len(r.Places)-1].Name
}

// Known refuses a place that is none.
func (r *Rules) Known(place string) error {
	if r.At(place) >= 0 {
		return nil
	}
	err := prentice.Errorf(prentice.NotFound, "there is no place %q", place)
	var names []string
	if r != nil {
		for _, p := range r.Places {
			names = append(names, p.Name)
		}
	}
	switch near := nearest.Of(place, names); {
	case near != "":
		return err.Try("did you mean %s?", near)
	case len(names) == 0:
		return err.Try("say in %s of the team folder where releases go: places: [test, stage, production]", TeamFile)
	}
	return err.Try("there are %s", fmt.Sprint(names))
}
