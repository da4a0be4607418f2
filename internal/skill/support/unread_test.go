package support

import (
	"slices"
	"testing"

	"prentice"
)

// corrupt changes what is stored behind everybody's back.
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
			t.Errorf("nobody is told: %v, %v", w.lines(1), w.notes)
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
