package supervision

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/team"
)

func TestAStatusSaysWhatItDoesNotName(t *testing.T) {
	until := time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
	text := Status{Serving: true, Down: 7, Unhealthy: make([]ServiceState, 5), Incidents: 6, Waiting: 2, Asked: make([]prentice.Run, 1),
		Broken: []Broken{{Ref: "incident/1", Subject: "service/web", Title: "web is down", Assignee: "person/ann"}, {Ref: "incident/2", Subject: "service/db", Title: "db is down", Muted: &team.Mute{Until: until}}},
	}.Text()
	for _, want := range []string{"and 2 more: prentice service list\n", "and 4 more: prentice incident list --open\n", "and 1 more: prentice inbox list\n", "; person/ann has it\n", "; silenced until 2026-03-02 13:00:00 UTC\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestAStopAfterARestoreSaysOnceHowItGoesOn(t *testing.T) {
	var s Status
	s.held(Now{Stopped: true, Why: "restored: look through the runs, then let them go on with prentice resume-all"})
	if n := strings.Count(strings.Join(s.Holds, ""), "resume-all"); n != 1 {
		t.Errorf("%d times: %q", n, s.Holds)
	}
}

func TestARunInAListHasNoTargetsThatAreNull(t *testing.T) {
	raw, err := json.Marshal(Runs{Runs: []prentice.Run{{Number: 1, Hosts: 30}}})
	if err != nil || strings.Contains(string(raw), `"targets"`) || !strings.Contains(string(raw), `"hosts":30`) {
		t.Errorf("%v: %s", err, raw)
	}
}
