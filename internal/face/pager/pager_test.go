package pager

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice"
)

// desk is what stands behind the face: it keeps what it is sent.
type desk struct {
	sent  []prentice.Event
	acked []string
	err   error
	now   time.Time
}

func (d *desk) serve(t *testing.T) string {
	t.Helper()
	n := 0
	face := New(Config{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return d.now }, NewID: func() string { n++; return fmt.Sprint("id-", n) },
		Send: func(_ context.Context, _ prentice.Actor, e prentice.Event) error {
			d.sent = append(d.sent, e)
			return d.err
		},
		Acknowledge: func(_ context.Context, _ prentice.Actor, source, alert string) error {
			d.acked = append(d.acked, source+" "+alert)
			return nil
		},
		Known: func(_ context.Context, key string) (prentice.Actor, error) {
			if key != "good" {
				return prentice.Actor{}, nil
			}
			return prentice.Actor{Kind: prentice.Agent, Name: "monitor", Role: prentice.Operator}, nil
		}})
	s := httptest.NewServer(face)
	t.Cleanup(s.Close)
	return s.URL
}

func post(t *testing.T, url, text string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, strings.TrimSpace(string(raw))
}

// What PagerDuty's own documentation sends.
const trigger = `{"payload":{"summary":"Example alert on host1.example.com","timestamp":"2015-07-17T08:42:58.315+0000","source":"monitoringtool:cloudvendor:central-region-dc-01:852559987:cluster/api-stats-prod-003","severity":"info","component":"postgres","group":"prod-datapipe","class":"deploy","custom_details":{"ping time":"1500ms","load avg":0.75}},
"routing_key":"good","dedup_key":"samplekeyhere","images":[{"src":"https://www.pagerduty.com/wp-content/uploads/2016/05/pagerduty-logo-green.png","href":"https://example.com/","alt":"Example text"}],
"links":[{"href":"https://example.com/","text":"Link text"}],"event_action":"trigger","client":"Sample Monitoring Service","client_url":"https://monitoring.example.com"}`

func TestAPagerDutyClientIsAnsweredAsPagerDutyDoes(t *testing.T) {
	d := &desk{}
	at := d.serve(t) + "/v2/enqueue"
	for n, c := range []struct {
		text string
		code int
		want string
	}{
		{trigger, 202, `{"dedup_key":"samplekeyhere","message":"Event processed","status":"success"}`},
		{strings.Replace(trigger, `"dedup_key":"samplekeyhere",`, "", 1), 202, `"dedup_key":"id-1"`},
		{`{"routing_key":"good","dedup_key":"samplekeyhere","event_action":"acknowledge"}`, 202, `"success"`},
		{`{"routing_key":"good","dedup_key":"samplekeyhere","event_action":"resolve"}`, 202, `"success"`},
		{`{"routing_key":"good","event_action":"resolve"}`, 400, `'dedup_key' is missing or blank`},
		{`{"routing_key":"good","event_action":"explode"}`, 400, `'event_action' must be one of`},
		{`{"routing_key":"good","event_action":"trigger"}`, 400, `'payload' is missing`},
		{`{"routing_key":"good","event_action":"trigger","payload":{"summary":"x","source":"y","severity":"fatal"}}`, 400, `'payload.severity' is invalid`},
		{`{"routing_key":"good","event_action":"trigger","dedup_key":"` + strings.Repeat("k", 256) + `","payload":{"summary":"x","source":"y","severity":"info"}}`, 400, `Length of 'dedup_key'`},
		{`{"routing_key":"bad","event_action":"trigger"}`, 400, `"status":"invalid event"`},
		{`[`, 400, `"message":"Event object is invalid"`},
		{`{"x":"` + strings.Repeat("x", 513<<10) + `"}`, 413, `512 kB`},
	} {
		if code, says := post(t, at, c.text); code != c.code || !strings.Contains(says, c.want) {
			t.Errorf("%d: %d %s", n, code, says)
		}
	}
	if len(d.sent) != 3 || d.sent[0].Type != "alert.firing" || d.sent[2].Type != "alert.resolved" || len(d.acked) != 1 || d.acked[0] != "pagerduty/events samplekeyhere" {
		t.Fatalf("%+v %v", d.sent, d.acked)
	}
	var data struct {
		Fingerprint string            `json:"fingerprint"`
		Labels      map[string]string `json:"labels"`
		Links       map[string]string `json:"links"`
		Summary     string            `json:"summary"`
	}
	if err := json.Unmarshal(d.sent[0].Data, &data); err != nil || data.Fingerprint != "samplekeyhere" || data.Labels["service"] != "postgres" || data.Labels["severity"] != "info" || data.Labels["alertname"] != "deploy" || len(data.Links) != 3 {
		t.Errorf("%s", d.sent[0].Data)
	}
}

func TestADeployIsAnEvent(t *testing.T) {
	d := &desk{}
	at := d.serve(t) + "/v2/change/enqueue"
	code, says := post(t, at, `{"routing_key":"good","payload":{"summary":"Build Success - Increase snapshot create timeout to 30 seconds","timestamp":"2020-07-17T08:42:58.315+0000","source":"acme-build-pipeline-tool-default-i-9999","custom_details":{"build_state":"passed","service":"bell"}},"links":[{"href":"https://acme.pagerduty.dev/build/2","text":"View more details in Acme!"}]}`)
	if code != 202 || !strings.Contains(says, "Change event processed") || len(d.sent) != 1 || d.sent[0].Type != "deploy.reported" || d.sent[0].Subject != "service/bell" {
		t.Errorf("%d %s %+v", code, says, d.sent)
	}
	if code, says := post(t, at, `{"routing_key":"good","payload":{}}`); code != 400 || !strings.Contains(says, "'payload.summary' is missing") {
		t.Errorf("%d %s", code, says)
	}
}

func TestAnOpsgenieClientIsAnsweredAsOpsgenieDoes(t *testing.T) {
	d := &desk{}
	at := d.serve(t) + "/v2/alerts"
	key := []string{"Authorization", "GenieKey good"}
	for n, c := range []struct {
		path, text string
		headers    []string
		code       int
		want       string
	}{
		{"", `{"message":"An example alert message","alias":"Life is too short for no alias","description":"Every alert needs a description","responders":[{"name":"NOC","type":"team"}],"tags":["OverwriteQuietHours","Critical"],"details":{"key1":"value1"},"entity":"An example entity","priority":"P1"}`, key, 202, `"result":"Request will be processed"`},
		{"", `{"message":"no alias"}`, key, 202, `"requestId":"id-2"`},
		{"/Life%20is%20too%20short%20for%20no%20alias/acknowledge?identifierType=alias", `{"user":"x"}`, key, 202, `"requestId"`},
		{"/Life%20is%20too%20short%20for%20no%20alias/close?identifierType=alias", ``, key, 202, `"requestId"`},
		{"/70413a06-38d6-4c85-92b8-5ebc900d42e2/close", `{}`, key, 422, `identifierType=alias`},
		{"/x/snooze?identifierType=alias", `{}`, key, 404, `close and acknowledge`},
		{"", `{"message":""}`, key, 422, "Message can not be empty"},
		{"", `{"message":"x","priority":"P6"}`, key, 422, "Priority should be one of"},
		{"", `{"message":"x"}`, []string{"Authorization", "GenieKey bad"}, 401, `"message"`},
		{"", `{"message":"x"}`, nil, 401, `GenieKey`},
	} {
		if code, says := post(t, at+c.path, c.text, c.headers...); code != c.code || !strings.Contains(says, c.want) {
			t.Errorf("%d: %d %s", n, code, says)
		}
	}
	if len(d.sent) != 3 || len(d.acked) != 1 {
		t.Fatalf("%+v %v", d.sent, d.acked)
	}
	first, last := d.sent[0], d.sent[2]
	if first.Type != "alert.firing" || last.Type != "alert.resolved" || strings.Fields(first.ID)[0] != strings.Fields(last.ID)[0] || !strings.Contains(string(first.Data), `"severity":"critical"`) {
		t.Errorf("%+v", d.sent)
	}
}

func TestAGoAlertClientIsAnsweredAsGoAlertDoes(t *testing.T) {
	d := &desk{}
	at := d.serve(t) + "/api/v2/generic/incoming"
	for n, c := range []struct {
		query, text, kind string
		code              int
	}{
		{"?token=good&summary=test&details=more&dedup=disk", "", "", 204},
		{"?token=good", "summary=test&dedup=disk&action=close", "application/x-www-form-urlencoded", 204},
		{"?integrationKey=good", `{"summary":"test","details":"more","meta":{"service":"bell"}}`, "application/json", 204},
		{"?token=good", "", "", 400},
		{"?token=good", "{", "application/json", 400},
		{"?token=bad&summary=x", "", "", 401},
	} {
		if code, says := post(t, at+c.query, c.text, "Content-Type", c.kind); code != c.code {
			t.Errorf("%d: %d %s", n, code, says)
		}
	}
	if len(d.sent) != 3 || d.sent[1].Type != "alert.resolved" || !strings.HasPrefix(d.sent[1].ID, "disk ") || !strings.Contains(string(d.sent[2].Data), `"service":"bell"`) {
		t.Errorf("%+v", d.sent)
	}
}

func TestAKeyThatSendsTooMuchIsSlowedDown(t *testing.T) {
	d := &desk{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	at := d.serve(t) + "/v2/enqueue"
	fine := 0
	for range burst + 5 {
		code, says := post(t, at, trigger)
		switch {
		case code == 202:
			fine++
		case code != 429 || !strings.Contains(says, "throttle exceeded"):
			t.Fatalf("%d %s", code, says)
		}
	}
	if fine != burst {
		t.Errorf("%d were taken", fine)
	}
	d.now = d.now.Add(time.Second)
	if code, _ := post(t, at, trigger); code != 202 {
		t.Errorf("a second later: %d", code)
	}
}

// Whatever comes, no event that cannot be kept is handed on, and nothing breaks.
func FuzzWhatComes(f *testing.F) {
	f.Add(trigger)
	f.Add(`{"message":"x","alias":"y","details":{"a":[1,{"b":null}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var pd pagerDuty
		if json.Unmarshal([]byte(text), &pd) == nil && len(pd.wrong()) == 0 {
			if e, err := pd.alert().event(false); err == nil && e.Check() != nil {
				t.Errorf("%+v", e)
			}
		}
	})
}
