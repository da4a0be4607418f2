package web

import (
	"testing"

	"prentice/internal/skill/all"
)

func TestAHintLeadsToPagesAndHasNoWordsOfTheCommandLine(t *testing.T) {
	site := storybook(t, true).site
	for text, want := range map[string]string{
		"list them with: prentice run list":                   `list them with: <a href="/runs">Runs</a>`,
		"look at it with: prentice run show run/8, or wait":   `look at it with: <a href="/runs/8">run/8</a>, or wait`,
		"look at it with: prentice run show 8":                `look at it with: <a href="/runs/8">8</a>`,
		"give it a value; on a command line: --input x=VALUE": "give it a value",
		"prentice resume-all lets it go on":                   "<code>prentice resume-all</code> lets it go on",
		"ask: prentice run start NAME --reason now":           "ask: <code>prentice run start NAME --reason now</code>",
		"all of them: prentice run list --open":               "all of them: <code>prentice run list --open</code>",
		"see: prentice run show NUMBER":                       "see: <code>prentice run show NUMBER</code>",
		"<b> prentice run show '<i>' and so on":               "&lt;b&gt; <code>prentice run show &#39;&lt;i&gt;&#39;</code> and so on",
		"nothing of ours":                                     "nothing of ours",
	} {
		if got := string(site.hint(text)); got != want {
			t.Errorf("%q\nwant %s\ngot  %s", text, want, got)
		}
	}
}

func TestAStateThatIsFoundIsInTheWordsOfPages(t *testing.T) {
	b := badges(testBadges())
	for _, c := range []struct{ kind, text, want string }{
		{"run", "▲ waiting", "▲ approval required"}, {"run", "↺ undone", "↺ rolled back"}, {"service", "● well", "● healthy"},
		{"run", "waits for 1 approver", "waits for 1 approver"}, {"run", "service/web", "service/web"}, {"procedure", "● valid", "● valid"},
	} {
		if got := b.cell(c.kind, c.text); got != c.want {
			t.Errorf("%s %q: %q", c.kind, c.text, got)
		}
	}
}

func TestNoTwoPagesHaveOneKey(t *testing.T) {
	have := map[string]string{}
	for _, s := range all.Skills(all.Deps{}) {
		for _, p := range s.Pages {
			if p.Key != "" && have[p.Key] != "" {
				t.Errorf("g %s leads to %s and to %s", p.Key, have[p.Key], p.Nav)
			}
			have[p.Key] = p.Nav
		}
	}
}
