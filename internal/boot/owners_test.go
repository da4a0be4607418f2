package boot

import (
	"slices"
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/team"
)

func TestEveryThingThatAPlanActsOnHasAnOwnerWhoIsAsked(t *testing.T) {
	now := &teamNow{
		catalog: &team.Catalog{
			Services: []team.Service{{Ref: "service/shop", Owner: "group/shop", Hosts: []team.Host{{Ref: "host/web"}}}},
			Entities: []team.Entity{{Ref: "resource/db", Owner: "group/dba"}, {Ref: "resource/new", Owner: "group/dba"}, {Ref: "host/web", Owner: "group/platform"}, {Ref: "host/bare"}},
		},
		belongs: map[prentice.Ref]policy.Belonging{"service/shop": {Owner: "group/shop"}, "resource/db": {Owner: "group/dba"}, "host/web": {Owner: "group/platform"}, "procedure/deploy": {Owner: "group/keepers"}},
	}
	for name, c := range map[string]struct {
		subject   prentice.Ref
		targets   []prentice.Ref
		procedure string
		owner     prentice.Ref // of the procedure, as its file has it
		want      []prentice.Ref
	}{
		"the hosts of a service are decided with it":    {"service/shop", []prentice.Ref{"host/web"}, "deploy", "group/keepers", []prentice.Ref{"group/shop"}},
		"what stands beside them has its own":           {"service/shop", []prentice.Ref{"host/web", "resource/db"}, "deploy", "group/keepers", []prentice.Ref{"group/dba", "group/shop"}},
		"without a subject each target has its own":     {"host/web", []prentice.Ref{"host/web", "resource/db"}, "deploy", "group/keepers", []prentice.Ref{"group/dba", "group/platform"}},
		"what no one owns is the procedure's":           {"resource/db", []prentice.Ref{"resource/db", "host/bare"}, "deploy", "group/keepers", []prentice.Ref{"group/dba", "group/keepers"}},
		"and of a procedure that no one owns, no one's": {"resource/db", []prentice.Ref{"resource/db", "host/bare"}, "stray", "", []prentice.Ref{"group/dba"}},
		"an owner that no one adopted decides nothing":  {"resource/db", []prentice.Ref{"resource/db", "resource/new"}, "deploy", "group/keepers", []prentice.Ref{"group/dba", prentice.ThePlansOwner}},
		"nor does that of a procedure":                  {"resource/db", []prentice.Ref{"resource/db", "host/bare"}, "edited", "group/mallory", []prentice.Ref{"group/dba", prentice.ThePlansOwner}},
	} {
		plan := prentice.Plan{Subject: c.subject, Procedure: c.procedure, Owner: c.owner}
		for _, t := range c.targets {
			plan.Targets = append(plan.Targets, prentice.Target{Ref: t})
		}
		if got := now.ownersOf(plan); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
