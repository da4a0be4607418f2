package hook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"prentice"
)

func heardOf(t *testing.T, body []byte) answer {
	t.Helper()
	var heard answer
	if err := json.Unmarshal(body, &heard); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return heard
}

// notify is a notification with alerts as they are written.
func notify(alerts ...string) string {
	return `{"version":"4","receiver":"r","groupKey":"g","externalURL":"http://am:9093","alerts":[` + strings.Join(alerts, ",") + `]}`
}

func fires(name string) string {
	return fmt.Sprintf(`{"status":"firing","labels":{"alertname":%q},"startsAt":"2026-03-02T12:00:00Z","endsAt":"0001-01-01T00:00:00Z"}`, name)
}

// Alertmanager does not send again what was refused: an odd alert keeps back no other.
func TestAnOddAlertLosesNoOther(t *testing.T) {
	for name, odd := range map[string]string{
		"another status":             `{"status":"pending","labels":{"alertname":"Odd"},"startsAt":"2026-03-02T12:00:00Z"}`,
		"a time that is none":        `{"status":"firing","labels":{"alertname":"Odd"},"startsAt":"noon"}`,
		"labels that are no texts":   `{"status":"firing","labels":{"alertname":7}}`,
		"no labels":                  `{"status":"firing","labels":{}}`,
		"a key twice":                `{"status":"firing","labels":{"alertname":"Odd","alertname":"Even"}}`,
		"something else altogether":  `"firing"`,
		"nothing":                    `null`,
		"a label beyond all measure": `{"status":"firing","labels":{"` + strings.Repeat("x", 2<<20) + `":""}}`,
	} {
		d := &door{}
		w := post(t, d, "/v1/alertmanager", notify(fires("A"), odd, fires("B")), "Content-Type", "application/json")
		if w.Code != http.StatusAccepted || len(d.asked) != 3 {
			t.Errorf("%s: %d %.300s, asked %d times", name, w.Code, w.Body, len(d.asked))
			continue
		}
		if heard := heardOf(t, w.Body.Bytes()); !slices.ContainsFunc(heard.Ignored, func(why string) bool { return strings.HasPrefix(why, "alerts[1]: ") }) {
			t.Errorf("%s: ignored %q", name, heard.Ignored)
		}
		unread := d.asked[2]
		if unread["type"] != "alert.unread" || unread["subject"] != "alert/unread" || unread["source"] != "alertmanager/am:9093" {
			t.Errorf("%s: told of it as %v", name, unread)
		}
	}
}

func TestWhatLiesInTheDoorIsSentAgain(t *testing.T) {
	for _, err := range []error{prentice.Errorf(prentice.Unavailable, "the disk is full"), prentice.Errorf(prentice.Denied, "no"), fmt.Errorf("broken")} {
		if w := post(t, &door{err: err}, "/v1/alertmanager", notify(fires("A")), "Content-Type", "application/json"); w.Code < 400 {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
}

func TestAnAlertThatIsTooLargeIsKeptWithoutItsLongValues(t *testing.T) {
	long := strings.Repeat("x", 1_100_000)
	large := fmt.Sprintf(`{"status":"firing","labels":{"alertname":"Large","service":"bell"},"annotations":{"summary":"short","description":%q},"startsAt":"2026-03-02T12:00:00Z"}`, long)
	d := &door{}
	w := post(t, d, "/v1/alertmanager", notify(fires("A"), large, fires("B")), "Content-Type", "application/json")
	if w.Code != http.StatusAccepted || len(d.asked) != 3 {
		t.Fatalf("%d %.300s, asked %d times", w.Code, w.Body, len(d.asked))
	}
	data := d.asked[1]["data"].(map[string]any)
	annotations, labels := data["annotations"].(map[string]any), data["labels"].(map[string]any)
	if annotations["summary"] != "short" || len(annotations["description"].(string)) > longValue+10 || labels["service"] != "bell" {
		t.Errorf("kept %.300v", data)
	}
	if heard := heardOf(t, w.Body.Bytes()); len(heard.Ignored) != 1 || !strings.Contains(heard.Ignored[0], "alerts[1].annotations.description: 1100000 bytes, of which the first 4096 are kept") {
		t.Errorf("ignored %q", heard.Ignored)
	}
}

func TestAlertsBeyondTheLimitAreLeftOutAloud(t *testing.T) {
	many := make([]string, MostAlerts+2)
	for i := range many {
		many[i] = fires(fmt.Sprintf("A%d", i))
	}
	d := &door{}
	w := post(t, d, "/v1/alertmanager", notify(many...), "Content-Type", "application/json")
	if w.Code != http.StatusAccepted || len(d.asked) != MostAlerts+1 || d.asked[MostAlerts]["type"] != "alert.unread" {
		t.Fatalf("%d, asked %d times", w.Code, len(d.asked))
	}
	if heard := heardOf(t, w.Body.Bytes()); len(heard.Ignored) != 1 || !strings.Contains(heard.Ignored[0], "2 alerts beyond the first 1000") {
		t.Errorf("ignored %q", heard.Ignored)
	}
}

// What Alertmanager left out is with each alert, so that anyone who reads of one knows.
func TestWhatWasTruncatedIsWithTheAlert(t *testing.T) {
	d := &door{}
	post(t, d, "/v1/alertmanager", strings.Replace(notify(fires("A")), `"alerts"`, `"truncatedAlerts":7,"groupLabels":{"alertname":"A"},"alerts"`, 1), "Content-Type", "application/json")
	if data := d.asked[0]["data"].(map[string]any); data["truncated"] != 7.0 || data["group"] != "g" || fmt.Sprint(data["group_labels"]) != "map[alertname:A]" {
		t.Errorf("data %v", data)
	}
}

const grafana = `{"receiver":"prentice","status":"firing","orgId":1,"version":"1","groupKey":"{}:{alertname=\"Memory\"}","truncatedAlerts":0,
"groupLabels":{"alertname":"Memory"},"commonLabels":{},"commonAnnotations":{},"externalURL":"https://graphs.example/","title":"[FIRING:1]","state":"alerting","message":"m",
"alerts":[{"status":"firing","labels":{"alertname":"Memory","service":"bell"},"annotations":{"summary":"full","runbook_url":"https://wiki.example/r"},
"startsAt":"2026-03-02T13:00:00.123456+01:00","endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://graphs.example/alerting/1/edit","fingerprint":"c6eadffa",
"silenceURL":"https://graphs.example/alerting/silence/new?x=1","dashboardURL":"https://graphs.example/d/1","panelURL":"javascript:alert(1)","imageURL":"","values":{"B":44.2394,"C":1},"valueString":"[ value=44.2 ]"}]}`

func TestAGrafanaIsHeardAtBothDoors(t *testing.T) {
	for _, path := range []string{"/v1/grafana", "/v1/alertmanager"} {
		d := &door{}
		w := post(t, d, path, grafana, "Content-Type", "application/json")
		if w.Code != http.StatusAccepted || len(d.asked) != 1 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if heard := heardOf(t, w.Body.Bytes()); len(heard.Ignored) != 0 {
			t.Errorf("ignored %q", heard.Ignored)
		}
		e := d.asked[0]
		if e["source"] != "grafana/graphs.example" || e["type"] != "alert.firing" || e["id"] != "c6eadffa firing 2026-03-02T12:00:00.123456Z" {
			t.Errorf("event %v", e)
		}
		data := e["data"].(map[string]any)
		var names []string
		for name := range data["links"].(map[string]any) {
			names = append(names, name)
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"dashboard", "runbook", "silence", "source"}) || fmt.Sprint(data["values"]) != "map[B:44.2394 C:1]" {
			t.Errorf("data %v", data)
		}
	}
}
