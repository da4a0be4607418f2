package procedure

import (
	"fmt"
	"maps"
	"testing"

	"prentice"
)

func TestManyFactsOfAllTargetsAreSaidOnce(t *testing.T) {
	host := func(n, facts int) prentice.Target {
		t := prentice.Target{Ref: prentice.Ref(fmt.Sprint("host/h", n)), Facts: map[string]string{"rack": fmt.Sprint(n), "n": "1"}}
		for i := range facts {
			t.Facts[fmt.Sprint("fact", i)] = "the same"
		}
		return t
	}
	for name, c := range map[string]struct{ hosts, facts, once int }{
		"few stand where they were":      {4, 100, 0},
		"many stand once":                {10, 300, 301},
		"one target has all of its own":  {1, 1200, 0},
		"many hosts of few facts, too":   {600, 0, 1},
		"no target is no reason to fail": {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var p prentice.Plan
			var want []map[string]string
			for i := range c.hosts {
				p.Targets = append(p.Targets, host(i, c.facts))
				want = append(want, maps.Clone(p.Targets[i].Facts))
			}
			said := append([]prentice.Target(nil), p.Targets...)
			sayFactsOnce(&p)
			if len(p.Facts) != c.once {
				t.Errorf("%d facts stand once, want %d", len(p.Facts), c.once)
			}
			for i, target := range p.Targets {
				if got := p.FactsOf(target); !maps.Equal(got, want[i]) {
					t.Fatalf("%s has %d facts, want %d", target.Ref, len(got), len(want[i]))
				}
				if !maps.Equal(said[i].Facts, want[i]) {
					t.Fatalf("the catalog's own facts of %s were changed", target.Ref)
				}
			}
		})
	}
}
