package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var explainLink = regexp.MustCompile(`<p class="explain"><a href="([^"]*)">`)

func TestEachPageLeadsToTheExplanationOfWhatItShows(t *testing.T) {
	w := storybook(t, true)
	exact := map[string]string{
		"/runs/": "/explain/run/", "/incidents/": "/explain/incident/", "/services/": "/explain/service/", "/procedures/": "/explain/procedure/",
		"/claims/": "/explain/claim/", "/events/": "/explain/event/", "/notices/": "/explain/notice/", "/people/": "/explain/person/", "/heartbeats/": "/explain/heartbeat/", "/hooks/": "/explain/hook/", "/webhooks/": "/explain/webhook/",
	}
	seen := 0
	for _, s := range allStories() {
		if s.who == "" || strings.HasPrefix(s.path, "/explain") {
			continue
		}
		w.cookies = map[string]string{}
		page := w.as(s.who).get(s.path)
		found := explainLink.FindStringSubmatch(page.Body.String())
		if found == nil || !strings.HasPrefix(found[1], "/explain") {
			t.Errorf("%s leads to no explanation", s.path)
			continue
		}
		path, _, _ := strings.Cut(s.path, "?")
		for of, want := range exact {
			if name, ok := strings.CutPrefix(path, of); ok && page.Code == 200 {
				name, _, _ = strings.Cut(name, "/")
				seen++
				if found[1] != want+name {
					t.Errorf("%s leads to %s, want %s", s.path, found[1], want+name)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d pages of things were looked at", seen)
	}
}

func TestAPageNamesTheThingThatItShows(t *testing.T) {
	for _, c := range []struct{ pattern, given, want string }{
		{"run/{number}", "number=7", "run/7"},
		{"run/{number}", "number=run%2F7", "run/7"},
		{"{ref}", "ref=host%2Fa", "host/a"},
		{"{ref}", "ref=", ""},
		{"decision/{run}", "", ""},
		{"", "", ""},
	} {
		given, err := url.ParseQuery(c.given)
		if err != nil {
			t.Fatal(err)
		}
		if ref, ok := filledRef(c.pattern, given); ok != (c.want != "") || ok && string(ref) != c.want {
			t.Errorf("%s of %s is %s, %v", c.pattern, c.given, ref, ok)
		}
	}
}
