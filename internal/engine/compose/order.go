package compose

import (
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
)

// Order is the order in which services can begin, each after all that it waits for; those
// that wait for no other stand by name. A service that waits for itself by way of others, or
// for one that is not there, is an error.
func Order(services []environment.Service) ([]string, error) {
	order, wrong := begin(services)
	if wrong != nil {
		return nil, wrong
	}
	return order, nil
}

func begin(services []environment.Service) ([]string, *prentice.Error) {
	after := map[string]map[string]bool{}
	for _, s := range services {
		after[s.Name] = map[string]bool{}
		for of := range s.After {
			after[s.Name][of] = true
		}
	}
	for name, needs := range after {
		for of := range needs {
			if after[of] == nil {
				return nil, prentice.Errorf(prentice.Invalid, "service %s waits for %s, and there is no such service", name, of).Try("correct its depends_on")
			}
		}
	}
	var order []string
	for len(after) > 0 {
		var ready []string
		for name, needs := range after {
			if len(needs) == 0 {
				ready = append(ready, name)
			}
		}
		if len(ready) == 0 {
			return nil, prentice.Errorf(prentice.Invalid, "these services wait for each other: %s", strings.Join(circle(after), ", ")).Try("take one depends_on out")
		}
		slices.Sort(ready)
		order = append(order, ready...)
		for _, name := range ready {
			delete(after, name)
		}
		for _, needs := range after {
			for _, name := range ready {
				delete(needs, name)
			}
		}
	}
	return order, nil
}

// circle is one of services that wait for each other, from the first by name.
func circle(after map[string]map[string]bool) []string {
	at := slices.Sorted(maps.Keys(after))[0]
	var trail []string
	for !slices.Contains(trail, at) {
		trail = append(trail, at)
		at = slices.Sorted(maps.Keys(after[at]))[0]
	}
	trail = trail[slices.Index(trail, at):]
	least := slices.Index(trail, slices.Min(trail))
	return append(slices.Clone(trail[least:]), trail[:least]...)
}

// ordered puts the services of a project into the order in which they can begin.
func (l *load) ordered(p *Project) error {
	var services []environment.Service
	by := map[string]service{}
	for _, s := range p.services {
		services, by[s.Name] = append(services, s.Service), s
	}
	order, wrong := begin(services)
	if wrong != nil {
		at := l.places.at("services")
		for _, s := range p.services {
			if strings.Contains(wrong.Text, s.Name) && len(s.After) > 0 {
				at = or(l.places.at("services", s.Name, "depends_on"), at)
				break
			}
		}
		return Finding{Path: at.path, Line: at.line, Says: wrong.Text, Try: wrong.Hint}
	}
	p.services = p.services[:0]
	for _, name := range order {
		p.services = append(p.services, by[name])
	}
	return nil
}
