package inbox

import (
	"errors"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// What prentice tells itself is the most of what an inbox holds, so that anyone who
// looks through all of it takes longer with every run.
func TestWhetherAnEventIsKnownIsAskedOfItsIDAlone(t *testing.T) {
	d := dbtest.SQLite(t) // PostgreSQL plans by what is in the table, and there is nothing
	if err := d.Migrate(t.Context(), "inbox", Schema()); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{ownKnown, ownKnown + strings.Repeat(" UNION ALL "+ownKnown, 15)} {
		if plan := planOf(t, d, query); !strings.Contains(plan, "id=?") || strings.Contains(plan, "(sender=?)") || strings.Contains(plan, "SCAN") {
			t.Errorf("it is looked for by: %s", plan)
		}
	}
}

func planOf(t *testing.T, d *db.DB, query string) string {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = ""
	}
	rows, err := d.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "; ")
}

func TestWhatIsSentWithinAWriteIsThereOnlyWithIt(t *testing.T) {
	each(t, func(w *world) {
		news := prentice.Event{ID: "run/1 running", Source: "prentice/runner", Type: "run.started"}
		send := func(e prentice.Event, end error) error {
			return w.db.Write(t.Context(), func(tx *db.Tx) error { return errors.Join(w.inbox.SendIn(tx, e), end) })
		}
		failed := errors.New("the run has moved in the meantime")
		if err := send(news, failed); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		w.deliver()
		if ids := w.toldIDs(); len(ids) > 0 {
			t.Errorf("told of %v, of which nothing is true", ids)
		}
		for range 2 {
			if err := send(news, nil); err != nil {
				t.Fatal(err)
			}
		}
		w.deliver()
		if ids := w.toldIDs(); len(ids) != 1 || ids[0] != news.ID {
			t.Errorf("told of %v, want one", ids)
		}
		news.Source = "monitor/eu-1"
		if err := send(news, nil); prentice.KindOf(err) != prentice.Internal {
			t.Errorf("of another person: %v", err)
		}
	})
}
