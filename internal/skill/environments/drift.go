package environments

import (
	"cmp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
)

// drift is in what a place is not as it should be: what its lease is for is not what runs
// there, what was deployed last did not come to an end, or it is to be like another place and
// is not. What runs where is what deployments said; files that someone changed by hand are
// found by the plan of a procedure that says how they are to be.
func drift(p environment.Place, lease *LeaseOut, all []Deployed) []Difference {
	out := []Difference{}
	here, there := at(p.Name, all), at(p.Like, all)
	for _, d := range here {
		if d.State != "deployed" {
			out = append(out, Difference{Service: d.Service.Name(), What: "state", A: d.State, B: "deployed"})
		}
	}
	if lease != nil && lease.Digest != "" && !slices.ContainsFunc(here, func(d Deployed) bool { return d.Digest == lease.Digest }) {
		var have []string
		for _, d := range here {
			if p.Service == "" || d.Service == p.Service {
				have = append(have, cmp.Or(d.Digest, d.Version))
			}
		}
		out = append(out, Difference{Service: p.Service.Name(), What: "what it is leased for", A: strings.Join(have, ", "), B: lease.Digest})
	}
	if p.Like != "" {
		more, _ := apart(here, there)
		out = append(out, more...)
	}
	return out
}

func at(place string, all []Deployed) (list []Deployed) {
	for _, d := range all {
		if d.Place == place && place != "" {
			list = append(list, d)
		}
	}
	return list
}

// apart says in which versions two places differ, and how many facts are alike.
func apart(a, b []Deployed) (list []Difference, same int) {
	facts := map[prentice.Ref]*[2]Deployed{}
	var services []prentice.Ref
	for i, side := range [][]Deployed{a, b} {
		for _, d := range side {
			if facts[d.Service] == nil {
				facts[d.Service] = &[2]Deployed{}
				services = append(services, d.Service)
			}
			facts[d.Service][i] = d
		}
	}
	slices.Sort(services)
	for _, service := range services {
		x, y := facts[service][0], facts[service][1]
		for _, f := range []struct{ what, a, b string }{{"version", x.Version, y.Version}, {"digest", x.Digest, y.Digest}} {
			switch {
			case f.a != f.b:
				list = append(list, Difference{Service: service.Name(), What: f.what, A: f.a, B: f.b})
			case f.a != "":
				same++
			}
		}
	}
	return list, same
}
