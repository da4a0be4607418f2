package hook

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/op"
)

// door remembers what it was asked for.
type door struct {
	asked []map[string]any
	actor prentice.Actor
	err   error
}

func (d *door) send(_ context.Context, by prentice.Actor, e prentice.Event) (any, error) {
	if d.err != nil {
		return nil, d.err
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	var in map[string]any
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	d.asked, d.actor = append(d.asked, in), by
	return inbox.Receipt{Event: "event/1", Number: 1, New: true, Count: 1}, nil
}

func serve(d *door) http.Handler {
	return New(Config{Send: d.send, Log: slog.New(slog.DiscardHandler), Authenticate: func(r *http.Request) (prentice.Actor, error) {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			return prentice.Actor{Kind: prentice.Agent, Name: "monitor", Role: prentice.Operator}, nil
		case "":
			return prentice.Actor{}, nil
		}
		return prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "the token is not known")
	}})
}

// post sends a body with headers, as someone with a good token.
func post(t *testing.T, d *door, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer good")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	serve(d).ServeHTTP(w, r)
	return w
}

const whole = `{"specversion":"1.0","id":"7","source":"monitor/eu-1","type":"service.down","subject":"service/checkout","time":"2026-03-02T12:00:00.5Z","datacontenttype":"application/json; charset=utf-8","data":{"code":503}}`

func TestAnEventArrivesInEachOfTheThreeModes(t *testing.T) {
	want := map[string]any{"id": "7", "source": "monitor/eu-1", "type": "service.down", "subject": "service/checkout", "time": "2026-03-02T12:00:00.5Z", "data": map[string]any{"code": 503.0}}
	headers := []string{"Ce-Specversion", "1.0", "Ce-Id", "7", "Ce-Source", "monitor/eu-1", "Ce-Type", "service.down", "Ce-Subject", "service/checkout", "Ce-Time", "2026-03-02T12:00:00.5Z"}
	for _, c := range []struct {
		name, body string
		headers    []string
	}{
		{"structured", whole, []string{"Content-Type", "application/cloudevents+json; charset=UTF-8"}},
		{"batch", "[" + whole + "]", []string{"Content-Type", "application/cloudevents-batch+json"}},
		{"binary", `{"code":503}`, append([]string{"Content-Type", "application/json"}, headers...)},
		{"base64", strings.Replace(whole, `"data":{"code":503}`, `"data_base64":"eyJjb2RlIjo1MDN9"`, 1), []string{"Content-Type", structured}},
	} {
		d := &door{}
		w := post(t, d, "/v1/events", c.body, c.headers...)
		if w.Code != http.StatusAccepted || len(d.asked) != 1 || fmt.Sprint(d.asked[0]) != fmt.Sprint(want) {
			t.Errorf("%s: %d %s, asked %v", c.name, w.Code, w.Body, d.asked)
		}
		if body := strings.TrimSpace(w.Body.String()); body != `{"events":[{"event":"event/1","number":1,"new":true,"count":1}],"ignored":[]}` {
			t.Errorf("%s: answered %s", c.name, body)
		}
		if d.actor.Door != "hook" || d.actor.Name != "monitor" {
			t.Errorf("%s: actor %+v", c.name, d.actor)
		}
	}
}

func TestWhatIsNotUsedIsNamed(t *testing.T) {
	d := &door{}
	extended := strings.Replace(whole, `"id"`, `"traceparent":"00-1","dataschema":"https://example.org/s","sampledrate":3,"id"`, 1)
	w := post(t, d, "/v1/events", extended, "Content-Type", structured)
	if !strings.Contains(w.Body.String(), `"ignored":["dataschema","sampledrate","traceparent"]`) {
		t.Errorf("answered %s", w.Body)
	}
	w = post(t, d, "/v1/events", "", "Ce-Specversion", "1.0", "Ce-Id", "a%20b", "Ce-Source", "m", "Ce-Type", "push", "Ce-Traceparent", "00-1")
	if w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `"ignored":["traceparent"]`) || d.asked[1]["id"] != "a b" || d.asked[1]["data"] != nil {
		t.Errorf("answered %d %s, asked %v", w.Code, w.Body, d.asked[1])
	}
}

func TestWhatIsRefused(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	many := "[" + strings.TrimSuffix(strings.Repeat(whole+",", MostEvents+1), ",") + "]"
	large := change(`{"code":503}`, `"`+strings.Repeat("x", prentice.MaxEventBytes)+`"`)
	in := func(kind string) []string { return []string{"Content-Type", kind} }
	cases := []struct {
		name, body string
		headers    []string
		status     int
		says       string
	}{
		{"no content type", whole, nil, 415, "application/cloudevents-batch+json"},
		{"plain JSON without ce- headers", whole, in("application/json"), 415, "or application/json with ce- headers"},
		{"the XML format", "<event/>", in("application/cloudevents+xml"), 415, structured},
		{"another charset", whole, in(structured + "; charset=utf-16"), 415, structured},
		{"a compressed body", whole, append(in(structured), "Content-Encoding", "gzip"), 415, "send it as it is"},
		{"binary with text", "down", append(in("text/plain"), "Ce-Specversion", "1.0"), 415, "application/json"},
		{"no JSON", "{", in(structured), 422, "not JSON"},
		{"an array", "[]", in(structured), 422, "not a JSON object"},
		{"two objects", whole + whole, in(structured), 422, "after the object"},
		{"a batch that is no array", whole, in(batch), 422, "not a JSON array"},
		{"a batch with one mistake", "[" + whole + "," + change(`"id":"7",`, "") + "]", in(batch), 422, "event id has 0 characters"},
		{"a hundred and one events", many, in(batch), 413, "send at most 100 at once"},
		{"an event of more than a mebibyte", large, in(structured), 413, "larger than 1048576 bytes"},
		{"such an event in a batch", "[" + large + "]", in(batch), 413, "larger than 1048576 bytes"},
		{"no specversion", change(`"specversion":"1.0",`, ""), in(structured), 422, "no specversion"},
		{"another specversion", change(`"1.0"`, `"0.3"`), in(structured), 422, `specversion \"0.3\"`},
		{"an attribute that is not a string", change(`"7"`, `7`), in(structured), 422, "attribute id is not a string"},
		{"a misspelt attribute", change(`"subject"`, `"Subject"`), in(structured), 422, "did you mean subject?"},
		{"an attribute twice", change(`"id":"7"`, `"id":"7","id":"8"`), in(structured), 422, `the key \"id\" is there twice`},
		{"a subject that is not a ref", change(`"service/checkout"`, `"checkout"`), in(structured), 422, "such as service/checkout"},
		{"an empty subject", change(`"service/checkout"`, `""`), in(structured), 422, "the subject is empty"},
		{"a time that is none", change(`"2026-03-02T12:00:00.5Z"`, `"noon"`), in(structured), 422, `time \"noon\"`},
		{"data that is not JSON", change("application/json; charset=utf-8", "text/plain"), in(structured), 422, "say application/json"},
		{"base64 of what is not JSON", change(`"data":{"code":503}`, `"data_base64":"AAAA"`), in(structured), 422, "data is not JSON"},
		{"data twice", change(`"data":`, `"data_base64":"e30=","data":`), in(structured), 422, "data and data_base64"},
		{"a header twice", "{}", append(in("application/json"), "Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Id", "2"), 422, "the header ce-id is there 2 times"},
		{"a header that is not percent-encoded", "{}", append(in("application/json"), "Ce-Specversion", "1.0", "Ce-Id", "100%"), 422, "percent"},
		{"binary data that is not JSON", "{", append(in("application/json"), "Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Source", "m", "Ce-Type", "push"), 422, "data is not JSON"},
	}
	for _, c := range cases {
		d := &door{}
		w := post(t, d, "/v1/events", c.body, c.headers...)
		told := 0
		if c.status == http.StatusRequestEntityTooLarge { // no one sends it again, so that it is told of
			told = 1
		}
		if w.Code != c.status || len(d.asked) != told || told == 1 && d.asked[0]["type"] != "alert.unread" || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %.300s, asked %d times", c.name, w.Code, w.Body, len(d.asked))
		}
		var p op.Wire
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" || p.Status != c.status || p.Detail == "" || p.Hint == "" || p.Title == "" {
			t.Errorf("%s: problem %+v, %v", c.name, p, err)
		}
	}
}

func TestNobodySendsWithoutAToken(t *testing.T) {
	for header, says := range map[string]string{"": "Authorization: Bearer TOKEN", "Bearer bad": "the token is not known"} {
		d := &door{}
		r := httptest.NewRequest(http.MethodPost, "/v1/alertmanager", strings.NewReader("{}"))
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		w := httptest.NewRecorder()
		serve(d).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || len(d.asked) != 0 || !strings.Contains(w.Body.String(), says) || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d %s", header, w.Code, w.Body)
		}
	}
}

func TestAnErrorOfTheDoorKeepsItsKindAndSecrets(t *testing.T) {
	for status, err := range map[int]error{
		403: prentice.Errorf(prentice.Denied, "the source is ours"), 503: prentice.Errorf(prentice.Unavailable, "the disk is full"),
		409: prentice.Errorf(prentice.Refused, "policy refuses"), 500: fmt.Errorf("table inbox_events is missing"),
	} {
		w := post(t, &door{err: err}, "/v1/events", whole, "Content-Type", structured)
		if w.Code != status || strings.Contains(w.Body.String(), "inbox_events") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/v1/events", 405}, {"PUT", "/v1/alertmanager", 405}, {"POST", "/v1/other", 404}} {
		w := httptest.NewRecorder()
		serve(&door{}).ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

// endless is a body of 100 MB that counts how much of it was read.
type endless struct{ left, read int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = '['
	}
	e.left, e.read = e.left-n, e.read+n
	return n, nil
}

func TestAHugeBodyIsCutOffEarly(t *testing.T) {
	for path, kind := range map[string]string{"/v1/events": structured, "/v1/alertmanager": "application/json"} {
		body, d := &endless{left: 100 << 20}, &door{}
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer good")
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		serve(d).ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || body.read > MostBytes+1<<20 {
			t.Errorf("%s: %d after %d bytes", path, w.Code, body.read)
		}
		announced := &endless{left: 100 << 20}
		r = httptest.NewRequest(http.MethodPost, path, announced)
		r.ContentLength = 100 << 20
		r.Header.Set("Authorization", "Bearer good")
		r.Header.Set("Content-Type", kind)
		w = httptest.NewRecorder()
		serve(d).ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || announced.read != 0 {
			t.Errorf("%s, announced: %d after %d bytes", path, w.Code, announced.read)
		}
		if len(d.asked) != 2 || d.asked[0]["id"] != d.asked[1]["id"] || d.asked[0]["subject"] != "alert/unread" || !strings.Contains(fmt.Sprint(d.asked[0]["data"]), "a message from agent/monitor to "+path+" was not read") {
			t.Errorf("%s: told %v", path, d.asked)
		}
	}
}

func TestAHugeBodyIsRefusedBeforeItIsSent(t *testing.T) {
	server := httptest.NewServer(serve(&door{}))
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", structured, 100<<20)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
		t.Errorf("status %d, the connection closes: %v", res.StatusCode, res.Close)
	}
}

const firing = `{"receiver":"prentice","status":"firing","version":"4","groupKey":"{}:{}","truncatedAlerts":0,
"groupLabels":{"alertname":"Down"},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am-1.example:9093",
"alerts":[
{"status":"firing","labels":{"alertname":"Down","service":"checkout"},"annotations":{"summary":"checkout is down"},"startsAt":"2026-03-02T12:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p/g","fingerprint":"c0ffee"},
{"status":"resolved","labels":{"alertname":"Slow","service":"a/b; rm -rf"},"annotations":{},"startsAt":"2026-03-02T11:00:00Z","endsAt":"2026-03-02T11:30:00Z","generatorURL":"","fingerprint":""}]}`

func TestEachAlertBecomesAnEvent(t *testing.T) {
	d := &door{}
	w := post(t, d, "/v1/alertmanager", firing, "Content-Type", "application/json")
	if w.Code != http.StatusAccepted || len(d.asked) != 2 {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	a, b := d.asked[0], d.asked[1]
	if a["type"] != "alert.firing" || a["id"] != "c0ffee firing 2026-03-02T12:00:00Z" || a["source"] != "alertmanager/am-1.example:9093" ||
		a["subject"] != nil || a["time"] != "2026-03-02T12:00:00Z" {
		t.Errorf("event %v", a)
	}
	if data := a["data"].(map[string]any); data["fingerprint"] != "c0ffee" || data["summary"] != "checkout is down" || data["labels"].(map[string]any)["alertname"] != "Down" {
		t.Errorf("data %v", data)
	}
	if b["type"] != "alert.resolved" || b["subject"] != nil || b["time"] != "2026-03-02T11:30:00Z" || !strings.HasSuffix(b["id"].(string), " resolved 2026-03-02T11:00:00Z") {
		t.Errorf("event %v", b)
	}
}

func TestANewerAlertmanagerStillWakesSomebody(t *testing.T) {
	d := &door{}
	body := strings.Replace(strings.Replace(firing, `"truncatedAlerts":0`, `"truncatedAlerts":3,"mood":"bad"`, 1), `"generatorURL"`, `"colour":"red","generatorURL"`, 1)
	w := post(t, d, "/v1/alertmanager", body, "Content-Type", "application/json")
	var heard answer
	if err := json.Unmarshal(w.Body.Bytes(), &heard); err != nil || !slices.Equal(heard.Ignored, []string{"3 alerts that the sender left out of its message: max_alerts in its webhook says how many it sends", "alerts.colour", "mood"}) || len(heard.Events) != 2 {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestNotificationsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, old, new, kind string
		status               int
	}{
		{"another version", `"version":"4"`, `"version":"3"`, "application/json", 422},
		{"no JSON", `{"receiver"`, `{receiver`, "application/json", 422},
		{"alerts that are no list", `"alerts":[`, `"alerts":7,"x":[`, "application/json", 422},
		{"the version twice", `"version":"4"`, `"version":"4","version":"1"`, "application/json", 422},
		{"another type", "", "", "text/plain", 415},
	} {
		d := &door{}
		w := post(t, d, "/v1/alertmanager", strings.Replace(firing, c.old, c.new, 1), "Content-Type", c.kind)
		if w.Code != c.status || len(d.asked) != 0 {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(whole), structured)
	f.Add([]byte("["+whole+"]"), batch)
	f.Add([]byte(firing), "application/json")
	f.Add([]byte(grafana), "application/json")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		for _, path := range []string{"/v1/events", "/v1/alertmanager", "/v1/grafana"} {
			r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			r.Header.Set("Authorization", "Bearer good")
			r.Header.Set("Content-Type", kind)
			w := httptest.NewRecorder()
			serve(&door{}).ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}
