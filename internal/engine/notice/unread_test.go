package notice

import (
	"strings"
	"testing"

	"prentice/internal/kit/db/dbtest"
)

// SQLite keeps words where numbers belong.
func TestANoticeThatCannotBeReadHoldsUpNoOtherAndHidesNone(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for i, id := range []string{"one", "two", "three"} {
		e := opened()
		e.ID, e.Data = id, []byte(`{"incident":"incident/`+string(rune('1'+i))+`"}`)
		w.hear(e)
	}
	if _, err := w.DB.Straight(t.Context(), `UPDATE notices SET attempts = 'many' WHERE number = 1`); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		w.round()
	}
	list := w.all("")
	if len(w.sent) != 2 || len(list) != 3 {
		t.Fatalf("sent %q, listed %+v", w.sent, list)
	}
	for _, n := range list {
		if is := n.State == Dead && strings.Contains(n.Says, "cannot be read"); is != (n.Number == 1) {
			t.Errorf("%+v", n)
		}
	}
}

func TestAListOfNoticesShowsThoseThatCanBeRead(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.hear(opened())
	other := opened()
	other.ID = "another"
	w.hear(other)
	if _, err := w.DB.Straight(t.Context(), `UPDATE notices SET created = 'then' WHERE number = 1`); err != nil {
		t.Fatal(err)
	}
	if list := w.all(""); len(list) != 2 || list[1].Number != 1 || !strings.Contains(list[1].Says, "cannot be read: its created") || list[0].Says != "" {
		t.Errorf("%+v", list)
	}
}
