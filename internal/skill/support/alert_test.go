package support

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
)

// routes routes alerts by their severity, and those without a service by their name.
type routes struct{ beats []alert.Heartbeat }

func (r routes) Heartbeats() ([]alert.Heartbeat, bool) { return r.beats, true }

func (r routes) Beats(e prentice.Event) (names []string) {
	for _, b := range r.beats {
		if textOf(e, "alertname") == b.Name {
			names = append(names, b.Name)
		}
	}
	return names
}

func (routes) Owner(about prentice.Ref) (prentice.Ref, string) {
	if about == "service/chekcout" {
		return "group/ops", "the catalog has no service/chekcout: did you mean service/checkout?"
	}
	return "group/shop", ""
}

func (routes) Route(e prentice.Event) alert.Routing {
	var data struct {
		Name     string `json:"alertname"`
		Severity string `json:"severity"`
		Host     string `json:"host"`
	}
	_ = json.Unmarshal(e.Data, &data)
	r := alert.Routing{Do: alert.Notify, Severity: data.Severity, Subject: prentice.Ref("alert/" + data.Name), Group: "g-" + data.Name, Why: "by severity", Owner: "group/ops"}
	if data.Host != "" {
		r.Subject = prentice.Ref("host/" + data.Host)
	}
	switch data.Severity {
	case "warning":
		r.Do = alert.Incident
	case "info":
		r.Do = alert.Record
	case "noise":
		r.Do = alert.Ignore
	}
	return r
}

// alert is an alert as an Alertmanager sends it and the inbox keeps it.
func (w *world) alert(kind, name, print, severity, host string) {
	w.t.Helper()
	e := w.event("alert."+kind, fmt.Sprintf(`{"alertname":%q,"fingerprint":%q,"severity":%q,"host":%q,"links":{"dashboard":"https://graphs.example/d","bad":"javascript:1"}}`, name, print, severity, host))
	e.Source, e.Subject = "alertmanager/eu", ""
	e.Subject = w.s.route(e).Subject
	w.hears(e)
}

func routed(t *testing.T, test func(*world)) {
	each(t, func(w *world) {
		w.s.Router = routes{}
		test(w)
	})
}

func TestAnAlertThatComesBackKeepsItsIncidentOpen(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.alert("resolved", "HighErr", "f1", "critical", "")
		w.pass(time.Minute)
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.pass(time.Hour)
		w.settle()
		if d := w.show(1); d.State != Open || w.count() != 1 || !has(w.lines(1), "symptom: it is back: alert.firing") {
			w.t.Errorf("%s, %q", d.State, w.lines(1))
		}
	})
}

func TestAnAlertThatComesBackStandsAfterItsEndInTheTimeline(t *testing.T) {
	routed(t, func(w *world) {
		began := w.clock()
		for _, kind := range []string{"firing", "resolved", "firing"} { // Prometheus keeps when it began at first
			e := w.event("alert."+kind, `{"alertname":"HighErr","fingerprint":"f1","severity":"critical"}`)
			e.Source, e.Subject, e.Time = "alertmanager/eu", "service/web", began
			if kind == "resolved" {
				e.Time = w.clock()
			}
			w.hears(e)
			w.pass(time.Minute)
		}
		lines := w.lines(1)
		gone, back := -1, -1
		for i, l := range lines {
			if strings.HasPrefix(l, "recovery: ") {
				gone = i
			} else if strings.Contains(l, "it is back") && strings.HasPrefix(l, "symptom: ") {
				back = i
			}
		}
		if gone < 0 || back < gone {
			w.t.Errorf("%q", lines)
		}
	})
}

func TestAVerifiedRunClosesNoIncidentWhoseSymptomIsStillThere(t *testing.T) {
	routed(t, func(w *world) {
		w.matches["alert.firing"] = []string{"restart"}
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.hears(w.moves(1, "restart", prentice.Running, "acting"), w.moves(1, "restart", prentice.Verified, "quiet"))
		if d := w.show(1); d.State != Open || d.Verified != 1 || !has(w.lines(1), "run/1 is verified, and one symptom is still there") {
			w.t.Fatalf("%s, %q", d.State, w.lines(1))
		}
		w.pass(time.Minute)
		w.alert("resolved", "HighErr", "f1", "critical", "")
		if d := w.show(1); d.State != Closed || d.How != "verified" || d.Says != "run/1 of restart is verified, and the last symptom is gone" {
			w.t.Errorf("%+v", d.Incident)
		}
		if n := len(w.sentOf("person.called")); n != 0 {
			w.t.Errorf("called %d times", n)
		}
	})
}

func TestAPersonIsCalledWhenASymptomOutlivesTheVerifiedRun(t *testing.T) {
	routed(t, func(w *world) {
		w.matches["alert.firing"] = []string{"restart"}
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.hears(w.moves(1, "restart", prentice.Verified, "quiet"))
		w.pass(DefaultLag)
		w.settle()
		if called := w.sentOf("person.called"); len(called) != 1 || !strings.Contains(textOf(called[0], "why"), "run/1 is verified, and a symptom is still there 15m0s later") {
			w.t.Errorf("called %+v", called)
		}
	})
}

func TestOneFailedLookIsNoIncident(t *testing.T) {
	each(t, func(w *world) {
		fail := func(consecutive int, down bool) {
			e := w.event("probe.failed", fmt.Sprintf(`{"probe":"http","consecutive":%d,"down":%v}`, consecutive, down))
			e.Source = "prentice/probe"
			w.hears(e)
		}
		fail(1, false)
		fail(2, false)
		if w.count() != 0 || len(w.sent) != 0 {
			w.t.Fatalf("%d incidents, sent %v", w.count(), w.sent)
		}
		fail(3, true)
		if w.count() != 1 {
			w.t.Errorf("%d incidents once it is down", w.count())
		}
	})
}

// The team may want to act before a service counts as down.
func TestAFailureForWhichAProcedureIsMeantIsAnIncident(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		e := w.event("probe.failed", `{"probe":"http","consecutive":1,"down":false}`)
		e.Source = "prentice/probe"
		w.hears(e)
		if w.count() != 1 || len(w.askedFor()) != 1 {
			w.t.Errorf("%d incidents, asked for %v", w.count(), w.askedFor())
		}
	})
}

func TestAProbeThatIsGoneEndsItsOwnSymptomAlone(t *testing.T) {
	each(t, func(w *world) {
		tell := func(kind, data string) {
			e := w.event(kind, data)
			e.Source = "prentice/probe"
			w.hears(e)
		}
		tell("probe.failed", `{"probe":"http","consecutive":3,"down":true}`)
		tell("probe.failed", `{"probe":"tcp","consecutive":3,"down":true}`)
		w.happens("service.down", "")
		tell("probe.removed", `{"probe":"http","says":"the probe checkout/http asks something else now"}`)
		if d := w.show(1); d.State != Open || !has(w.lines(1), "recovery: the probe checkout/http asks something else now; 2 other symptoms are left") {
			w.t.Errorf("%s %q", d.State, w.lines(1))
		}
		tell("probe.removed", `{"probe":"tcp","says":"gone"}`)
		w.happens("service.up", "")
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Closed {
			w.t.Errorf("%s", d.State)
		}
	})
}

func TestAHundredAlertsOfOneGroupAreOneIncidentAndOneCall(t *testing.T) {
	routed(t, func(w *world) {
		for i := range 100 {
			w.alert("firing", "PodDown", fmt.Sprint("f", i), "critical", fmt.Sprint("h", i%10))
		}
		if d := w.show(1); w.count() != 1 || len(w.sentOf("person.called")) != 1 || len(w.sentOf("incident.opened")) != 1 || len(d.Symptoms) != 100 || d.Subject != "host/h0" {
			w.t.Errorf("%d incidents, %d calls, %d symptoms", w.count(), len(w.sentOf("person.called")), len(d.Symptoms))
		}
		for i := range 100 {
			w.alert("resolved", "PodDown", fmt.Sprint("f", i), "critical", "elsewhere") // the catalog knows another host by now
		}
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Closed || w.count() != 1 {
			w.t.Errorf("%s", d.State)
		}
	})
}

// Alerts of one group may be about several hosts, each of which is mended by itself.
func TestEachHostOfAGroupHasItsOwnRun(t *testing.T) {
	routed(t, func(w *world) {
		w.matches["alert.firing"] = []string{"clean-disk"}
		w.alert("firing", "DiskFull", "f1", "critical", "a")
		w.alert("firing", "DiskFull", "f2", "critical", "b")
		w.alert("firing", "DiskFull", "f3", "critical", "b")
		if got := w.askedFor(); len(got) != 2 || w.about(w.asked[0]) != "host/a" || w.about(w.asked[1]) != "host/b" || w.count() != 1 {
			w.t.Errorf("asked for %+v, %d incidents", w.asked, w.count())
		}
	})
}

func TestAWarningCallsNobodyUntilItIsWorse(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "Disk", "f1", "warning", "")
		if d := w.show(1); !d.Quiet || d.Severity != "warning" || d.Owner != "group/ops" || len(w.sentOf("person.called")) != 0 {
			w.t.Fatalf("%+v", d.Incident)
		}
		if opened := w.sentOf("incident.opened"); len(opened) != 1 || !strings.Contains(string(opened[0].Data), `"quiet":true`) {
			w.t.Errorf("%s", opened[0].Data)
		}
		w.alert("firing", "Disk", "f2", "critical", "")
		if d := w.show(1); d.Quiet || d.Severity != "critical" || len(w.sentOf("incident.raised")) != 1 || len(w.sentOf("person.called")) != 1 {
			w.t.Errorf("%+v", d.Incident)
		}
	})
}

func TestWhatIsOnlyRecordedDoesNothing(t *testing.T) {
	routed(t, func(w *world) {
		w.matches["alert.firing"] = []string{"restart"}
		w.alert("firing", "Watchdog", "f1", "info", "")
		if w.count() != 0 || len(w.sent) != 0 {
			w.t.Errorf("%d incidents, sent %v", w.count(), w.sent)
		}
		_, route, err := w.s.taken(w.t.Context(), 1)
		if err != nil || route == nil || route.Do != alert.Record {
			w.t.Errorf("routed %+v, %v", route, err)
		}
	})
}

func TestASymptomTellsItsLinksAndWhenItWasLastTold(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.inbox[0].Count, w.inbox[0].Last = 5, noon.Add(time.Hour)
		y := w.show(1).Symptoms[0]
		if y.Times != 5 || !y.Last.Equal(noon.Add(time.Hour)) || !slices.Equal(y.Links, []Link{{"dashboard", "https://graphs.example/d"}}) || y.Why != "by severity" {
			w.t.Errorf("%+v", y)
		}
		if text := w.show(1).Text(); !strings.Contains(text, "last told at 2026-03-02 13:00:00 UTC (5 times)") || !strings.Contains(text, "dashboard: https://graphs.example/d") {
			w.t.Errorf("%s", text)
		}
	})
}
