package dependency_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/dependency"
)

func policy(t *testing.T, text string) dependency.Policy {
	t.Helper()
	p, problems := dependency.ReadPolicy([]byte(text))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return p
}

func TestARepositoryAsksAsMuchAsItsTeamOrMore(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		says, team, own string
		oldest          time.Duration
		required        bool
		youngest        time.Duration
		allowed         string
	}{
		{"nothing is said", "", "", 14 * day, false, 0, ""},
		{"the team alone", "advisories: {oldest: 30d, required: true}\nrelease_age: 7d\nlicences: {allowed: [MIT, ISC]}\n", "", 30 * day, true, 7 * day, "MIT ISC"},
		{"the repository alone", "", "advisories: {oldest: 30d, required: true}\nrelease_age: 7d\nlicences: {allowed: [MIT]}\n", 30 * day, true, 7 * day, "MIT"},
		{"the repository is looser", "advisories: {oldest: 7d, required: true}\nrelease_age: 7d\nlicences: {allowed: [MIT, ISC]}\n", "advisories: {oldest: 90d, required: false}\nrelease_age: 1d\nlicences: {allowed: [MIT, ISC, AGPL-3.0]}\n", 7 * day, true, 7 * day, "MIT ISC"},
		{"the repository is stricter", "advisories: {oldest: 30d}\nrelease_age: 1d\nlicences: {allowed: [MIT, ISC]}\n", "advisories: {oldest: 1d, required: true}\nrelease_age: 9d\nlicences: {allowed: [ISC]}\n", day, true, 9 * day, "ISC"},
	} {
		p, err := dependency.Together(policy(t, c.team), policy(t, c.own))
		if err != nil || p.Oldest != c.oldest || p.Required != c.required || p.Youngest != c.youngest || strings.Join(p.Allowed, " ") != c.allowed {
			t.Errorf("%s: %+v, %v", c.says, p, err)
		}
	}
	if _, err := dependency.Together(policy(t, "licences: {allowed: [MIT]}\n"), policy(t, "licences: {allowed: [ISC]}\n")); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("where both allow nothing together, all is allowed: %v", err)
	}
}

func TestAYesCountsOfThoseWhoMayGiveIt(t *testing.T) {
	team := "agreed: {required: true, by: [group/platform, group/security], to: [{name: golang.org/x/*, of: Go, by: group/platform}]}\n"
	for _, c := range []struct {
		says, own, of, name string
		yes                 bool
	}{
		{"the team's", "", "Go", "golang.org/x/net", true},
		{"of another ecosystem", "", "npm", "golang.org/x/net", false},
		{"no one's", "", "Go", "example.org/a", false},
		{"the repository's", "agreed: {to: [{name: example.org/a, of: Go, by: group/security}]}\n", "Go", "example.org/a", true},
		{"of a longer name", "agreed: {to: [{name: example.org/a, of: Go, by: group/security}]}\n", "Go", "example.org/ab", false},
		{"of those who may not", "agreed: {to: [{name: example.org/a, of: Go, by: group/shop}]}\n", "Go", "example.org/a", false},
		{"of those whom the repository added", "agreed: {required: false, by: [group/shop], to: [{name: example.org/a, of: Go, by: group/shop}]}\n", "Go", "example.org/a", false},
		{"where the repository lets fewer say it", "agreed: {by: [group/security], to: [{name: example.org/a, of: Go, by: group/platform}]}\n", "Go", "example.org/a", false},
	} {
		p, err := dependency.Together(policy(t, team), policy(t, c.own))
		if err != nil || !p.Agreed.Required {
			t.Fatalf("%s: %+v, %v", c.says, p, err)
		}
		if by, yes := p.Agreed.Yes(dependency.Dependency{Ecosystem: c.of, Name: c.name}); yes != c.yes {
			t.Errorf("%s: %v, by %q", c.says, yes, by)
		}
	}
}

func TestWhatARepositoryAsksForItselfIsKnownWhereItsLockFileTells(t *testing.T) {
	inv := inventory(t, map[string]string{
		"a/Cargo.lock":  "[[package]]\nname = \"own\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n \"rand 0.8.5\",\n]\n\n[[package]]\nname = \"rand\"\nversion = \"0.8.5\"\nsource = \"registry+x\"\ndependencies = [\n \"libc\",\n]\n\n[[package]]\nname = \"libc\"\nversion = \"0.2.0\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n",
		"b/uv.lock":     "[[package]]\nname = \"own\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\ndependencies = [\n    { name = \"flask\" },\n]\n\n[package.dev-dependencies]\ndev = [\n    { name = \"pytest\" },\n]\n\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nsource = { registry = \"x\" }\ndependencies = [\n    { name = \"jinja2\" },\n]\n\n[[package]]\nname = \"jinja2\"\nversion = \"3.1.0\"\nsource = { registry = \"x\" }\n\n[[package]]\nname = \"pytest\"\nversion = \"8.0.0\"\nsource = { registry = \"x\" }\n",
		"c/poetry.lock": "[[package]]\nname = \"untold\"\nversion = \"1.0\"\n",
		"d/go.mod":      "module a\n\nrequire example.org/b v1.0.0\nrequire example.org/c v1.0.0 // indirect\ntoolchain go1.26.0\n",
	})
	var names []string
	for _, d := range inv.Wanted() {
		names = append(names, d.Name)
	}
	if want := []string{"example.org/b", "flask", "pytest", "untold", "rand", "serde"}; !slices.Equal(names, want) {
		t.Errorf("it asks for %q", names)
	}
}
