package catalog

import (
	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// spec reads what a kind of entity declares about itself. Whatever names
// another entity becomes a reference, to be resolved when all are known.
func (r *reader) spec(e *entry, at prentice.Pos, spec map[string]*yaml.Node) {
	switch e.kind {
	case "user", "location":
		r.advise(at, "leave it out here, or keep it for Backstage", "%s entities are not used by prentice", e.entity.Kind)
		return
	case "component", "api", "resource":
		r.need(e, at, spec, "type", "lifecycle", "owner")
	case "system", "domain":
		r.need(e, at, spec, "owner")
	}
	e.entity.Type = r.textual(spec["type"], "spec.type")
	e.entity.Lifecycle = r.textual(spec["lifecycle"], "spec.lifecycle")
	switch e.kind {
	case "component":
		r.almost(spec["type"], e.entity.Type, "service")
	case "resource":
		r.almost(spec["type"], e.entity.Type, "host")
		r.almost(spec["type"], e.entity.Type, "repository")
	case "group":
		e.entity.Members = r.members(spec["members"])
	}
	r.references(e, spec)
}

// need reports what is missing. Only Backstage wants a lifecycle, so its lack is
// advice, and so is that of an owner: whom no one can ask is asked nothing.
func (r *reader) need(e *entry, at prentice.Pos, spec map[string]*yaml.Node, keys ...string) {
	for _, key := range keys {
		switch {
		case spec[key] != nil || key == "lifecycle" && e.kind == "resource":
		case key == "lifecycle":
			r.advise(at, "add lifecycle: production under spec", "spec has no lifecycle, which Backstage wants")
		case key == "owner":
			r.advise(at, "add owner: group:NAME under spec, whom to ask", "spec has no owner")
		default:
			r.advise(at, "add "+key+": under spec", "spec has no %s", key)
		}
	}
}

// references collects every way in which an entity names others. The kind after
// the field is what a bare name means there.
func (r *reader) references(e *entry, spec map[string]*yaml.Node) {
	one := func(key, kind string, put func(prentice.Ref)) {
		if s, ok := r.text(spec[key], "spec."+key); ok {
			r.reference(e, reference{field: "spec." + key, text: s, kind: kind, at: r.at(spec[key]), put: put})
		}
	}
	many := func(key, kind string, put func(prentice.Ref)) {
		for _, n := range r.items(spec[key], "spec."+key) {
			if s, ok := r.text(n, "an entry of spec."+key); ok {
				r.reference(e, reference{field: "spec." + key, text: s, kind: kind, at: r.at(n), put: put})
			}
		}
	}
	self := &e.entity
	partOf := func(to prentice.Ref) { self.PartOf = to }
	one("owner", "group", func(to prentice.Ref) { self.Owner = to })
	one("system", "system", func(to prentice.Ref) { self.System = to })
	one("domain", "domain", func(to prentice.Ref) { self.Domain = to })
	one("subcomponentOf", "component", partOf)
	one("subdomainOf", "domain", partOf)
	one("parent", "group", partOf)
	many("dependsOn", "component", func(to prentice.Ref) { self.DependsOn = append(self.DependsOn, to) })
	many("providesApis", "api", func(to prentice.Ref) { self.Provides = append(self.Provides, to) })
	many("consumesApis", "api", func(to prentice.Ref) { self.Consumes = append(self.Consumes, to) })
	for _, key := range []string{"dependencyOf", "children"} {
		kind := map[string]string{"dependencyOf": "component", "children": "group"}[key]
		for _, n := range r.items(spec[key], "spec."+key) {
			if s, ok := r.text(n, "an entry of spec."+key); ok {
				r.reference(e, reference{field: "spec." + key, text: s, kind: kind, at: r.at(n), back: true})
			}
		}
	}
}

// members reads the names of the people in a group. They need not be declared:
// people come to prentice through its own door.
func (r *reader) members(n *yaml.Node) []string {
	var names []string
	for _, item := range r.items(n, "spec.members") {
		s, ok := r.text(item, "an entry of spec.members")
		if !ok {
			continue
		}
		kind, name, why := split(s, "user", "")
		switch {
		case why != "":
			r.odd(r.at(item), why, "%q does not name a person", clip.Text(s))
		case kind != "user":
			r.odd(r.at(item), "write user:NAME", "%q is not a person", clip.Text(s))
		default:
			names = append(names, name)
		}
	}
	return names
}
