package support

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestWhatAnEventIs(t *testing.T) {
	for _, c := range []struct {
		source, kind, data string
		is                 sort
	}{
		{"monitor", "probe.failed", "", symptom},
		{"monitor", "backup.failed", "", symptom},
		{"monitor", "alert.firing", "", symptom},
		{"monitor", "service.down", "", symptom},
		{"person/ann", "incident.opened", `{"by":"person/eve"}`, symptom},
		{"monitor", "failed", "", other},
		{"monitor", "push", "", other},
		{"monitor", "run.ended", "", other},
		{"monitor", "schedule.tick", "", other},
		{"monitor", "probe.passed", "", recovery},
		{"monitor", "alert.resolved", "", recovery},
		{"monitor", "service.up", "", recovery},
		{"prentice/runner", "run.ended", "", runNews},
		{"prentice/runner", "prentice.break-glass", "", own},
		{"prentice/schedule", "schedule.tick", "", tick},
		{"prentice/schedule", "schedule.missed", "", other},
		{"prentice/support", "incident.opened", `{"by":"person/ann"}`, byHand},
		{"prentice/support", "incident.opened", `{}`, own},
		{"prentice/support", "person.called", "", own},
	} {
		if is := sortOf(prentice.Event{Source: c.source, Type: c.kind, Data: json.RawMessage(c.data)}); is != c.is {
			t.Errorf("%s from %s %s is %d, want %d", c.kind, c.source, c.data, is, c.is)
		}
	}
}

func TestWhichRecoveryEndsWhichSymptom(t *testing.T) {
	of := func(kind, data string) complaint {
		return complaintOf(prentice.Event{Type: kind, Data: json.RawMessage(data)})
	}
	for _, c := range []struct {
		name           string
		well, bad      complaint
		ends, roundTwo bool
	}{
		{"the same probe", of("probe.passed", `{"probe":"http"}`), of("probe.failed", `{"probe":"http"}`), true, true},
		{"another probe", of("probe.passed", `{"probe":"tcp"}`), of("probe.failed", `{"probe":"http"}`), false, false},
		{"a recovery that names none", of("probe.passed", ``), of("probe.failed", `{"probe":"http"}`), true, true},
		{"a symptom that named none", of("probe.passed", `{"probe":"http"}`), of("probe.failed", `{}`), true, true},
		{"the same alert, by fingerprint", of("alert.resolved", `{"fingerprint":"a","alertname":"X"}`), of("alert.firing", `{"fingerprint":"a"}`), true, true},
		{"another alert of the same name", of("alert.resolved", `{"fingerprint":"a","alertname":"X"}`), of("alert.firing", `{"fingerprint":"b","alertname":"X"}`), false, false},
		{"a probe answers for the service", of("probe.passed", `{"probe":"http"}`), of("service.down", ``), true, true},
		{"the service does not answer for a probe", of("service.up", ``), of("probe.failed", `{"probe":"http"}`), false, false},
		{"another sort of thing", of("backup.passed", ``), of("alert.firing", ``), false, false},
	} {
		if got := c.well.ends(c.bad); got != c.ends {
			t.Errorf("%s: %v", c.name, got)
		}
		if got := c.well.ends(complaintFrom(c.bad.key())); got != c.roundTwo {
			t.Errorf("%s, once kept: %v", c.name, got)
		}
	}
}

func TestWhenAnIncidentEndsByItself(t *testing.T) {
	for _, c := range []struct {
		name   string
		well   time.Duration // before noon; 0 is not well
		acting int
		ends   bool
	}{
		{"not well at all", 0, 0, false},
		{"well for too short a time", 119 * time.Second, 0, false},
		{"well for long enough", 2 * time.Minute, 0, true},
		{"well for long, but a run acts", time.Hour, 1, false},
	} {
		var since time.Time
		if c.well > 0 {
			since = noon.Add(-c.well)
		}
		if got := wellAgain(noon, since, c.acting, 2*time.Minute); got != c.ends {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestWhereAnIncidentStands(t *testing.T) {
	for _, c := range []struct {
		name         string
		closed, well bool
		runs         int
		state        State
	}{
		{"nothing is done yet", false, false, 0, Open},
		{"a run is under way", false, false, 1, Fixing},
		{"well, but a run is under way", false, true, 1, Fixing},
		{"well", false, true, 0, Watching},
		{"closed, whatever else", true, true, 1, Closed},
	} {
		at := func(yes bool) time.Time {
			if yes {
				return noon
			}
			return time.Time{}
		}
		if got := stateOf(at(c.closed), at(c.well), c.runs); got != c.state {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestASendersClockIsBelievedWithinReason(t *testing.T) {
	for _, c := range []struct {
		name     string
		at, want time.Time
	}{
		{"no time", time.Time{}, noon},
		{"a minute ago", noon.Add(-time.Minute), noon.Add(-time.Minute)},
		{"in the future", noon.Add(time.Minute), noon},
		{"years ago", noon.AddDate(-3, 0, 0), noon},
	} {
		if got := happened(prentice.Event{Time: c.at}, noon); !got.Equal(c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestASendersWordsAreOnlyText(t *testing.T) {
	e := prentice.Event{Type: "alert.firing", Data: json.RawMessage(`{"summary":"a\u001b[31m\nb\u0000\u202e` + strings.Repeat("x", 400) + `"}`)}
	title := titleOf(e)
	if !strings.HasPrefix(title, "a[31m bx") || len([]rune(title)) != 301 {
		t.Errorf("title %q", title)
	}
}

func TestAnIncidentIsRelievedOnceNothingIsLeftToMend(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Incident
		want time.Time
	}{
		{"with a symptom", Incident{}, time.Time{}},
		{"since its last symptom has gone", Incident{WellSince: noon}, noon},
		{"since someone closed it", Incident{Closed: noon}, noon},
	} {
		if got := relieved(c.in); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
