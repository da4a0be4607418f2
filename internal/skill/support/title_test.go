package support

import (
	"encoding/json"
	"strings"
	"testing"

	"prentice"
)

func TestAnIncidentIsCalledByTheThingAndItsState(t *testing.T) {
	const refused = `http://127.0.0.1:8080/: nothing listens there (connection refused)`
	for _, c := range []struct{ kind, subject, data, want, raw string }{
		{"probe.failed", "service/checkout", `{"probe":"http","error":"` + refused + `"}`, "checkout fails its check: nothing listens there (connection refused)", refused},
		{"probe.failed", "service/checkout", `{"probe":"http","down":true,"error":"connection refused"}`, "checkout is down: connection refused", ""},
		{"probe.failed", "service/mailer", `{"probe":"up","down":true,"error":"test: exit code 1"}`, "mailer is down: exit code 1", ""},
		{"probe.failed", "service/checkout", `{"probe":"http","down":true}`, "checkout is down", "probe.failed (http)"},
		{"probe.flapping", "service/checkout", `{"probe":"http","says":"it changed 5 times"}`, "checkout is flapping: it changed 5 times", ""},
		{"alert.firing", "host/web-1", `{"alertname":"HighLoad","summary":"load of 12 for 5 minutes","fingerprint":"f1"}`, "HighLoad on host/web-1", "load of 12 for 5 minutes"},
		{"alert.firing", "alert/HighLoad-1a2b", `{"alertname":"HighLoad","summary":"load of 12"}`, "HighLoad", "load of 12"},
		{"alert.firing", "alert/HighLoad-1a2b", `{"alertname":"HighLoad","labels":{"instance":"10.0.0.9:9100","job":"node"}}`, "HighLoad on 10.0.0.9:9100", ""},
		{"alert.firing", "alert/HighLoad-1a2b", `{"alertname":"HighLoad","labels":{"service":"chekout","instance":"x"}}`, "HighLoad on chekout", ""},
		{"alert.firing", "service/bell", `{"summary":"it is silent"}`, "it is silent", ""},
		{"service.down", "service/bell", `{}`, "bell is down", "service.down"},
		{"service.down", "service/bell", `{"summary":"it is silent"}`, "bell is down: it is silent", ""},
		{"backup.failed", "host/db-1", `{"error":"disk full"}`, "backup failed on host/db-1: disk full", ""},
	} {
		e := prentice.Event{Type: c.kind, Subject: prentice.Ref(c.subject), Data: json.RawMessage(c.data)}
		in := Incident{Title: title(e), Summary: titleOf(e)}
		if in.Title != c.want || in.Raw() != c.raw {
			t.Errorf("%s on %s with %s is called %q and has %q below it, want %q and %q", c.kind, c.subject, c.data, in.Title, in.Raw(), c.want, c.raw)
		}
	}
	hostile := title(prentice.Event{Type: "alert.firing", Subject: "host/a", Data: json.RawMessage(`{"alertname":"a\u001b[31m\nb` + strings.Repeat("x", 400) + `"}`)})
	if strings.ContainsAny(hostile, "\x1b\n") || len([]rune(hostile)) > mostTitle+1 {
		t.Errorf("a hostile name is shown as %q", hostile)
	}
}

func TestACheckThatFailsOnCountsAsDownInTheTitleToo(t *testing.T) {
	down := prentice.Event{Type: "probe.failed", Source: "prentice/probe", Subject: "service/checkout", Data: json.RawMessage(`{"down":true,"error":"connection refused"}`)}
	for _, c := range []struct{ was, want string }{
		{"checkout fails its check: it answered 500", "checkout is down: connection refused"},
		{"customers see an empty basket", "customers see an empty basket"},
	} {
		if got := retitled(Incident{Subject: "service/checkout", Title: c.was}, down); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.was, got, c.want)
		}
	}
	down.Source = "somebody"
	if got := retitled(Incident{Subject: "service/checkout", Title: "checkout fails its check"}, down); got != "checkout fails its check" {
		t.Errorf("what another person claims makes it %q", got)
	}
}
