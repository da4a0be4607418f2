package oncall

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

const policies = file + `
policies:
  - name: default
    repeat: 1
    lapse: 1h
    steps:
      - {call: [rota/empty], wait: 30m}
      - {call: [rota/primary], wait: 5m, again: 2m}
      - {call: [person/cem, person/ann], wait: 10m, again: 3m, each: true}
severities:
  - {name: P1, of: [critical], respond: 15m, update: 30m}
`

// news tells the chapter of an incident.
func (w *world) news(kind string, data map[string]any) {
	w.t.Helper()
	data["incident"] = "incident/1"
	raw, err := json.Marshal(data)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Listen(w.t.Context(), prentice.EventRecord{Event: prentice.Event{Source: "prentice/support", Type: kind, Subject: "service/bell", Data: raw}}); err != nil {
		w.t.Fatal(err)
	}
}

// after lets so much time pass and does what is due, and says who was told in it.
func (w *world) after(length time.Duration) string {
	w.t.Helper()
	w.now = w.now.Add(length)
	w.told = nil
	for range 4 { // a step without anyone goes on in the next round
		if err := w.round(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	return strings.Join(w.told, " ")
}

func (w *world) state() string {
	w.t.Helper()
	list, err := w.escalations(w.t.Context(), `incident = 1`)
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%v, %v", list, err)
	}
	return list[0].State
}

func TestWhoIsCalledUntilSomeoneAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, policies)
		w.standing = Standing{Open: true, Title: "the bell is silent", Severity: "critical"}
		w.news("incident.opened", map[string]any{"severity": "critical"})
		if told := w.after(0); told != "" {
			t.Errorf("called before prentice gave up: %s", told)
		}
		w.news("person.called", map[string]any{"severity": "critical", "why": "no procedure matches"})
		w.news("person.called", map[string]any{"severity": "critical", "why": "no procedure matches"})
		for n, step := range []struct {
			after time.Duration
			want  string
		}{
			{0, "person/ann"}, // the first step has no one on call, and goes on at once
			{time.Minute, ""},
			{time.Minute, "person/ann"}, // again
			{3 * time.Minute, "person/cem person/ann"},
			{-10 * time.Minute, ""}, // a clock that goes back calls no one twice
			{12 * time.Minute, ""},
			{time.Minute, "person/cem person/ann"},
		} {
			if told := w.after(step.after); told != step.want {
				t.Errorf("%d: told %q, not %q", n, told, step.want)
			}
		}
		if _, err := w.pageAnswer(t.Context(), w.call("ben"), IncidentIn{"incident/1"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("ben was not called, and answers: %v", err)
		}
		if _, err := w.pageAnswer(t.Context(), w.call("ann"), IncidentIn{"incident/1"}); err != nil {
			t.Fatal(err)
		}
		if told := w.after(3 * time.Minute); told != "person/cem" {
			t.Errorf("ann answered, and told is %q", told)
		}
		w.news("incident.acknowledged", map[string]any{"assignee": "person/ben"})
		w.standing.Acked = true
		if w.state() != Answered {
			t.Error(w.state())
		}
		if told := w.after(3 * time.Minute); told != "person/cem" {
			t.Errorf("each one answers for themselves, and told is %q", told)
		}
		if _, err := w.pageAnswer(t.Context(), w.call("cem"), IncidentIn{"1"}); err != nil {
			t.Fatal(err)
		}
		if told := w.after(20 * time.Minute); told != "" {
			t.Errorf("after all answered: %q", told)
		}
		// Word is due half an hour after the answer, once.
		if told := w.after(8 * time.Minute); told != "person/ben" {
			t.Errorf("word was due: %q", told)
		}
		if told := w.after(10 * time.Minute); told != "" {
			t.Errorf("word was due, again: %q", told)
		}
		// An hour after the answer it has lapsed, and the calling begins anew.
		if w.after(20 * time.Minute); w.lapsed != 1 {
			t.Fatalf("lapsed %d times", w.lapsed)
		}
		w.standing.Acked = false
		w.news("incident.unacknowledged", map[string]any{"why": "it lapsed"})
		if told := w.after(0); told != "person/ann" {
			t.Errorf("called anew: %q", told)
		}
		w.standing.Open = false
		w.news("incident.closed", map[string]any{})
		if told := w.after(time.Hour); told != "" || w.state() != Over {
			t.Errorf("after the end: %q", told)
		}
		list, err := w.pageList(t.Context(), w.call("vic"), PagesIn{Incident: "1"})
		if err != nil || len(list.Pages) != 6 || list.Pages[5].Outcome() != "no one on call" || !strings.Contains(list.Pages[4].Why, "person/ann is on call for rota/primary (step 2 of policy default); no procedure matches; policy default is for all that no other policy is for") {
			t.Errorf("%+v, %v", list.Pages, err)
		}
		if seen := map[string]bool{}; true {
			for _, id := range w.ids {
				if seen[id] {
					t.Errorf("%s was sent twice", id)
				}
				seen[id] = true
			}
		}
	})
}

func TestNoOneAnswersAndThatIsTold(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), strings.ReplaceAll(policies, ", again: 3m, each: true", ""))
	w.standing = Standing{Open: true}
	w.news("person.called", map[string]any{"why": "x"})
	var all []string
	for range 60 {
		all = append(all, strings.Fields(w.after(time.Minute))...)
	}
	if w.state() != Exhausted || all[len(all)-1] != "exhausted" || strings.Count(strings.Join(all, " "), "exhausted") != 1 {
		t.Errorf("%s: %v", w.state(), all)
	}
	if _, err := w.escalate(t.Context(), w.call("ann"), EscalateIn{IncidentIn: IncidentIn{"1"}, Reason: "it is the database"}); err != nil {
		t.Fatal(err)
	}
	if told := w.after(0); told != "person/ann" {
		t.Errorf("after ann escalates: %q", told)
	}
	if told := w.after(0); told != "" {
		t.Errorf("at once again: %q", told)
	}
	if _, err := w.escalate(t.Context(), w.call("ann"), EscalateIn{IncidentIn: IncidentIn{"1"}}); err != nil {
		t.Fatal(err)
	}
	if told := w.after(0); told != "person/cem person/ann" {
		t.Errorf("the next step at once: %q", told)
	}
}

func TestASilencedOrAcknowledgedIncidentCallsNoOne(t *testing.T) {
	for name, set := range map[string]func(*Standing){"silenced": func(s *Standing) { s.Muted = true }, "acknowledged": func(s *Standing) { s.Acked = true }, "closed": func(s *Standing) { s.Open = false }} {
		w := newWorld(t, dbtest.SQLite(t), policies)
		w.standing = Standing{Open: true}
		w.news("person.called", map[string]any{"why": "x"})
		set(&w.standing) // its news are still on their way
		if told := w.after(0); told != "" {
			t.Errorf("%s: %q", name, told)
		}
		if _, err := w.escalate(t.Context(), w.call("ann"), EscalateIn{IncidentIn: IncidentIn{"1"}}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("%s: escalated with %v", name, err)
		}
	}
}

// Two replicas do the same at once, and each page is there once.
func TestTwoThatCallAtOnceCallOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, policies)
		w.standing = Standing{Open: true}
		w.news("person.called", map[string]any{"why": "x"})
		list, err := w.escalations(t.Context(), `incident = 1`)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range dbtest.Together(8, func(int) error { return w.advance(t.Context(), w.now, list[0]) }) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if told := w.after(0); told != "person/ann" {
			t.Errorf("told %q", told)
		}
		pages, err := w.pages(t.Context(), `incident = 1`)
		if err != nil || len(pages) != 2 {
			t.Errorf("%d pages, %v", len(pages), err)
		}
	})
}

func heardOf(e prentice.Event) string {
	if e.Type == "oncall.exhausted" {
		return "exhausted"
	}
	var d struct {
		For prentice.Ref `json:"for"`
	}
	if json.Unmarshal(e.Data, &d) != nil {
		return fmt.Sprintf("unreadable %s", e.Data)
	}
	return string(d.For)
}
