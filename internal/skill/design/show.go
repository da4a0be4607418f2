package design

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
	"prentice/internal/team"
)

// ShowIn names an entity.
type ShowIn struct {
	Ref string `json:"ref" arg:"1" minLength:"1" maxLength:"200" example:"service/checkout" doc:"The entity, as kind/name, or its name when only one has it."`
}

// Shown is one entity with what it needs and what needs it.
type Shown struct {
	Entity     team.Entity    `json:"entity"`
	Service    *team.Service  `json:"service,omitempty"`
	Host       *team.Host     `json:"host,omitempty"`
	Resource   *team.Resource `json:"resource,omitempty"` // what else can be a target
	Reaches    []prentice.Ref `json:"reaches,omitempty"`  // from a host: the resources that are acted on from there
	Runs       []prentice.Ref `json:"runs,omitempty"`     // on a host: the services there
	Parts      []prentice.Ref `json:"parts,omitempty"`
	Dependants []Dependant    `json:"dependants"` // what breaks if this breaks, nearest first
}

func showOp(d Deps) op.Op {
	return op.New("catalog.show", prentice.Look, prentice.Viewer, "Show one entity and what breaks if it breaks", func(_ context.Context, _ op.Call, in ShowIn) (Shown, error) {
		return show(d.catalog(), in.Ref)
	}).WithExample("prentice catalog show service/checkout").FromFiles()
}

func show(c *team.Catalog, name string) (Shown, error) {
	e, err := find(c, name)
	if err != nil {
		return Shown{}, err
	}
	s := Shown{Entity: e, Dependants: Dependants(c, e.Ref)}
	for _, service := range c.Services {
		if service.Ref == e.Ref {
			s.Service = &service
		}
		for _, h := range service.Hosts {
			if h.Ref == e.Ref {
				s.Runs = append(s.Runs, service.Ref)
			}
		}
	}
	for _, h := range c.Hosts {
		if h.Ref == e.Ref {
			s.Host = &h
		}
	}
	for _, r := range c.Resources {
		if r.Ref == e.Ref {
			s.Resource = &r
		}
		for _, h := range r.Via {
			if h.Ref == e.Ref {
				s.Reaches = append(s.Reaches, r.Ref)
			}
		}
	}
	for _, other := range c.Entities {
		if other.System == e.Ref || other.Domain == e.Ref || other.PartOf == e.Ref {
			s.Parts = append(s.Parts, other.Ref)
		}
	}
	return s, nil
}

// find takes a ref, or a bare name that only one entity has.
func find(c *team.Catalog, name string) (team.Entity, error) {
	if strings.Contains(name, "/") {
		e, err := c.Entity(prentice.Ref(name))
		if err != nil {
			return e, missing(c, name, func(e team.Entity) string { return string(e.Ref) })
		}
		return e, nil
	}
	var found []team.Entity
	for _, e := range c.Entities {
		if e.Ref.Name() == name {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return team.Entity{}, missing(c, name, func(e team.Entity) string { return e.Ref.Name() })
	case 1:
		return found[0], nil
	default:
		return team.Entity{}, prentice.Errorf(prentice.Invalid, "%d entities are called %q", len(found), name).Try("write %s or %s", found[0].Ref, found[1].Ref)
	}
}

func missing(c *team.Catalog, name string, spell func(team.Entity) string) error {
	known := make([]string, len(c.Entities))
	for i, e := range c.Entities {
		known[i] = spell(e)
	}
	e := prentice.Errorf(prentice.NotFound, "no entity %q in the catalog", name).Try("list them with: prentice catalog list")
	if near := nearest.Of(name, known); near != "" {
		e.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// Text is the entity as a short paragraph, and what breaks with it.
func (s Shown) Text() string {
	var b strings.Builder
	e := s.Entity
	b.WriteString(string(e.Ref))
	if e.Title != "" && e.Title != e.Ref.Name() {
		b.WriteString(" · " + e.Title)
	}
	b.WriteByte('\n')
	if e.Description != "" {
		b.WriteString(e.Description + "\n")
	}
	b.WriteByte('\n')
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s %s\n", what, text)
		}
	}
	line("type", joined(" · ", e.Type, e.Lifecycle))
	line("owner", string(e.Owner))
	line("system", string(e.System))
	line("domain", string(e.Domain))
	line("part of", string(e.PartOf))
	line("members", strings.Join(e.Members, ", "))
	s.facts(line)
	line("needs", commas(e.DependsOn))
	line("provides", commas(e.Provides))
	line("consumes", commas(e.Consumes))
	line("runs", commas(s.Runs))
	line("reaches", commas(s.Reaches))
	line("parts", commas(s.Parts))
	for _, l := range e.Links {
		line("link", joined(" · ", l.Title, l.URL))
	}
	line("declared at", e.At.String())
	b.WriteString("\n" + s.impact())
	return b.String()
}

func (s Shown) facts(line func(what, text string)) {
	if h := s.Host; h != nil {
		line("blocked", h.Blocked)
		line("address", address(*h))
		line("groups", strings.Join(h.Groups, ", "))
		line("facts", pairs(h.Facts))
	}
	if r := s.Resource; r != nil {
		line("blocked", r.Blocked)
		line("reached from", reachedFrom(*r))
		line("address", r.Address)
		line("place", r.Place)
		line("facts", pairs(r.Facts))
	}
	if s.Service == nil {
		return
	}
	line("blocked", s.Service.Blocked)
	line("unit", s.Service.Unit)
	line("url", s.Service.URL)
	line("run", s.Service.Run)
	var hosts []string
	for _, h := range s.Service.Hosts {
		hosts = append(hosts, fmt.Sprintf("%s (%s)", h.Ref, address(h)))
	}
	if len(hosts) == 0 {
		hosts = []string{"none: no procedure can touch it"}
	}
	line("hosts", strings.Join(hosts, ", "))
	for _, p := range s.Service.Probes {
		line("probe", fmt.Sprintf("%s: %s %s every %s, down after %d, healthy after %d", p.Name, p.Kind, p.Target, p.Interval, p.FailAfter, p.PassAfter))
	}
}

func pairs(facts map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(facts)) {
		list = append(list, k+"="+facts[k])
	}
	return strings.Join(list, ", ")
}

// reachedFrom says from where procedures act on a resource.
func reachedFrom(r team.Resource) string {
	var from []string
	if r.Local && len(r.Via) == 0 {
		from = append(from, "this machine")
	}
	for _, h := range r.Via {
		says := fmt.Sprintf("%s (%s)", h.Ref, address(h))
		if h.Blocked != "" {
			says += ", which cannot be acted on: " + h.Blocked
		}
		from = append(from, says)
	}
	if len(from) == 0 {
		return "nowhere: no procedure can touch it"
	}
	return strings.Join(from, ", or ")
}

func address(h team.Host) string {
	if h.Local {
		return joined(", ", "this machine", h.Address)
	}
	return h.Address
}

func (s Shown) impact() string {
	if len(s.Dependants) == 0 {
		return "Nothing is known to need it.\n"
	}
	var b strings.Builder
	b.WriteString("What breaks with it\n")
	for _, d := range s.Dependants {
		way := "directly"
		if between := d.Way[1 : len(d.Way)-1]; len(between) > 0 {
			way = "through " + commas(between)
		}
		fmt.Fprintf(&b, "  %s (%s)\n", d.Ref, way)
	}
	return b.String()
}

func commas(list []prentice.Ref) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// joined leaves out what is empty.
func joined(between string, words ...string) string {
	var kept []string
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, between)
}

var _ op.Texter = Shown{}
