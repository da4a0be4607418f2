package support

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
)

// corrupt changes what is stored behind everyone's back.
func (w *world) corrupt(query string, args ...any) {
	w.t.Helper()
	if n, err := w.db.Straight(w.t.Context(), query, args...); err != nil || n != 1 {
		w.t.Fatalf("%s: %d, %v", query, n, err)
	}
}

func TestATaskWhoseEventCannotBeReadIsDoneFromTheInbox(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		e := w.event("probe.failed", connection)
		w.sent = append(w.sent, e) // the inbox has it
		if err := w.s.Listen(t.Context(), w.kept(e)); err != nil {
			t.Fatal(err)
		}
		w.corrupt(`UPDATE support_tasks SET record = '{' WHERE state = 'pending'`)
		w.settle()
		if got := w.askedFor(); !slices.Equal(got, []string{"restart-service"}) {
			t.Errorf("asked for %v", got)
		}
	})
}

func TestATaskThatNothingCanReadIsToldAndHoldsUpNoOther(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		if err := w.s.Listen(t.Context(), w.kept(w.event("probe.failed", connection))); err != nil {
			t.Fatal(err)
		}
		w.corrupt(`UPDATE support_tasks SET record = '{', event = 999 WHERE state = 'pending'`)
		w.settle()
		if !has(w.lines(1), "event 999 cannot be read") || len(w.evidence("event.unread")) != 1 {
			t.Errorf("no one is told: %v, %v", w.lines(1), w.notes)
		}
		w.happens("probe.failed", connection)
		if got := w.askedFor(); !slices.Equal(got, []string{"restart-service"}) {
			t.Errorf("asked for %v: the first holds up what comes after it", got)
		}
	})
}

func TestAnEventOfTheOutboxThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.db.Straight(t.Context(), `INSERT INTO support_outbox (seq, event) VALUES (-1, '{')`); err != nil {
			t.Fatal(err)
		}
		w.happens("probe.failed", connection) // nothing matches, so a person is called
		if sent := w.sentOf("person.called"); len(sent) != 1 || sent[0].Subject == prentice.Ref("") {
			t.Errorf("sent %v", w.sent)
		}
	})
}

// SQLite keeps words where numbers belong; what is no JSON can be on every database.
func TestWhatCannotBeReadHidesNoOtherIncidentAndNoOtherSilence(t *testing.T) {
	quiet(t, func(w *world) {
		w.s.Router = nil
		for _, service := range []prentice.Ref{"service/web", "service/db"} {
			e := w.event("service.failed", `{"consecutive":1}`)
			e.Subject = service
			w.hears(e)
		}
		w.must("silence.add", `{"matcher":["alertname=High"],"for":3600000000000,"reason":"disks"}`)
		w.must("silence.add", `{"matcher":["alertname=Other"],"for":3600000000000,"reason":"disks"}`)
		w.fires("firing", "High", "a", "")
		w.fires("firing", "Other", "b", "")
		w.corrupt(`UPDATE silences SET matchers = '{' WHERE number = 1`)
		w.corrupt(`UPDATE support_muted SET labels = '{' WHERE subject = 'service/a'`)
		if !w.db.Postgres() {
			w.corrupt(`UPDATE incidents SET well_since = 'soon', call_at = 'soon' WHERE number = 1`)
		}
		list := w.must("incident.list", `{"open":true}`).(Incidents).Incidents
		if len(list) != 2 || list[0].Unread != "" || !w.db.Postgres() && !strings.HasSuffix(list[1].Unread, "cannot be read: its well_since, call_at") {
			t.Errorf("incidents: %+v", list)
		}
		silences := w.must("silence.list", `{}`).(SilenceList)
		if len(silences.Silences) != 2 || len(silences.Muted) != 2 || silences.Silences[0].Reason != "disks" || !strings.Contains(silences.Silences[1].Reason, "cannot be read") {
			t.Errorf("silences: %+v", silences)
		}
		w.fires("firing", "High", "c", "") // the silence that cannot be read matches nothing
		if w.open() != 3 {
			t.Errorf("%d are open", w.open())
		}
		// Time goes on for the others: who has waited long enough is called for, and what
		// is silenced no more is taken up.
		w.pass(3 * time.Minute)
		w.settle()
		if d := w.show(2); d.Called.IsZero() {
			t.Errorf("no one was called for the other: %+v", d.Incident)
		}
		w.pass(time.Hour)
		w.settle()
		if list, err := w.s.incidents(t.Context(), `subject = 'service/b'`); err != nil || len(list) != 1 {
			t.Errorf("what was silenced by the other: %+v %v", list, err)
		}
	})
}
