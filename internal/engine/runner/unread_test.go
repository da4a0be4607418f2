package runner

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

func TestOneRunThatCannotBeReadHidesNoOther(t *testing.T) {
	for name, spoil := range map[string]string{
		"its decision":         `UPDATE runs SET decision = '{' WHERE number = ?`,
		"its record":           `UPDATE runs SET record = '[' WHERE number = ?`,
		"its plan":             `UPDATE run_plans SET canonical = '{' WHERE plan = (SELECT plan FROM runs WHERE number = ?)`,
		"its plan, which goes": `DELETE FROM run_plans WHERE plan = (SELECT plan FROM runs WHERE number = ?)`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, fixing(), askOne, func(t *testing.T, w *world) {
				bad, good := w.start(bob, "fix-1"), w.start(bob, "fix-2")
				w.until(bad.Number, prentice.Waiting)
				w.until(good.Number, prentice.Waiting)
				if _, err := w.db.Straight(t.Context(), spoil, bad.Number); err != nil {
					t.Fatal(err)
				}
				if _, err := w.db.Straight(t.Context(), `UPDATE runs SET expires = expires - 1000000 WHERE number = ?`, bad.Number); err != nil {
					t.Fatal(err)
				}
				page, err := w.r.Questions(t.Context(), ann, "", 0)
				if err != nil || len(page.List) != 2 || page.List[1].Number != good.Number || page.List[1].Needed != 1 || !strings.Contains(page.List[0].Unread, "cannot be read") {
					t.Errorf("the inbox: %+v, %v", page.List, err)
				}
				waiting, err := w.r.Waiting(t.Context(), 10)
				if err != nil || len(waiting) != 2 || len(waiting[1].Targets) == 0 {
					t.Errorf("what waits: %+v, %v", waiting, err)
				}
				var past []prentice.Decided
				err = w.r.Decisions(t.Context(), time.Unix(0, 0), func(d prentice.Decided) error { past = append(past, d); return nil })
				if err != nil || len(past) != 2 || past[0].Unread == "" || past[1].Unread != "" || past[1].Decision.Approvers != 1 {
					t.Errorf("past decisions: %+v, %v", past, err)
				}
			})
		})
	}
}

// SQLite keeps words where a number belongs.
func TestOneRunWithAValueOfAnotherKindHidesNoOther(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		if w.db.Postgres() { // which takes no words for numbers
			return
		}
		bad, good := w.start(bob, "fix-1"), w.start(bob, "fix-2")
		w.until(bad.Number, prentice.Waiting)
		w.until(good.Number, prentice.Waiting)
		if _, err := w.db.Straight(t.Context(), `UPDATE runs SET started = 'soon' WHERE number = ?`, bad.Number); err != nil {
			t.Fatal(err)
		}
		list, err := w.r.List(t.Context(), run.Filter{})
		if err != nil || len(list) != 2 || list[0].Unread != "" || list[1].Number != bad.Number || !strings.Contains(list[1].Unread, "cannot be read") {
			t.Errorf("the list: %+v, %v", list, err)
		}
		page, err := w.r.Questions(t.Context(), ann, "", 0)
		if err != nil || len(page.List) != 2 {
			t.Errorf("the inbox: %+v, %v", page.List, err)
		}
		if waiting, err := w.r.Waiting(t.Context(), 10); err != nil || len(waiting) != 2 {
			t.Errorf("what waits: %+v, %v", waiting, err)
		}
	})
}
