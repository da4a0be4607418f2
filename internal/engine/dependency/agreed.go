package dependency

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// Agreed is to which packages owners said yes.
type Agreed struct {
	Required bool           `json:"required,omitempty"` // what a repository asks for needs a yes
	By       []prentice.Ref `json:"by,omitempty"`       // whose yes counts; none is anyone's
	To       []Agreement    `json:"to,omitempty"`
}

// Agreement is a yes to a package, in any version.
type Agreement struct {
	Name string       `json:"name"` // at whose end * stands for anything
	Of   string       `json:"of"`   // the ecosystem
	By   prentice.Ref `json:"by"`
}

// ecosystems are those of which a repository asks for packages itself.
var ecosystems = []string{"Go", "npm", "PyPI", "crates.io", "Maven"}

func agreed(r *strict.Reader, n *strict.Node) (a Agreed) {
	v := r.Mapping(n, "agreed", "required", "by", "to")
	if v["required"] != nil {
		a.Required = r.Choice(v["required"], "required", []string{"true", "false"}) == "true"
	}
	if v["by"] != nil {
		for _, who := range r.Words(v["by"], "by") {
			a.By = append(a.By, owner(r, v["by"], who))
		}
		if len(a.By) == 0 {
			r.Wrong(v["by"], "name them: by: [group/platform]", "no one's yes would count")
		}
	}
	if v["to"] != nil {
		for _, one := range r.List(v["to"], "to") {
			of := r.Mapping(one, "an agreement", "name", "of", "by", "why")
			g := Agreement{Name: r.Needed(of["name"], one, "agreement", "name", "name the package; at its end * stands for anything")}
			if of["of"] == nil {
				r.Wrong(one, "write one of "+strings.Join(ecosystems, ", "), "an agreement does not say of which ecosystem its package is: it has no of")
			} else {
				g.Of = r.Choice(of["of"], "of", ecosystems)
			}
			g.By = owner(r, of["by"], r.Needed(of["by"], one, "agreement", "by", "name who said yes: group/platform"))
			if of["why"] != nil {
				r.Text(of["why"], "why")
			}
			if strings.Contains(strings.TrimSuffix(g.Name, "*"), "*") || g.Name == "*" {
				r.Wrong(of["name"], "write a package, or how its name begins: golang.org/x/*", "%q is a yes to too much", clip.To(g.Name, 60))
			}
			a.To = append(a.To, g)
		}
	}
	return a
}

func owner(r *strict.Reader, at *strict.Node, text string) prentice.Ref {
	ref := prentice.Ref(text)
	if text != "" && (ref.Kind() != "group" && ref.Kind() != "person" || ref.Name() == "") {
		r.Wrong(at, "write group/NAME or person/NAME", "%q is no owner", clip.To(text, 60))
	}
	return ref
}

// with is what a team and a repository of it say together: a yes counts that either has, of
// those whom the team names; the repository may name fewer of them.
func (a Agreed) with(own Agreed) Agreed {
	all := Agreed{Required: a.Required || own.Required, By: a.By, To: slices.Concat(a.To, own.To)}
	switch {
	case len(a.By) == 0:
		all.By = own.By
	case len(own.By) > 0:
		if all.By = shared(a.By, own.By); len(all.By) == 0 {
			all.By = a.By
		}
	}
	return all
}

// Yes is who said yes to a package; ok says whether that counts.
func (a Agreed) Yes(d Dependency) (by prentice.Ref, ok bool) {
	for _, one := range a.To {
		begins, open := strings.CutSuffix(one.Name, "*")
		if one.Of != d.Ecosystem || one.Name != d.Name && !(open && strings.HasPrefix(d.Name, begins)) {
			continue
		}
		if by = one.By; len(a.By) == 0 || slices.Contains(a.By, by) {
			return by, true
		}
	}
	return by, false
}

// Wanted are the dependencies that a tree asks for itself. Where a file does not tell
// those from what they bring, all of it is.
func (inv Inventory) Wanted() (list []Dependency) {
	tells := map[string]bool{}
	for _, d := range inv.Dependencies {
		for _, p := range d.Places {
			tells[p.Path] = tells[p.Path] || d.Direct
		}
	}
	for _, d := range inv.Dependencies {
		untold := slices.ContainsFunc(d.Places, func(p check.Place) bool { return !tells[p.Path] })
		if slices.Contains(ecosystems, d.Ecosystem) && d.Name != "stdlib" && (d.Direct || untold) {
			list = append(list, d)
		}
	}
	return list
}
