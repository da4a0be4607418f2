package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// shops is a system with two databases, a queue and a namespace that no one
// reaches, and the hosts from which they are reached.
func shops() *team.Catalog {
	a := team.Host{Ref: "host/admin-a", Address: "10.0.0.1"}
	b := team.Host{Ref: "host/admin-b", Address: "10.0.0.2"}
	sick := team.Host{Ref: "host/sick", Blocked: "it has two names"}
	return &team.Catalog{
		Entities: []team.Entity{{Ref: "system/shop", Kind: "System"}},
		Services: []team.Service{{Ref: "service/checkout", DependsOn: []prentice.Ref{"resource/orders-db", "service/other"}}},
		Hosts:    []team.Host{a, b, sick},
		Resources: []team.Resource{
			{Ref: "resource/far", Type: "namespace"},
			{Ref: "resource/ill", Type: "database", Via: []team.Host{sick}},
			{Ref: "resource/orders-db", Type: "database", System: "system/shop", Via: []team.Host{a, b}, Address: "pg:5432", Facts: map[string]string{"tier": "one"}},
			{Ref: "resource/twin", Blocked: "it is two", Via: []team.Host{a}},
			{Ref: "resource/users-db", Type: "database", System: "system/shop", Via: []team.Host{b}, Facts: map[string]string{"tier": "two"}},
		},
	}
}

func TestTargetsAreResourcesToo(t *testing.T) {
	for _, c := range []struct{ targets, want string }{
		{`resource("orders-db")`, "resource/orders-db, from host/admin-a"},
		{`from(resource("orders-db"), "admin-b")`, "resource/orders-db, from host/admin-b"},
		{`resources().filter(r, r.type == "database" && r.system == "system/shop")`, "resource/orders-db, from host/admin-a; resource/users-db, from host/admin-b"},
		{`resources().filter(r, has(r.facts.tier) && r.facts.tier == "two")`, "resource/users-db, from host/admin-b"},
		{`system("shop").resources.map(r, from(r, "admin-b"))`, "resource/orders-db, from host/admin-b; resource/users-db, from host/admin-b"},
		{`service("checkout").resources`, "resource/orders-db, from host/admin-a"},
		{`except(system("shop").resources, ["resource/users-db"])`, "resource/orders-db, from host/admin-a"},
		{`["resource/orders-db", "resource/orders-db", "host/admin-b"]`, "host/admin-b; resource/orders-db, from host/admin-a"},
	} {
		plan, err := procedure.Render(samples(t), shops(), adhoc(c.targets, "true"))
		var names []string
		for _, target := range plan.Targets {
			names = append(names, target.String())
		}
		if got := strings.Join(names, "; "); err != nil || got != c.want {
			t.Errorf("%s gives %s: %v", c.targets, got, err)
		}
	}
}

func TestResourcesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, c := range []struct{ targets, want string }{
		{`resource("order-db")`, "did you mean orders-db?"},
		{`resource("admin-a")`, `"admin-a" is a host: write host("admin-a")`},
		{`["orders-db"]`, `write "resource/orders-db" for the resource of that name`},
		{`orders-db`, ""},
		{`from(resource("orders-db"), "admin-c")`, `resource/orders-db is not reached from "admin-c"`},
		{`resource("far")`, "resource/far says not from which host it is reached"},
		{`resource("twin")`, "nothing can be planned for resource/twin: it is two"},
		{`resource("ill")`, "host/sick, from which it is reached, cannot be acted on: it has two names"},
		{`resources().filter(r, r.type == "queue")`, "empty is never all"},
		{`[resource("orders-db"), from(resource("orders-db"), "admin-b")]`, "are one target in two ways"},
		{`["host/admin-a", "resource/orders-db"]`, "host/admin-a is a target, and so is resource/orders-db, from host/admin-a"},
		{`system("shop")`, "write .hosts behind it"},
	} {
		_, err := procedure.Render(samples(t), shops(), adhoc(c.targets, "true"))
		if err == nil || !strings.Contains(err.Error()+" "+prentice.HintOf(err), c.want) {
			t.Errorf("%s: %v (%s)", c.targets, err, prentice.HintOf(err))
		}
	}
}
