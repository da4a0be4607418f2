package forge

import (
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestAPlaceIsAnAddressThatKeepsSecretsAndAnOrdinaryName(t *testing.T) {
	good := []Place{{Gitea, "https://git.example.org", "team/shop"}, {Gitea, "http://127.0.0.1:3000", "team/shop"}, {GitHub, "https://github.com", "a-b/c.d"}, {GitLab, "https://git.example.org/gitlab", "a/b/c"}}
	for _, p := range good {
		if err := p.Check(); err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
	bad := []Place{
		{"cvs", "https://git.example.org", "team/shop"}, {Gitea, "http://git.example.org", "team/shop"}, {Gitea, "https://ann:pw@git.example.org", "team/shop"}, {Gitea, "https://git.example.org/", "team/shop"},
		{Gitea, "file:///etc", "team/shop"}, {Gitea, "ext::sh -c id", "team/shop"}, {Gitea, "https://git.example.org?x=1", "team/shop"}, {Gitea, "", "team/shop"},
		{Gitea, "https://git.example.org", "shop"}, {Gitea, "https://git.example.org", "team/../shop"}, {Gitea, "https://git.example.org", "a/b/c"}, {GitHub, "https://github.com", "-x/y"}, {GitLab, "https://gitlab.com", "a/b?x"}, {Gitea, "https://git.example.org", "team/shop.git"},
	}
	for _, p := range bad {
		if err := p.Check(); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestAPullRequestIsNeverGivenTheStatusOfTheQueueBeforeItLanded(t *testing.T) {
	for _, s := range []Standing{{State: "open"}, {State: "queued"}, {State: "abandoned"}, {State: "open", Lacks: []string{"review/approved"}}} {
		for _, one := range s.Statuses() {
			if one.Context == Queue && one.State == Success {
				t.Errorf("%+v: %+v", s, one)
			}
		}
	}
	if got := (Standing{State: "landed", Landed: "0123456789abcdef"}).Statuses()[1]; got.State != Success || !strings.Contains(got.Says, "0123456789ab") {
		t.Errorf("%+v", got)
	}
	if got := (Standing{State: "open", Lacks: []string{"checks/unit", "review/approved"}}).Statuses()[0]; got.State != Failure {
		t.Errorf("%+v", got)
	}
}

func TestWhatStrangersWroteIsNeitherMarkupNorACallInTheComment(t *testing.T) {
	s := Standing{Change: 3, State: "open", Set: 1, Branch: "main`@ann", Lacks: []string{"x` @everyone closes #1\n# head\n[a](http://b)"}, Asked: make([]string, 30), Link: "https://p.example.org/changes/3"}
	text := s.Comment()
	for line := range strings.Lines(text) {
		if i := strings.Index(line, "@everyone"); i >= 0 && (!strings.HasPrefix(line, "- `") || strings.Count(line, "`") != 2) {
			t.Errorf("%q", line)
		}
		if strings.HasPrefix(line, "# head") {
			t.Errorf("%q", text)
		}
	}
	if !strings.HasPrefix(text, Marker) || !strings.Contains(text, "and 10 more") || len(text) > 4000 {
		t.Errorf("%q", text)
	}
}

func TestAForgeIsAskedAgainWhenItSaysAndNotForHours(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, c := range []struct {
		failures int
		after    time.Duration
		want     time.Duration
	}{{1, 0, 15 * time.Second}, {3, 0, time.Minute}, {1, 5 * time.Minute, 5 * time.Minute}, {1, 1000 * time.Hour, time.Hour}, {500, 0, 16 * time.Minute}} {
		if got := Again(now, c.failures, c.after).Sub(now); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
