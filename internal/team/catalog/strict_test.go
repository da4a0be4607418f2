package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
)

const head = "apiVersion: backstage.io/v1alpha1\n"

func TestAMistakeIsNamedWithItsPlaceAndTheNextStep(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"an unknown key at the top", "kind: Component\nmetadata:\n  name: checkout", "kind: Component\nmetdata: {}\nmetadata:\n  name: checkout", `:4:1: advice: unknown key "metdata", which prentice does not use (did you mean "metadata"?)`},
		{"an unknown key in metadata", "title: Checkout", "titel: Checkout", `:6:3: advice: unknown key "titel" in metadata, which prentice does not use (did you mean "title"?)`},
		{"an unknown key in spec", "owner: platform\n  system: shop\n  depends", "onwer: platform\n  system: shop\n  depends", `advice: unknown key "onwer" in spec, which prentice does not use (did you mean "owner"?)`},
		{"a key of another kind's spec", "{owner: platform, domain: trade}", "{owner: platform, domain: trade, system: shop}", `advice: unknown key "system" in spec`},
		{"a key that appears twice", "title: Checkout", "title: Checkout\n  title: Checkin", `:7:3: advice: key "title" appears twice in metadata`},
		{"a key without a value", "title: Checkout", "title:", `:6:3: advice: "title" has no value in metadata`},
		{"an unknown kind", "kind: Component", "kind: Componet", `:3:7: advice: kind "Componet" is not one that prentice uses (did you mean "Component"?)`},
		{"an unknown apiVersion", "v1alpha1\nkind: Component", "v2\nkind: Component", `:2:13: advice: apiVersion "backstage.io/v2" is not one that prentice uses`},
		{"a name with a slash", "name: checkout\n", "name: check/out\n", `:5:9: error: "check/out" is not a name`},
		{"a name that is a number", "name: checkout\n", "name: 42\n", `:5:9: advice: name is a number, wants text (put it in quotes: "42")`},
		{"another namespace", "title: Checkout", "namespace: prod", `:26:10: advice: spec.owner: there is no group "prod.platform" (did you mean "platform"?)`},
		{"no owner", "owner: platform\n  system: shop\n  depends", "system: shop\n  depends", `:2:1: advice: spec has no owner`},
		{"an owner that is not there", "owner: platform\n  system", "owner: platfrom\n  system", `:26:10: advice: spec.owner: there is no group "platfrom" (did you mean "platform"?)`},
		{"an owner who is not declared", "owner: platform\n  system", "owner: user:ann\n  system", `advice: spec.owner: there is no user "ann"`},
		{"an owner that is a service", "owner: platform\n  system", "owner: component:payments\n  system", `advice: spec.owner: a component cannot stand here`},
		{"a system that is not there", "system: shop\n  depends", "system: shp\n  depends", `advice: spec.system: there is no system "shp" (did you mean "shop"?)`},
		{"a dependency that is not there", "payments, resource:db", "payment, resource:db", `:28:15: advice: spec.dependsOn: there is no component "payment" (did you mean "payments"?)`},
		{"a resource named as a component", "resource:db]", "db]", `advice: spec.dependsOn: there is no component "db" (there is a resource of that name: write resource:db)`},
		{"a service that depends on itself", "resource:db]", "checkout]", `advice: spec.dependsOn: service/checkout names itself`},
		{"an API that is not there", "[checkout-api]", "[checkin-api]", `advice: spec.providesApis: there is no api "checkin-api"`},
		{"a reference into another namespace", "component:default/payments", "component:prod/payments", `advice: spec.dependsOn: there is no component "prod.payments" (did you mean "payments"?)`},
		{"a list where text is wanted", "title: Checkout", "title: [Checkout]", `:6:10: advice: title is a list, wants text`},
		{"text where a list is wanted", "providesApis: [checkout-api]", "providesApis: checkout-api", `advice: spec.providesApis is text, wants a list`},
		{"an unknown annotation", "prentice.dev/unit:", "prentice.dev/untit:", `:8:5: error: unknown annotation "prentice.dev/untit" (did you mean "unit"?)`},
		{"an annotation with a misspelt prefix", "prentice.dev/unit:", "prentise.dev/unit:", `:8:5: advice: annotation "prentise.dev/unit" is not prentice's and is not used (write prentice.dev/unit)`},
		{"an annotation on the wrong sort", "prentice.dev/unit: checkout.service", `prentice.dev/local: "true"`, `:8:5: error: annotation "prentice.dev/local" means something only on a host`},
		{"a unit that is an option", "checkout.service", "--force", `:8:24: error: unit "--force" is not a name`},
		{"a url that is a file", "http://127.0.0.1:8080/\n", "file:///etc/passwd\n", `:9:23: error: url "file:///etc/passwd" is not an address on the web`},
		{"a url with a password", "http://127.0.0.1:8080/\n", "http://ann:pw@127.0.0.1/\n", `is not an address on the web`},
		{"a host that is not there", "web-1, web-2", "web-1, web-3", `:11:25: error: prentice.dev/hosts: there is no host "web-3" (did you mean "web-1"?)`},
		{"a host that is no host", "web-1, web-2", "db", `:11:25: error: prentice.dev/hosts: resource "db" is of type "database", not host (set its spec.type to host)`},
		{"a host twice", "web-1, web-2", "web-1, web-1", `error: host "web-1" appears twice`},
		{"an empty list of hosts", "web-1, web-2", `""`, `error: annotation "prentice.dev/hosts" is empty`},
		{"a forgotten name in a list of hosts", "web-1, web-2", "web-1,", `error: "" in hosts is not a name`},
		{"a local that is not quoted", `prentice.dev/local: "true"`, "prentice.dev/local: true", `error: annotation prentice.dev/local is a boolean, wants text (put it in quotes: "true")`},
		{"a host that no one can reach", `annotations: {prentice.dev/local: "true"}`, "title: b", `error: host web-2 has no address and is not local`},
		{"an address that is an option of ssh", "deploy@web-1.example:2222", "-oProxyCommand=evil", `error: address "-oProxyCommand=evil" is not one`},
		{"a type that is nearly a host", "type: host, owner: platform, dependencyOf", "type: hots, owner: platform, dependencyOf", `advice: type "hots" is not "host", so this is not one (write host)`},
		{"an unknown key of a probe", "contains: ok", "contain: ok", `:16:9: error: unknown key "contain" in a probe (did you mean "contains"?)`},
		{"an unknown kind of probe", "kind: tcp", "kind: tpc", `:18:15: error: "tpc" is not a kind of probe (did you mean "tcp"?)`},
		{"a probe without a target", "        target: 127.0.0.1:8080\n", "", `:17:9: error: there is no "target"`},
		{"a probe of nothing on the web", "target: http://127.0.0.1:8080/healthz", "target: /healthz", `:15:17: error: target "/healthz" is not an address on the web`},
		{"a tcp probe without a port", "target: 127.0.0.1:8080\n", "target: 127.0.0.1\n", `:19:17: error: target "127.0.0.1" is not host:port`},
		{"a tcp probe with a status", "fail_after: 2", "status: 200", `:21:17: error: a tcp probe has no status`},
		{"an interval without a unit", "interval: 1s", "interval: 1", `:20:19: error: interval is "1", wants a time from 10ms to 24h0m0s (write it like 10s or 1m30s)`},
		{"a timeout beyond the interval", "fail_after: 2", "timeout: 2s", `:21:18: error: timeout 2s is longer than interval 1s`},
		{"a probe that never fails", "fail_after: 2", "fail_after: 0", `:21:21: error: fail_after is "0", wants a number from 1 to 1000`},
		{"two probes of one name", "name: port", "name: health", `:17:9: error: two probes are called "health"`},
		{"probes that are not YAML", "- name: health", "- name: [health", `error: not YAML: `},
		{"probes that are no list", "    prentice.dev/probes: |\n      - name: health\n        kind: http\n        target: http://127.0.0.1:8080/healthz\n        contains: ok\n      - name: port\n", "    prentice.dev/probes: |\n        name: port\n", `:13:9: error: prentice.dev/probes is a mapping, wants a list`},
		{"two entities of one name", "metadata: {name: payments}", "metadata: {name: Checkout}", `:33:18: error: Component Checkout is declared already at catalog-info.yaml:5:9`},
		{"an annotation of ours twice", "    prentice.dev/unit: checkout.service\n", "    prentice.dev/unit: checkout.service\n    prentice.dev/unit: other.service\n", `error: key "prentice.dev/unit" appears twice`},
		{"not YAML", "title: Checkout", "title: 'Checkout", `error: not YAML: `},
		{"a tab", "title: Checkout", "\ttitle: Checkout", `error: not YAML: `},
		{"a document that is a list", shop, "- a\n", `:1:1: error: the document is a list, wants a mapping`},
		{"a user", shop, head + "kind: User\nmetadata: {name: ann}\nspec: {memberOf: [platform]}\n", `:1:1: advice: User entities are not used by prentice`},
		{"a lifecycle left out", "{type: service, lifecycle: production, owner: group:platform, system: shop}", "{type: service, owner: group:platform}", `advice: spec has no lifecycle, which Backstage wants`},
		{"a ring", "{type: service, lifecycle: production, owner: group:platform, system: shop}", "{type: service, lifecycle: production, owner: group:platform, dependsOn: [checkout]}", `advice: service/checkout, service/payments depend on each other`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(shop, c.old, c.new, 1)
			if text == shop {
				t.Fatal("the mistake was not made: the text to replace is not there")
			}
			_, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
			if got := says(findings); !strings.Contains(got, c.want) {
				t.Errorf("findings are:\n%swant one with: %s", got, c.want)
			}
		})
	}
}

func TestAUserMayOwn(t *testing.T) {
	text := strings.Replace(shop, "owner: platform\n  system", "owner: user:ann\n  system", 1) + "---\n" + head + "kind: User\nmetadata: {name: ann}\n"
	c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
	s, _ := c.Service("checkout")
	if s.Owner != "person/ann" || strings.Contains(says(findings), "error") {
		t.Errorf("owner is %q, findings:\n%s", s.Owner, says(findings))
	}
	if _, err := c.Entity("person/ann"); err == nil {
		t.Error("a user became an entity")
	}
}

func TestABombOfAliasesStaysSmall(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	_, findings := kinds.Load(teamOf(t, "catalog-info.yaml", b.String()))
	if len(findings) != 1 || !strings.Contains(findings[0].Text, "there is more here than is read") {
		t.Errorf("findings:\n%s", says(findings))
	}
}

// A reader that is quadratic in any of these never comes back; one that is not
// is through at once.
func TestHostileFilesComeToAnEnd(t *testing.T) {
	var dangling strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&dangling, "---\n{apiVersion: backstage.io/v1alpha1, kind: System, metadata: {name: system-%d}, spec: {owner: nobody-%d, domain: nowhere-%d}}\n", i, i, i)
	}
	for name, text := range map[string]string{
		"deep brackets":           strings.Repeat("[", 1<<17),
		"deep mappings":           strings.Repeat("{a: ", 1<<17),
		"deep keys":               strings.Repeat("? ", 1<<17),
		"many documents":          strings.Repeat("---\n", 1<<17),
		"many dashes":             strings.Repeat("- ", 1<<17),
		"many comments":           strings.Repeat("#\n", 1<<17),
		"many dangling names":     dangling.String(),
		"many keys":               "metadata: {" + strings.Repeat("a: b, ", 1<<15) + "}",
		"nothing but white space": strings.Repeat(" \n", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
			if len(findings) > 1001 {
				t.Errorf("%d findings", len(findings))
			}
		})
	}
}

func TestOneFileIsCheckedAgainstTheRest(t *testing.T) {
	c, _ := kinds.Load(teamOf(t, "catalog-info.yaml", shop))
	file := []byte(head + "kind: Component\nmetadata:\n  name: refunds\n  annotations: {prentice.dev/hosts: web-1}\nspec: {type: service, lifecycle: production, owner: platform, dependsOn: [payments]}\n")
	if findings := kinds.Check("refunds.yaml", file, c); len(findings) > 0 {
		t.Errorf("findings:\n%s", says(findings))
	}
	if findings := kinds.Check("refunds.yaml", file, nil); len(findings) != 3 {
		t.Errorf("alone it has these findings, want three dangling names:\n%s", says(findings))
	}
}

func FuzzAnyFileIsReadOrRefusedWithAPlace(f *testing.F) {
	for _, doc := range strings.Split(shop, "---\n") {
		f.Add(doc)
	}
	f.Add(shop)
	f.Add("a: &a [*a]\n")
	f.Add("metadata: {annotations: {prentice.dev/probes: \"- {name: a}\"}}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range kinds.Check("x.yaml", []byte(text), nil) {
			if found.Text == "" || found.At.File != "x.yaml" || found.At.Line < 1 {
				t.Errorf("a finding without a place: %+v", found)
			}
		}
		c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
		for _, e := range c.Entities {
			if _, err := prentice.ParseRef(string(e.Ref)); err != nil {
				t.Errorf("an entity without a ref: %+v: %v", e, err)
			}
		}
		for _, s := range c.Services {
			for _, p := range s.Probes {
				if p.Interval <= 0 || p.Timeout <= 0 || p.Timeout > p.Interval || p.FailAfter < 1 || p.PassAfter < 1 {
					t.Errorf("a probe that never ends: %+v\n%s", p, says(findings))
				}
			}
		}
	})
}
