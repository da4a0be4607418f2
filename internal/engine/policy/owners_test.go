package policy

import (
	"testing"

	"prentice"
	"prentice/internal/team"
)

func TestWhatBelongsToWhomIsReadAsItWasAdopted(t *testing.T) {
	c := &team.Catalog{
		Entities: []team.Entity{{Ref: "host/web", Owner: "group/platform"}, {Ref: "service/shop", Owner: "group/sales", System: "system/trade"}, {Ref: "group/sales", Members: []string{"ann"}}},
		Services: []team.Service{{Ref: "service/shop", Owner: "group/sales", System: "system/trade"}},
	}
	text := Memberships(c) + Belongings(c, []prentice.Procedure{{Name: "restart", Owner: "group/platform"}})
	got := BelongingsIn(text)
	for ref, want := range map[prentice.Ref]Belonging{"host/web": {Owner: "group/platform"}, "service/shop": {"group/sales", "system/trade"}, "procedure/restart": {Owner: "group/platform"}, "service/other": {}} {
		if got[ref] != want {
			t.Errorf("%s belongs to %+v, want %+v", ref, got[ref], want)
		}
	}
	if groups := GroupsIn(text, "ann"); len(groups) != 1 || groups[0] != "group/sales" {
		t.Errorf("ann is in %q", groups)
	}
	if groups := GroupsIn(text, "group/sales"); len(groups) != 0 {
		t.Errorf("an owner is taken for a member of %q", groups)
	}
	if before := BelongingsIn(Memberships(c)); len(before) != 0 {
		t.Errorf("a text of before says %+v", before)
	}
}

func TestAnEditIsWhatATextDoesNotSayYet(t *testing.T) {
	was := Belongings(&team.Catalog{Entities: []team.Entity{{Ref: "host/a", Owner: "group/x"}, {Ref: "host/b", Owner: "group/x"}}}, nil)
	less := Belongings(&team.Catalog{Entities: []team.Entity{{Ref: "host/a", Owner: "group/x"}}}, nil)
	other := Belongings(&team.Catalog{Entities: []team.Entity{{Ref: "host/a", Owner: "group/y"}}}, nil)
	if !Says(was, was) || !Says(was, less) || Says(was, other) || Says(less, was) || Says("", less) {
		t.Error("what was only left out is an edit, or what was changed is none")
	}
}

func TestAPolicySaysWhetherItAsksOwners(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "rules:\n  - {name: a, when: 'true', verdict: ask, from: [group/x], reason: r}\n": false,
		"rules:\n  - {name: a, when: 'true', verdict: ask, from: [group/x, owner], reason: r}\n": true,
	} {
		p, findings := Load("policy.yaml", []byte(text))
		if p == nil {
			t.Fatal(findings)
		}
		if p.AsksOwners() != want {
			t.Errorf("%q: %t", text, p.AsksOwners())
		}
	}
}
