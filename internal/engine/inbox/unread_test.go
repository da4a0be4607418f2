package inbox

import (
	"slices"
	"strings"
	"testing"

	"prentice"
)

// SQLite keeps words where numbers belong. An event like that is told to no one, and
// says so; every other one is told, and all are listed.
func TestAnEventThatCannotBeReadHoldsUpNoOtherAndHidesNone(t *testing.T) {
	each(t, func(w *world) {
		if w.db.Postgres() { // which takes no words for numbers
			return
		}
		for n := range 3 {
			w.receive(numbered(n + 1))
		}
		if _, err := w.db.Straight(t.Context(), `UPDATE inbox_events SET said = 'soon' WHERE number = 2`); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"n1", "n3"}) {
			t.Errorf("told %v", got)
		}
		list, err := w.inbox.List(t.Context(), Filter{})
		if err != nil || len(list) != 3 || list[0].State != prentice.EventDelivered || list[2].State != prentice.EventDelivered {
			t.Fatalf("%+v %v", list, err)
		}
		if bad := list[1]; bad.Number != 2 || bad.State != prentice.EventFailed || !strings.Contains(bad.Unread, "cannot be read: its said") || len(w.evidence("event.failed")) != 1 {
			t.Errorf("%+v, evidence %+v", bad, w.evidence("event.failed"))
		}
		if _, err := w.inbox.Find(t.Context(), list[1].Source, list[1].ID); err == nil || !strings.Contains(err.Error(), "event/2: what is stored of it cannot be read") {
			t.Errorf("found: %v", err)
		}
	})
}
