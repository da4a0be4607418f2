package calendar

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// Scope is what an entry applies to: all, or what is in each of the lists that
// are not empty. The zero Scope applies to nothing.
type Scope struct {
	All        bool
	Procedures []string
	Systems    []string
	Services   []string
	Risks      []prentice.Risk
}

// scene is what a plan has to do with.
type scene struct {
	procedure         string
	services, systems []string                // bare names
	subject           string                  // the service that it is about, or ""
	on                map[string]prentice.Ref // the host of the plan on which another service runs
	risk              prentice.Risk
}

// touched works out which services and systems a plan has to do with.
func touched(c *prentice.Catalogue, plan prentice.Plan) scene {
	s := scene{procedure: plan.Procedure, risk: plan.Risk, on: map[string]prentice.Ref{}}
	if kind := plan.Subject.Kind(); kind == "service" {
		s.subject = plan.Subject.Name()
		s.services = append(s.services, s.subject)
	} else if kind == "system" {
		s.systems = append(s.systems, plan.Subject.Name())
	}
	if c == nil {
		return s
	}
	hosts := make([]prentice.Ref, len(plan.Targets))
	for i, t := range plan.Targets {
		hosts[i] = t.Ref
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

// covers says whether an entry of this scope applies.
func (s Scope) covers(on scene) bool {
	if s.All {
		return true
	}
	if len(s.Procedures)+len(s.Systems)+len(s.Services)+len(s.Risks) == 0 {
		return false
	}
	return (len(s.Procedures) == 0 || slices.Contains(s.Procedures, on.procedure)) &&
		(len(s.Systems) == 0 || meet(s.Systems, on.systems)) &&
		(len(s.Services) == 0 || meet(s.Services, on.services)) &&
		(len(s.Risks) == 0 || slices.Contains(s.Risks, on.risk))
}

// because says why an entry applies to a plan that is not about what it names: a
// service of it runs on a host that the plan touches. "" is that nobody wonders.
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
	var words []string
	for _, part := range []struct {
		what string
		list []string
	}{{"procedure", s.Procedures}, {"system", s.Systems}, {"service", s.Services}, {"risk", risks(s.Risks)}} {
		if len(part.list) > 0 {
			words = append(words, part.what+" "+strings.Join(part.list, " or "))
		}
	}
	return strings.Join(words, ", ")
}

func risks(list []prentice.Risk) []string {
	var words []string
	for _, r := range list {
		words = append(words, r.String())
	}
	return words
}

// Unknown finds names that neither the catalogue nor the procedures have. They
// are advice: they may come, but until then they protect nobody.
func (c *Calendar) Unknown(services *prentice.Catalogue, procedures []string) []prentice.Finding {
	var known struct{ services, systems []string }
	for _, s := range services.Services {
		known.services = append(known.services, s.Ref.Name())
	}
	for _, e := range services.Entities {
		if e.Ref.Kind() == "system" {
			known.systems = append(known.systems, e.Ref.Name())
		}
	}
	var findings []prentice.Finding
	for _, e := range c.Entries() {
		for _, list := range []struct {
			what         string
			named, known []string
		}{{"procedure", e.Applies.Procedures, procedures}, {"service", e.Applies.Services, known.services}, {"system", e.Applies.Systems, known.systems}} {
			for _, name := range list.named {
				if !slices.Contains(list.known, name) {
					f := prentice.Finding{At: e.At, Text: fmt.Sprintf("%s %s applies to %s %q, which there is not", e.Kind, e.Name, list.what, name), Hint: "declare it, or mend its name"}
					if near := nearest.Of(name, list.known); near != "" {
						f.Hint = fmt.Sprintf("did you mean %q?", near)
					}
					findings = append(findings, f)
				}
			}
		}
	}
	return findings
}
