package web

import (
	"regexp"
	"strings"
	"testing"
)

func TestEveryTimeOnAPageNamesItsZone(t *testing.T) {
	w := storybook(t, true)
	whole := regexp.MustCompile(`<time[^>]*title="[^"]*"[^>]*>`)
	for _, s := range allStories() {
		if s.who == "" {
			continue
		}
		body := w.as(s.who).get(s.path).Body.String()
		for _, tag := range whole.FindAllString(body, -1) {
			if !strings.Contains(tag, " UTC") || !strings.Contains(tag, "datetime=") {
				t.Errorf("%s has %s", s.path, tag)
			}
		}
		if !strings.Contains(body, "Times are in UTC.") {
			t.Errorf("%s does not say in which zone its times are", s.path)
		}
	}
}

func TestTheCalendarIsInOneZone(t *testing.T) {
	body := storybook(t, true).as("vera").get("/calendar").Body.String()
	head := body[:strings.Index(body, "<section")]
	if !strings.Contains(head, "all times in Europe/London") || !strings.Contains(head, "now Wed 4 Mar 12:05") || strings.Contains(head, "<time") {
		t.Errorf("now is told in another zone than the days: %s", head[strings.Index(head, "Calendar</h1>"):])
	}
	for _, want := range []string{`href="/runs/59"`, "15 6 * * *", "Thu 5 Mar 06:05", "2 times missed", "the procedure has errors"} {
		if !strings.Contains(body, want) {
			t.Errorf("the schedules do not say %q", want)
		}
	}
}
