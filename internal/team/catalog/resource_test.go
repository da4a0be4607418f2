package catalog_test

import (
	"strings"
	"testing"
)

// reached is two hosts, and resources with the annotations that are given.
func reached(annotations ...string) string {
	text := ofGroup
	for _, h := range []string{"bastion-a", "bastion-b"} {
		text += "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: " + h + ", annotations: {prentice.dev/address: " + h + ".example}}\nspec: {type: host, owner: group:crew}\n---\n"
	}
	for i, a := range annotations {
		text += "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: db-" + string(rune('a'+i)) + ", labels: {engine: postgres}, annotations: {" + a + "}}\nspec: {type: database, owner: group:crew}\n---\n"
	}
	return text
}

func TestAResourceSaysFromWhichHostItIsReached(t *testing.T) {
	cat, findings := kinds.Load(teamOf(t, "catalog-info.yaml", reached("prentice.dev/via: 'host/bastion-b, bastion-a', prentice.dev/address: 'orders.internal:5432'", `prentice.dev/local: "true"`, "")))
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	r, err := cat.Resource("db-a")
	if err != nil || r.Type != "database" || r.Facts["engine"] != "postgres" || r.Address != "orders.internal:5432" || r.Owner != "group/crew" {
		t.Fatalf("%+v %v", r, err)
	}
	for from, want := range map[string]string{"": "bastion-b.example", "bastion-a": "bastion-a.example", "host/bastion-b": "bastion-b.example"} {
		target, err := r.Target(from)
		if m := target.Machine(); err != nil || m.Address != want || target.Ref != "resource/db-a" {
			t.Errorf("from %q it is acted on at %+v: %v", from, m, err)
		}
	}
	if _, err := r.Target("elsewhere"); err == nil || !strings.Contains(err.Error(), `resource/db-a is not reached from "elsewhere"`) {
		t.Error(err)
	}
	here, err := cat.Resource("resource/db-b")
	if target, err2 := here.Target(""); err != nil || err2 != nil || !target.Machine().Local || target.String() != "resource/db-b, from this machine" {
		t.Errorf("%v %v %v", target, err, err2)
	}
	nowhere, _ := cat.Resource("db-c")
	if _, err := nowhere.Target(""); err == nil || !strings.Contains(err.Error(), "resource/db-c says not from which host it is reached") {
		t.Error(err)
	}
}

func TestWhatIsReachedFromAHostThatIsNotThereIsNotActedOn(t *testing.T) {
	for _, c := range []struct{ annotations, want string }{
		{"prentice.dev/via: bastion-c", `prentice.dev/via: there is no host "bastion-c"`},
		{"prentice.dev/via: db-a", "prentice.dev/via: resource/db-a is not a host"},
		{`prentice.dev/via: bastion-a, prentice.dev/local: "true"`, "says both prentice.dev/local and prentice.dev/via"},
	} {
		cat, findings := kinds.Load(teamOf(t, "catalog-info.yaml", reached(c.annotations)))
		if r, _ := cat.Resource("db-a"); r.Blocked == "" || !strings.Contains(says(findings), c.want) {
			t.Errorf("%s: %+v\n%s", c.annotations, r, says(findings))
		}
	}
}

func TestOneThingUnderTwoNamesIsNotActedOn(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		one        bool
	}{
		{"one place", "prentice.dev/via: bastion-a, prentice.dev/place: orders", "prentice.dev/via: bastion-b, prentice.dev/place: Orders", true},
		{"one address from two hosts", "prentice.dev/via: bastion-a, prentice.dev/address: 'pg.internal:5432'", "prentice.dev/via: bastion-b, prentice.dev/address: 'root@PG.internal.:5432'", true},
		{"one address, and a place for each", "prentice.dev/via: bastion-a, prentice.dev/place: orders, prentice.dev/address: 'pg:5432'", "prentice.dev/via: bastion-a, prentice.dev/place: users, prentice.dev/address: 'pg:5432'", false},
		{"one address, and a place for one", "prentice.dev/via: bastion-a, prentice.dev/address: 'pg:5432'", "prentice.dev/via: bastion-a, prentice.dev/place: users, prentice.dev/address: 'pg:5432'", true},
		{"one address, a port that no one says", "prentice.dev/via: bastion-a, prentice.dev/address: pg", "prentice.dev/via: bastion-a, prentice.dev/address: 'pg:5432'", true},
		{"two ports", "prentice.dev/via: bastion-a, prentice.dev/address: 'pg:5432'", "prentice.dev/via: bastion-a, prentice.dev/address: 'pg:5433'", false},
		{"the host itself, on two hosts", "prentice.dev/via: bastion-a, prentice.dev/address: 'localhost:5432'", "prentice.dev/via: bastion-b, prentice.dev/address: '127.0.0.1:5432'", false},
		{"the host itself, on one", "prentice.dev/via: 'bastion-b, bastion-a', prentice.dev/address: 'localhost:5432'", "prentice.dev/via: bastion-a, prentice.dev/address: '127.0.0.1:5432'", true},
		{"no address and no place", "prentice.dev/via: bastion-a", "prentice.dev/via: bastion-a", false},
	} {
		cat, findings := kinds.Load(teamOf(t, "catalog-info.yaml", reached(c.a, c.b)))
		for _, name := range []string{"db-a", "db-b"} {
			if r, _ := cat.Resource(name); (r.Blocked != "") != c.one || strings.Contains(says(findings), "are one thing") != c.one {
				t.Errorf("%s: %s is blocked by %q\n%s", c.name, name, r.Blocked, says(findings))
			}
		}
	}
}
