package alertmanager

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// door has some silences and remembers what it was asked for.
type door struct {
	silences []Silence
	op, id   string
	in       Wish
	err      error
}

func (d *door) asked(name, id string, in Wish) (Silence, error) {
	d.op, d.id, d.in = name, id, in
	if d.err != nil || len(d.silences) == 0 {
		return Silence{}, d.err
	}
	return d.silences[0], nil
}

func (d *door) List(context.Context, prentice.Actor, bool, int) ([]Silence, error) {
	_, err := d.asked("list", "", Wish{})
	return d.silences, err
}

func (d *door) Show(_ context.Context, _ prentice.Actor, id string) (Silence, error) {
	return d.asked("show", id, Wish{})
}

func (d *door) Add(_ context.Context, _ prentice.Actor, w Wish) (Silence, error) {
	return d.asked("add", "", w)
}

func (d *door) End(_ context.Context, _ prentice.Actor, id string) error {
	_, err := d.asked("end", id, Wish{})
	return err
}

func (d *door) ask(method, path, body string) *httptest.ResponseRecorder {
	h := New(Config{Silences: d, Clock: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler), Authenticate: func(r *http.Request) (prentice.Actor, error) {
		if r.Header.Get("Authorization") == "" {
			return prentice.Actor{}, nil
		}
		return prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator}, nil
	}})
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func of(number int64, state string, ends time.Time, matchers ...string) Silence {
	return Silence{silence.Silence{Number: number, ID: "id-" + string(rune('0'+number)), Matchers: matchers, Starts: noon.Add(-time.Hour), Ends: ends, By: "person/ann", Reason: "disks", Created: noon.Add(-time.Hour)}, state}
}

func TestSilencesAreShownAsAlertmanagerShowsThem(t *testing.T) {
	d := &door{silences: []Silence{
		of(1, "expired", noon.Add(-time.Minute), `a="b"`), of(2, "active", noon.Add(2*time.Hour), `a="b"`, `host!~"web-.*"`), of(3, "pending", noon.Add(time.Hour), `c=~"d|e"`),
		of(4, "active", noon.Add(time.Hour), `x!="y"`), of(5, "expired", noon.Add(-6*24*time.Hour), `a="b"`),
	}}
	var list []shown
	if w := d.ask("GET", "/api/v2/silences", ""); w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &list) != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "id-4 id-2 id-3 id-1" {
		t.Errorf("sorted %s", got)
	}
	if raw, _ := json.Marshal(list[1].Matchers); string(raw) != `[{"name":"a","value":"b","isRegex":false,"isEqual":true},{"name":"host","value":"web-.*","isRegex":true,"isEqual":false}]` {
		t.Errorf("matchers %s", raw)
	}
	if s := list[1]; s.CreatedBy != "person/ann" || s.Comment != "disks" || s.Status.State != "active" {
		t.Errorf("%+v", s)
	}
	for filter, n := range map[string]int{`a=b`: 2, `c="d|e"`: 1, `a="b"&filter=host="web-.*"`: 1, `none=""`: 4} {
		list = nil
		if w := d.ask("GET", "/api/v2/silences?filter="+strings.NewReplacer(`"`, "%22", "|", "%7C").Replace(filter), ""); json.Unmarshal(w.Body.Bytes(), &list) != nil || len(list) != n {
			t.Errorf("%s: %s", filter, w.Body)
		}
	}
}

func TestASilenceThatIsPostedIsAskedForAtTheDoor(t *testing.T) {
	d := &door{silences: []Silence{of(7, "active", noon.Add(time.Hour), `a="b"`)}}
	w := d.ask("POST", "/api/v2/silences", `{"id":"id-3","matchers":[{"name":"a","value":"b","isRegex":false},{"name":"h","value":"w.*","isRegex":true,"isEqual":false}],"startsAt":"2026-03-02T12:00:00.000Z","endsAt":"2026-03-02T13:00:00.000Z","createdBy":"dora","comment":"disks"}`)
	if w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"silenceID":"id-7"}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	want := Wish{silence.Silence{Matchers: []string{`a="b"`, `h!~"w.*"`}, Reason: "disks (for dora)", Starts: noon, Ends: noon.Add(time.Hour)}, "id-3"}
	if d.op != "add" || !reflect.DeepEqual(d.in, want) {
		t.Errorf("%s %+v", d.op, d.in)
	}
	d.ask("POST", "/api/v2/silences", `{"matchers":[{"name":"a","value":"b"}],"endsAt":"2026-03-02T13:00:00Z","createdBy":"dora","comment":"disks (for dora)"}`)
	if d.in.Reason != "disks (for dora)" {
		t.Errorf("said twice: %v", d.in.Reason)
	}
	if w := d.ask("DELETE", "/api/v2/silence/id-7", ""); w.Code != 200 || d.op != "end" || d.id != "id-7" {
		t.Errorf("%d %s %v", w.Code, d.op, d.id)
	}
}

func TestWhatIsNoSilenceIsRefused(t *testing.T) {
	const good = `{"matchers":[{"name":"a","value":"b","isRegex":true}],"endsAt":"2026-03-02T13:00:00Z","comment":"disks"}`
	for _, c := range []struct {
		name, old, new string
		status         int
	}{
		{"no JSON", "{", "", 400},
		{"a key that no one knows", `"comment"`, `"scope":"x","comment"`, 400},
		{"a matcher's key that no one knows", `"isRegex"`, `"isRegexp"`, 400},
		{"no matchers", `{"name":"a","value":"b","isRegex":true}`, "", 400},
		{"a matcher without a name", `"name":"a"`, `"name":""`, 400},
		{"a pattern that is none", `"b"`, `"("`, 400},
		{"no comment", "disks", " ", 400},
		{"no end", `"endsAt":"2026-03-02T13:00:00Z",`, "", 400},
		{"the end twice", `"comment"`, `"endsAt":"2099-01-01T00:00:00Z","comment"`, 400},
		{"too much", "disks", strings.Repeat("x", mostBytes), 413},
	} {
		d := &door{}
		if w := d.ask("POST", "/api/v2/silences", strings.Replace(good, c.old, c.new, 1)); w.Code != c.status || d.op != "" || !strings.HasPrefix(w.Body.String(), `"`) {
			t.Errorf("%s: %d %s, asked for %q", c.name, w.Code, w.Body, d.op)
		}
	}
	for kind, status := range map[prentice.Kind]int{prentice.Denied: 403, prentice.NotFound: 404, prentice.Conflict: 409, prentice.Invalid: 400, prentice.Internal: 500} {
		d := &door{err: prentice.Errorf(kind, "no").Try("else")}
		if w := d.ask("DELETE", "/api/v2/silence/x", ""); w.Code != status || strings.TrimSpace(w.Body.String()) != `"no. else"` {
			t.Errorf("%s: %d %s", kind, w.Code, w.Body)
		}
	}
}

func FuzzSilence(f *testing.F) {
	f.Add([]byte(`{"matchers":[{"name":"a","value":"b","isRegex":true,"isEqual":false}],"endsAt":"2026-03-02T13:00:00Z","comment":"disks"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, err := readSilence(body, prentice.Actor{})
		if err == nil && (len(w.Matchers) == 0 || w.Reason == "" || w.Ends.IsZero()) {
			t.Errorf("%s is read as %+v", body, w)
		}
	})
}
