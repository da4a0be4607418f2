package web

import (
	"strings"
	"testing"
	"time"
)

func TestADeadlineThatIsNearAsksForEyes(t *testing.T) {
	s := storybook(t, true).site
	for in, want := range map[time.Duration]bool{4 * time.Minute: true, 59 * time.Minute: false} {
		if got := strings.Contains(string(s.deadline(noon.Add(in))), "▲"); got != want {
			t.Errorf("a deadline in %s asks for eyes: %v", in, got)
		}
	}
}

func TestAnAdHocCommandIsCalledOne(t *testing.T) {
	w := storybook(t, true).as("ann")
	body := w.get("/inbox").Body.String()
	for _, want := range []string{"Ad-hoc command on host/web-1 and 13 more", "Approve this command on 14 hosts", "Approve restart-service on 1 host"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of approvals does not say %q", want)
		}
	}
}

func TestFieldsOfAFormHaveWordsAndALineOfHelp(t *testing.T) {
	body := storybook(t, true).as("otto").get("/do/run.adhoc").Body.String()
	for _, want := range []string{`<label for="f-max_failures">Failures allowed`, `<label for="f-script">Script`, `id="d-max_failures">On how many hosts`, `aria-describedby="d-max_failures"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
}
