package notice

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// forgets puts the notices back to what they were before the last of them was sent, as
// a database does that fails over to a standby.
func (w *world) forgets() {
	w.t.Helper()
	err := w.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE notices SET state = 'waiting', attempts = 0, says = '', due = 1, ended = 0`)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatTheDatabaseHasForgottenToHaveSentIsNotSentAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		w.round()
		w.forgets()
		w.now = w.now.Add(time.Minute)
		w.round()
		if list := w.all(Sent); len(w.sent) != 1 || len(list) != 1 || !strings.Contains(list[0].Says, "it was sent before") {
			t.Errorf("sent %q, kept %+v", w.sent, list)
		}
	})
}

// The number of a run that was forgotten is given anew, and what is told of it is
// something else.
func TestWhatIsToldAnewUnderAForgottenNumberIsSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		w.round()
		if err := w.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM notices`); return err }); err != nil {
			t.Fatal(err)
		}
		w.run.Expires = w.run.Expires.Add(time.Hour)
		again := waiting()
		again.Time = again.Time.Add(time.Minute)
		w.hear(again)
		w.round()
		if len(w.sent) != 2 {
			t.Errorf("sent %q", w.sent)
		}
	})
}

func TestWithoutAMemoryAMessageIsSentRatherThanLost(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.memory.fail = errDown
	w.hear(waiting())
	w.round()
	if list := w.all(Sent); len(w.sent) != 1 || len(list) != 1 {
		t.Errorf("sent %q, kept %+v", w.sent, list)
	}
}
