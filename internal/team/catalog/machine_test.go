package catalog_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team"
	"prentice/internal/team/catalog"
)

const ofGroup = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n---\n"

func declared(annotations string) string {
	return ofGroup + "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: web, labels: {tier: front}, annotations: {" + annotations + "}}\nspec: {type: host, owner: group:crew}\n" +
		"---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop, annotations: {prentice.dev/hosts: 'web, db'}}\nspec: {type: service, lifecycle: production, owner: group:crew}\n"
}

func elsewhere(name, address string) team.Host {
	return team.Host{Ref: prentice.NewRef("host", name), Address: address, Groups: []string{"fleet"}, Facts: map[string]string{"rack": "a"}, At: prentice.Pos{File: "inventory.ini", Line: 7}}
}

func TestAHostThatTwoPlacesDeclareIsOneWhenTheyAgree(t *testing.T) {
	for _, c := range []struct{ name, here, there, want string }{
		{"what one says is added", "prentice.dev/address: 10.0.0.1", "deploy@10.0.0.1:2222", "deploy@10.0.0.1:2222"},
		{"both say the same in other words", "prentice.dev/address: '10.0.0.1:22'", "10.0.0.1", "10.0.0.1:22"},
		{"the bare name says nothing of where", "prentice.dev/address: 10.0.0.1", "deploy@web", "deploy@10.0.0.1"},
		{"the catalog leaves it to the inventory", "", "10.0.0.1:2222", "10.0.0.1:2222"},
	} {
		cat, findings := kinds.LoadWith(teamOf(t, "catalog-info.yaml", declared(c.here)), catalog.Elsewhere{Hosts: []team.Host{elsewhere("web", c.there), elsewhere("db", "db")}})
		h, err := cat.Host("web")
		if len(findings) > 0 || err != nil || h.Address != c.want || h.Facts["rack"] != "a" || h.Facts["tier"] != "front" || h.Groups[0] != "fleet" {
			t.Errorf("%s: %+v %v %s", c.name, h, err, says(findings))
		}
		if s, err := cat.Service("shop"); err != nil || len(s.Hosts) != 2 {
			t.Errorf("%s: the service runs on %v", c.name, s.Hosts)
		}
	}
}

func TestAHostThatTwoPlacesDeclareOtherwiseNamesBoth(t *testing.T) {
	for _, c := range []struct {
		name, here string
		there      team.Host
		want       string
	}{
		{"the address", "prentice.dev/address: 10.0.0.1", elsewhere("web", "10.0.0.2"), `inventory.ini:7: error: host web has the address "10.0.0.2" here and "10.0.0.1" at catalog-info.yaml:`},
		{"the user", "prentice.dev/address: root@10.0.0.1", elsewhere("web", "deploy@10.0.0.1"), "has the address"},
		{"the port", "prentice.dev/address: '10.0.0.1:22'", elsewhere("web", "10.0.0.1:2222"), "has the address"},
		{"the way", `prentice.dev/local: "true"`, elsewhere("web", "10.0.0.1"), `has the way "ssh" here and "local"`},
		{"the name in another case", "prentice.dev/address: 10.0.0.1", elsewhere("WEB", "10.0.0.1"), "write the name in one way"},
	} {
		_, findings := kinds.LoadWith(teamOf(t, "catalog-info.yaml", declared(c.here)), catalog.Elsewhere{Hosts: []team.Host{c.there, elsewhere("db", "db")}})
		if !strings.Contains(says(findings), c.want) {
			t.Errorf("%s: %s", c.name, says(findings))
		}
	}
}

func TestASpareHostCountsOnlyWhenNobodyElseDeclaresIt(t *testing.T) {
	cat, findings := kinds.LoadWith(teamOf(t, "catalog-info.yaml", declared("prentice.dev/address: 10.0.0.1")), catalog.Elsewhere{Spare: []team.Host{elsewhere("web", "10.9.9.9"), elsewhere("db", "db")}})
	web, _ := cat.Host("web")
	db, err := cat.Host("db")
	if len(findings) > 0 || web.Address != "10.0.0.1" || err != nil || db.Address != "db" {
		t.Errorf("%+v %+v %s", web, db, says(findings))
	}
}

func TestAHostThatNobodyGivesAnAddressIsRefused(t *testing.T) {
	_, findings := kinds.LoadWith(teamOf(t, "catalog-info.yaml", declared("")), catalog.Elsewhere{Hosts: []team.Host{elsewhere("db", "db")}})
	if !strings.Contains(says(findings), "host web has no address and is not local") {
		t.Error(says(findings))
	}
}

func TestALabelThatCannotBeAFactIsLeftOutAndSaid(t *testing.T) {
	labels := "{name: other, Ref: x, address: 6.6.6.6, rack-id: one, rack_id: two, db_password: hunter2, zone: a}"
	text := strings.Replace(declared("prentice.dev/address: 10.0.0.1"), "{tier: front}", labels, 1)
	cat, findings := kinds.LoadWith(teamOf(t, "catalog-info.yaml", text), catalog.Elsewhere{Hosts: []team.Host{elsewhere("db", "db")}})
	if cat == nil {
		t.Fatal(says(findings))
	}
	if h, err := cat.Host("web"); err != nil || len(h.Facts) != 1 || h.Facts["zone"] != "a" {
		t.Errorf("the facts are %v, %v", h.Facts, err)
	}
	for _, want := range []string{"the label name of host web: TARGET_NAME is what every target has", "the label Ref", "the label address", "the labels rack-id and rack_id of host web: both would be TARGET_RACK_ID", "the label db_password of host web: the name is that of a secret"} {
		if !strings.Contains(says(findings), want) || strings.Contains(says(findings), "error") {
			t.Errorf("it says %s, wants %s", says(findings), want)
		}
	}
}
