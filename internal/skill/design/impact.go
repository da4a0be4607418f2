package design

import (
	"slices"

	"prentice"
	"prentice/internal/team"
)

// Dependant is what stops working, or is in danger, when something breaks.
type Dependant struct {
	Ref prentice.Ref   `json:"ref"`
	Way []prentice.Ref `json:"way"` // from what breaks to this one, both ends included
}

// needs says for every entity what it needs: what it depends on, the hosts that
// it runs on when there is only one of them, the APIs that it consumes, and for
// an API those who provide it. A service on several hosts survives the loss of
// one, so it does not need any one of them.
func needs(c *team.Catalog) map[prentice.Ref][]prentice.Ref {
	needs := map[prentice.Ref][]prentice.Ref{}
	add := func(who prentice.Ref, what ...prentice.Ref) { needs[who] = append(needs[who], what...) }
	for _, e := range c.Entities {
		add(e.Ref, e.DependsOn...)
		add(e.Ref, e.Consumes...)
		for _, api := range e.Provides {
			add(api, e.Ref)
		}
	}
	for _, s := range c.Services {
		if len(s.Hosts) == 1 {
			add(s.Ref, s.Hosts[0].Ref)
		}
	}
	return needs
}

// Dependants lists what breaks if ref breaks, nearest first and by name among
// equals, each with one shortest way. An API with several providers counts as
// needing each of them: whether one is enough is not declared.
func Dependants(c *team.Catalog, ref prentice.Ref) []Dependant {
	return dependants(neededBy(c), ref)
}

// neededBy is needs the other way round, sorted.
func neededBy(c *team.Catalog) map[prentice.Ref][]prentice.Ref {
	by := map[prentice.Ref][]prentice.Ref{}
	for who, what := range needs(c) {
		for _, w := range what {
			by[w] = append(by[w], who)
		}
	}
	for _, who := range by {
		slices.Sort(who)
	}
	return by
}

func dependants(by map[prentice.Ref][]prentice.Ref, ref prentice.Ref) []Dependant {
	found := []Dependant{}
	seen := map[prentice.Ref]bool{ref: true}
	for frontier := []Dependant{{Ref: ref, Way: []prentice.Ref{ref}}}; len(frontier) > 0; {
		var next []Dependant
		for _, d := range frontier {
			for _, who := range by[d.Ref] {
				if !seen[who] {
					seen[who] = true
					next = append(next, Dependant{Ref: who, Way: append(slices.Clone(d.Way), who)})
				}
			}
		}
		slices.SortFunc(next, func(a, b Dependant) int { return compare(a.Ref, b.Ref) })
		found = append(found, next...)
		frontier = next
	}
	return found
}

func compare(a, b prentice.Ref) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
