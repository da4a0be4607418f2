package calendar

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// Scope is what an entry applies to: all, or what is in each of the lists that
// are not empty. The zero Scope applies to nothing.
type Scope struct {
	All        bool
	Procedures []string
	Systems    []string
	Services   []string
	Hosts      []string
	Resources  []string
	Risks      []prentice.Risk
}

// scene is what a plan has to do with.
type scene struct {
	procedure         string
	services, systems []string                // bare names
	hosts, resources  []string                // that it acts on or through, or that it is about
	subject           string                  // the service that it is about, or ""
	on                map[string]prentice.Ref // the host of the plan on which another service runs
	risk              prentice.Risk
}

// touched works out which services and systems a plan has to do with.
func touched(c *team.Catalog, plan prentice.Plan) scene {
	s := scene{procedure: plan.Procedure, risk: plan.Risk, on: map[string]prentice.Ref{}}
	if kind := plan.Subject.Kind(); kind == "service" {
		s.subject = plan.Subject.Name()
		s.services = append(s.services, s.subject)
	} else if kind == "system" {
		s.systems = append(s.systems, plan.Subject.Name())
	}
	hosts := make([]prentice.Ref, len(plan.Targets))
	for i, t := range plan.Targets {
		hosts[i] = t.Ref
		s.actsOn(t.Ref)
		s.actsOn(t.Via.Ref)
	}
	s.actsOn(plan.Subject)
	if c == nil {
		return s
	}
	for _, service := range c.Touches(plan.Subject, hosts) {
		s.services = append(s.services, service.Ref.Name())
		for _, h := range service.Hosts {
			if slices.Contains(hosts, h.Ref) && s.on[service.Ref.Name()] == "" {
				s.on[service.Ref.Name()] = h.Ref
			}
		}
		if service.System != "" {
			s.systems = append(s.systems, service.System.Name())
		}
	}
	return s
}

func (s *scene) actsOn(ref prentice.Ref) {
	switch ref.Kind() {
	case "host":
		s.hosts = append(s.hosts, ref.Name())
	case "resource":
		s.resources = append(s.resources, ref.Name())
	}
}

// covers says whether an entry of this scope applies.
func (s Scope) covers(on scene) bool {
	if s.All {
		return true
	}
	if len(s.Procedures)+len(s.Systems)+len(s.Services)+len(s.Hosts)+len(s.Resources)+len(s.Risks) == 0 {
		return false
	}
	return (len(s.Procedures) == 0 || slices.Contains(s.Procedures, on.procedure)) &&
		(len(s.Systems) == 0 || meet(s.Systems, on.systems)) &&
		(len(s.Services) == 0 || meet(s.Services, on.services)) &&
		(len(s.Hosts) == 0 || meet(s.Hosts, on.hosts)) &&
		(len(s.Resources) == 0 || meet(s.Resources, on.resources)) &&
		(len(s.Risks) == 0 || slices.Contains(s.Risks, on.risk))
}

// because says why an entry applies to a plan that is not about what it names: a
// service of it runs on a host that the plan touches. "" is that no one wonders.
func (s Scope) because(on scene) string {
	if s.All || slices.Contains(s.Services, on.subject) {
		return ""
	}
	for _, name := range s.Services {
		if host := on.on[name]; host != "" {
			return fmt.Sprintf(" (it is for service/%s, which runs on %s, and so does what this touches)", name, host)
		}
	}
	return ""
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// String is the scope in words.
func (s Scope) String() string {
	if s.All {
		return "everything that changes something"
	}
	return strings.Join(named{{"procedure", s.Procedures}, {"system", s.Systems}, {"service", s.Services}, {"host", s.Hosts}, {"resource", s.Resources}, {"risk", risks(s.Risks)}}.words(), ", ")
}

// named are names of several kinds.
type named []struct {
	kind  string
	names []string
}

func (n named) words() (words []string) {
	for _, part := range n {
		if len(part.names) > 0 {
			words = append(words, part.kind+" "+strings.Join(part.names, " or "))
		}
	}
	return words
}

func risks(list []prentice.Risk) []string {
	var words []string
	for _, r := range list {
		words = append(words, r.String())
	}
	return words
}

// Unknown finds names that neither the catalog nor the procedures have. They
// are advice: they may come, but until then they protect no one.
func (c *Calendar) Unknown(services *team.Catalog, procedures []string) []prentice.Finding {
	known := map[string][]string{"procedure": procedures}
	for _, s := range services.Services {
		known["service"] = append(known["service"], s.Ref.Name())
	}
	for _, h := range services.Hosts {
		known["host"] = append(known["host"], h.Ref.Name())
	}
	for _, r := range services.Resources {
		known["resource"] = append(known["resource"], r.Ref.Name())
	}
	for _, e := range services.Entities {
		if e.Ref.Kind() == "system" {
			known["system"] = append(known["system"], e.Ref.Name())
		}
	}
	var findings []prentice.Finding
	for _, e := range c.Entries() {
		says := "applies to"
		a, m := e.Applies, e.Mutes
		list := named{{"procedure", a.Procedures}, {"service", a.Services}, {"system", a.Systems}, {"host", a.Hosts}, {"resource", a.Resources}}
		if e.Kind == Maintenance {
			says, list = "mutes", named{{"service", m.Services}, {"system", m.Systems}, {"host", m.Hosts}, {"resource", m.Resources}}
		}
		for _, part := range list {
			for _, name := range part.names {
				if slices.Contains(known[part.kind], name) {
					continue
				}
				f := prentice.Finding{At: e.At, Text: fmt.Sprintf("%s %s %s %s %q, which there is not", e.Kind, e.Name, says, part.kind, name), Hint: "declare it, or correct its name"}
				if near := nearest.Of(name, known[part.kind]); near != "" {
					f.Hint = fmt.Sprintf("did you mean %q?", near)
				}
				findings = append(findings, f)
			}
		}
	}
	return findings
}
