package web

import (
	"strings"
	"testing"

	"prentice/internal/skill"
	"prentice/internal/skill/all"
)

func TestNamesOfThingsLeadToTheirPages(t *testing.T) {
	w := newWorld(t, allPages(), allOps(true)...)
	w.site.links = linksTo(skill.Refs(all.Skills(all.Deps{})), allPages())
	for text, want := range map[string]string{
		"It is run/7.":                   `href="/runs/7"`,
		"For (service/check\\_out), and": `href="/services/check_out"`,
		"host/a.b: it":                   `href="/catalog/host/a.b"`,
		"`run/7`":                        "",
		"person/ann":                     "",
		"https\\://a.example/run/7 and a/run/7 and": "",
	} {
		shown := string(w.site.linked(text))
		if want == "" && strings.Contains(shown, "href") || !strings.Contains(shown, want) {
			t.Errorf("%q is shown as %s", text, shown)
		}
	}
}
