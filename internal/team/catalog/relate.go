package catalog

import (
	"cmp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/team"
)

// relate resolves what the entries say of each other and draws the catalog.
// known are entities that stand elsewhere; they may be named, not changed.
func relate(found *report, entries []*entry, known *team.Catalog) *team.Catalog {
	all := index(found, entries)
	others := map[string]prentice.Ref{}
	if known != nil {
		for _, e := range known.Entities {
			others[key(e.Kind, e.Ref.Name())] = e.Ref
		}
	}
	names := &speller{all: all, others: others}
	for _, e := range entries {
		for _, ref := range e.refs {
			resolve(found, names, e, ref)
		}
	}
	c := draw(found, names, entries)
	cycles(found, entries)
	return c
}

// index finds entries by kind and name and reports those that stand twice. The
// first one read stays.
func index(found *report, entries []*entry) map[string]*entry {
	all := map[string]*entry{}
	for _, e := range entries {
		k := key(e.kind, e.entity.Ref.Name())
		if first := all[k]; first != nil {
			found.fail(e.entity.At, "rename one, or take one out", "%s %s is declared already at %s", e.entity.Kind, e.entity.Ref.Name(), first.entity.At)
			first.blocked = "it is declared at " + first.entity.At.String() + " and at " + e.entity.At.String()
			continue
		}
		all[k] = e
	}
	return all
}

// resolve leads one reference to its entity, or reports that there is none.
func resolve(found *report, names *speller, from *entry, ref reference) {
	to, other := names.all[key(ref.kind, ref.name)], names.others[key(ref.kind, ref.name)]
	switch {
	case to == nil && other == "":
		found.advise(ref.at, names.hint(found, ref.kind, ref.name), "%s: there is no %s %q", ref.field, ref.kind, ref.name)
	case to == from:
		found.advise(ref.at, "take it out", "%s: %s names itself", ref.field, from.entity.Ref)
	case !ref.back && to != nil:
		ref.put(to.entity.Ref)
	case !ref.back:
		ref.put(other)
	case to == nil: // it stands elsewhere and is not changed from here
	case ref.field == "spec.dependencyOf":
		to.entity.DependsOn = append(to.entity.DependsOn, from.entity.Ref)
	default:
		to.entity.PartOf = from.entity.Ref
	}
}

// speller knows all names, for hints.
type speller struct {
	all    map[string]*entry
	others map[string]prentice.Ref
	byKind map[string][]string
}

// hint says what someone who named a missing entity may have meant: a name
// that is spelt much like it, or the same name of another kind.
func (s *speller) hint(found *report, kind, name string) string {
	if s.byKind == nil {
		s.byKind = map[string][]string{}
		for _, e := range s.all {
			s.byKind[e.kind] = append(s.byKind[e.kind], e.entity.Ref.Name())
		}
		for k, ref := range s.others {
			kind, _, _ := strings.Cut(k, ":")
			s.byKind[kind] = append(s.byKind[kind], ref.Name())
		}
		for _, names := range s.byKind {
			slices.Sort(names)
		}
	}
	for _, other := range []string{"component", "resource", "group", "system", "api", "domain"} {
		if _, there := s.all[key(other, name)]; there && other != kind {
			return "there is a " + other + " of that name: write " + other + ":" + name
		}
	}
	return found.guess(name, s.byKind[kind], "declare it, or take the reference out")
}

// draw makes the catalog out of the resolved entries.
func draw(found *report, names *speller, entries []*entry) *team.Catalog {
	c := &team.Catalog{Entities: []team.Entity{}, Services: []team.Service{}, Hosts: []team.Host{}}
	hosts := map[string]team.Host{}
	unique := slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool {
		return e.kind == "user" || e.kind == "location" || names.all[key(e.kind, e.entity.Ref.Name())] != e
	})
	for _, e := range unique {
		e.entity.DependsOn = once(e.entity.DependsOn)
		c.Entities = append(c.Entities, e.entity)
		if e.entity.Ref.Kind() == "host" {
			if e.addr == "" && !e.local && e.blocked == "" && names.others[key(e.kind, e.entity.Ref.Name())] == "" {
				found.fail(e.entity.At, `add annotation prentice.dev/address, or prentice.dev/local: "true"`, "host %s has no address and is not local", e.entity.Ref.Name())
				e.blocked = "it has no address"
			}
			if e.blocked == "" && found.mentions(e.entity.Ref.Name()) {
				e.blocked = "it is named in what cannot be read"
			}
			h := team.Host{Ref: e.entity.Ref, Address: e.addr, Local: e.local, Place: e.place, Facts: facts(found, e), Groups: e.entity.Groups, Blocked: e.blocked, At: e.entity.At}
			hosts[strings.ToLower(h.Ref.Name())] = h
			c.Hosts = append(c.Hosts, h)
		}
	}
	for _, e := range unique {
		if e.entity.Ref.Kind() == "service" {
			c.Services = append(c.Services, service(found, names, e, hosts))
		}
	}
	c.Repositories = repositories(unique)
	c.Resources = resources(found, names, unique, hosts)
	slices.SortFunc(c.Entities, func(a, b team.Entity) int { return cmp.Compare(a.Ref, b.Ref) })
	slices.SortFunc(c.Services, func(a, b team.Service) int { return cmp.Compare(a.Ref, b.Ref) })
	slices.SortFunc(c.Hosts, func(a, b team.Host) int { return cmp.Compare(a.Ref, b.Ref) })
	return c
}

// service draws a service. One that names no hosts has none.
func service(found *report, names *speller, e *entry, hosts map[string]team.Host) team.Service {
	s := team.Service{
		Ref: e.entity.Ref, Title: cmp.Or(e.entity.Title, e.entity.Ref.Name()), Owner: e.entity.Owner, System: e.entity.System,
		Unit: e.unit, URL: e.url, Run: e.run, Hosts: []team.Host{}, DependsOn: e.entity.DependsOn, Probes: e.probes, Blocked: e.blocked,
	}
	unknown := func(name string) {
		if s.Blocked == "" {
			s.Blocked = "it runs on " + name + ", which is not known as a host"
		}
	}
	for _, name := range e.hosts {
		if h, there := hosts[strings.ToLower(name.text)]; there {
			s.Hosts = append(s.Hosts, h)
			continue
		}
		if ref := names.others[key("resource", name.text)]; ref.Kind() == "host" {
			continue
		}
		if other := names.all[key("resource", name.text)]; other != nil {
			unknown(name.text)
			found.fail(name.at, "set its spec.type to host", "prentice.dev/hosts: resource %q is of type %q, not host", name.text, clip.Text(other.entity.Type))
			continue
		}
		unknown(name.text)
		found.fail(name.at, names.hint(found, "resource", name.text), "prentice.dev/hosts: there is no host %q", name.text)
	}
	return s
}

// once sorts refs and drops repeated ones.
func once(refs []prentice.Ref) []prentice.Ref {
	slices.Sort(refs)
	return slices.Compact(refs)
}
