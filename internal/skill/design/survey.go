package design

import (
	"cmp"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/team"
)

// Survey is what can be said of the whole catalog: the facts that explain.md
// is drawn from.
type Survey struct {
	Known    bool // whether there is a catalog at all
	Services []Brief
	Hosts    int
	Entities int
	Single   []SinglePoint
	More     int // single points that are not in the list, those that break the least
	Gaps     []Gap
}

// Brief is a service in one line.
type Brief struct {
	Ref    prentice.Ref
	Owner  prentice.Ref
	Hosts  int
	Needs  []prentice.Ref
	Breaks int // how many entities break with it
}

// SinglePoint is something that others need and of which there is one.
type SinglePoint struct {
	Ref    prentice.Ref
	Breaks []prentice.Ref
	Why    string
}

// Gap is what the catalog does not say about a service.
type Gap struct {
	Ref  prentice.Ref
	What string
}

// survey looks the whole catalog over. Of a very large one it names the worst
// single points only.
func survey(c *team.Catalog) Survey {
	if c == nil || len(c.Entities) == 0 {
		return Survey{}
	}
	s := Survey{Known: true, Hosts: len(c.Hosts), Entities: len(c.Entities)}
	by := neededBy(c)
	running := map[prentice.Ref]team.Service{}
	for _, service := range c.Services {
		running[service.Ref] = service
		s.Services = append(s.Services, Brief{
			Ref: service.Ref, Owner: service.Owner, Hosts: len(service.Hosts), Needs: service.DependsOn,
			Breaks: len(dependants(by, service.Ref)),
		})
		s.Gaps = append(s.Gaps, gaps(service)...)
	}
	for _, e := range c.Entities {
		if why := single(e, running); why != "" && len(by[e.Ref]) > 0 {
			s.Single = append(s.Single, SinglePoint{Ref: e.Ref, Breaks: refs(dependants(by, e.Ref)), Why: why})
		}
	}
	slices.SortStableFunc(s.Single, func(a, b SinglePoint) int {
		return cmp.Or(len(b.Breaks)-len(a.Breaks), compare(a.Ref, b.Ref))
	})
	const most = 20
	if s.More = max(0, len(s.Single)-most); s.More > 0 {
		s.Single = s.Single[:most]
	}
	return s
}

// single says why there is only one of an entity, or "" when it may have more
// than one place to run, or is not a thing that runs.
func single(e team.Entity, running map[prentice.Ref]team.Service) string {
	switch e.Ref.Kind() {
	case "host":
		return "one machine"
	case "resource":
		return "one resource, and nothing says that it is doubled"
	case "service":
		if hosts := running[e.Ref].Hosts; len(hosts) == 1 {
			return fmt.Sprintf("runs on %s only", hosts[0].Ref)
		}
	}
	return ""
}

func gaps(s team.Service) []Gap {
	var found []Gap
	for _, g := range []struct {
		missing bool
		what    string
	}{
		{len(s.Hosts) == 0, "names no hosts, so no procedure can touch it"},
		{len(s.Probes) == 0, "has no probe, so no one notices when it stops"},
		{s.Run == "" && s.Unit == "", "names neither a unit nor a run command, so it cannot be started again"},
		{s.Owner == "", "has no owner, so no one is called"},
	} {
		if g.missing {
			found = append(found, Gap{Ref: s.Ref, What: g.what})
		}
	}
	return found
}

func refs(list []Dependant) []prentice.Ref {
	out := make([]prentice.Ref, len(list))
	for i, d := range list {
		out[i] = d.Ref
	}
	return out
}
