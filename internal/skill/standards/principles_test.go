package standards

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
)

func TestAPrincipleIsKeptWhenAllRulesThatServeItAre(t *testing.T) {
	cite := func(titles ...string) (list []check.Cite) {
		for _, title := range titles {
			list = append(list, check.Cite{Title: title, URL: "https://example.org"})
		}
		return list
	}
	rules := []Ruled{
		{ID: "a/kept", Truth: prentice.Pass, Cites: cite("GDS Way, READMEs", "NCSC, 6: secure the build pipeline")},
		{ID: "a/broken", Says: "It holds", Why: "It is so.", Truth: prentice.Fail, Severity: "warn", Cites: cite("NCSC, 6: secure the build pipeline")},
		{ID: "a/unclear", Truth: prentice.NotSeen, Reason: "no one looked\x1b[31m", Cites: cite("NCSC, 5: protect")},
		{ID: "checks/unit", Truth: prentice.Pass},
	}
	for topic, want := range map[string]string{
		"standards": "GDS Way, READMEs pass a/kept; NCSC, 5: protect unknown a/unclear; NCSC, 6: secure the build pipeline fail a/broken a/kept; What the repository asks of itself pass checks/unit",
		"security":  "NCSC, 5: protect unknown a/unclear; NCSC, 6: secure the build pipeline fail a/broken a/kept",
		"build":     "NCSC, 6: secure the build pipeline fail a/broken a/kept; What the repository asks of itself pass checks/unit",
	} {
		p := Principles{Topic: topic, Repository: "shop", What: "the folder as it is", Principles: principlesOf(topic, rules)}
		var list []string
		for _, one := range p.Principles {
			says := one.Title + " " + string(one.Truth)
			for _, r := range one.Rules {
				says += " " + r.ID
			}
			list = append(list, says)
		}
		if got := strings.Join(list, "; "); got != want {
			t.Errorf("%s: %s", topic, got)
		}
		if text := p.Text(); strings.Contains(text, "\x1b") || topic != "standards" && !strings.Contains(text, "▲ a/broken: It holds") {
			t.Error(text)
		}
	}
}
