package compose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// consistent refuses what does not fit together, with the line of each.
func (l *load) consistent(model map[string]any, active map[string]bool) {
	if len(active) == 0 {
		at := l.places.at("services")
		l.found.refuse(or(at, place{path: l.places.layers[0].path}), "write services:, or ask for a profile", "it has no services to begin")
		return
	}
	all, _ := model["services"].(map[string]any)
	each(model, func(name string, service map[string]any) {
		if !active[name] {
			return
		}
		at := func(keys ...string) place { return l.places.at(append([]string{"services", name}, keys...)...) }
		l.dependencies(name, service, all, active, at)
		l.seeded(name, service, all, active, at)
		for _, kind := range []string{"networks", "configs", "secrets"} {
			have, _ := model[kind].(map[string]any)
			for _, of := range resources(service[kind]) {
				if _, ok := have[of]; !ok && (kind != "networks" || of != "default") {
					l.found.refuse(at(kind, of), fmt.Sprintf("write it under %s:", kind), "service %s: %s: there is no %q", name, kind, of)
				}
			}
		}
		if scale, ok := replicas(service); ok && scale < 1 {
			l.found.refuse(at("deploy", "replicas"), "leave the service out, or give it a profile", "service %s: %d of it are to run", name, scale)
		}
		if service["network_mode"] != nil && service["networks"] != nil {
			l.found.refuse(at("network_mode"), "keep networks", "service %s: network_mode and networks say two things", name)
		}
	})
}

// dependencies refuses those on services that are not there or not begun.
func (l *load) dependencies(name string, service, all map[string]any, active map[string]bool, at func(...string) place) {
	needs, _ := service["depends_on"].(map[string]any)
	for _, of := range slices.Sorted(maps.Keys(needs)) {
		how, _ := needs[of].(map[string]any)
		_, exists := all[of]
		switch {
		case active[of]:
		case how["required"] == false:
			l.found.advise(at("depends_on", of), "", "service %s: depends_on: %s is not begun, and is not required: it is not waited for", name, of)
		case exists:
			l.found.refuse(at("depends_on", of), "ask for its profile, or write required: false", "service %s: depends_on: no profile that is asked for begins %s", name, of)
		default:
			l.found.refuse(at("depends_on", of), near("write ", of, slices.Sorted(maps.Keys(all))), "service %s: depends_on: there is no service %q", name, of)
		}
	}
	for _, link := range texts(service["links"]) {
		if of, _, _ := strings.Cut(link, ":"); !active[of] {
			l.found.refuse(at("links", link), near("write ", of, slices.Sorted(maps.Keys(all))), "service %s: links: there is no service %q", name, of)
		}
	}
}

// seeded refuses seeds that are not there, and those that wait for more than the data that
// they make: they are performed before anything else is begun.
func (l *load) seeded(name string, service, all map[string]any, active map[string]bool, at func(...string) place) {
	own, _ := service[ours].(map[string]any)
	seed, _ := own["seed"].(map[string]any)
	by := texts(seed["by"])
	for _, of := range by {
		other, exists := all[of].(map[string]any)
		here := at(ours, "seed", "by", of)
		if !exists || !active[of] || of == name {
			l.found.refuse(here, near("write ", of, slices.Sorted(maps.Keys(all))), "service %s: x-prentice: seed: there is no service %q that could make its data", name, of)
			continue
		}
		needs, _ := other["depends_on"].(map[string]any)
		for _, waits := range slices.Sorted(maps.Keys(needs)) {
			if waits != name && !slices.Contains(by, waits) {
				l.found.refuse(here, "take it out of seed, or let it wait for "+name+" alone", "service %s: x-prentice: seed: %s waits for %s, which is not there when the data is made", name, of, waits)
			}
		}
	}
}

// resources are the names under a key of a service, whatever its form.
func resources(value any) (names []string) {
	switch v := value.(type) {
	case map[string]any:
		return slices.Sorted(maps.Keys(v))
	case []any:
		for _, one := range v {
			switch w := one.(type) {
			case string:
				names = append(names, w)
			case map[string]any:
				names = append(names, fmt.Sprint(w["source"]))
			}
		}
	}
	return names
}

// replicas is how many of a service are to run, where that is said.
func replicas(service map[string]any) (int, bool) {
	if n, ok := service["scale"].(int); ok {
		return n, true
	}
	deploy, _ := service["deploy"].(map[string]any)
	n, ok := deploy["replicas"].(int)
	return n, ok
}
