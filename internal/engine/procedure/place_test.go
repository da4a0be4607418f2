package procedure_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// labelled is a catalog of hosts that each say their environment, as facts and as labels.
func labelled(of ...[2]string) *team.Catalog {
	cat := &team.Catalog{}
	for _, h := range of {
		ref, labels := prentice.NewRef("host", h[0]), map[string]string{"environment": h[1]}
		cat.Hosts = append(cat.Hosts, team.Host{Ref: ref, Facts: labels})
		cat.Entities = append(cat.Entities, team.Entity{Ref: ref, Labels: labels})
	}
	return cat
}

// A plan without a service is about its first host, and that host is not all of it: a rule
// for production holds where one of several hosts is of production.
func TestTheEnvironmentIsThatOfAllTargets(t *testing.T) {
	l := library(t, "---\nprocedure: p\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 9}\n---\n## Act\n"+block("sh id=a", "true\n"))
	for want, cat := range map[string]*team.Catalog{
		"mixed":      labelled([2]string{"a", "staging"}, [2]string{"b", "production"}),
		"production": labelled([2]string{"a", "production"}, [2]string{"b", "production"}),
	} {
		plan, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p"})
		if err != nil || plan.Environment != want || plan.Subject != "host/a" {
			t.Errorf("about %s, in %q, want %q: %v", plan.Subject, plan.Environment, want, err)
		}
	}
}
