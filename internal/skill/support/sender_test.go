package support

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestWhatPrenticeSawOnlyPrenticeSeesGone(t *testing.T) {
	each(t, func(w *world) {
		probe := func(kind, source string) prentice.Event {
			e := w.event(kind, connection)
			e.Source = source
			return e
		}
		w.hears(probe("probe.failed", "prentice/probe"), probe("probe.failed", "monitor/eu-1"))
		w.hears(probe("probe.passed", "monitor/eu-1"))
		if d := w.show(1); !d.WellSince.IsZero() {
			t.Fatalf("another person has said that it is over: %+v", d.Incident)
		}
		w.hears(probe("probe.passed", "prentice/probe"))
		d := w.show(1)
		if d.WellSince.IsZero() {
			t.Errorf("prentice sees that it is over: %+v", d.Incident)
		}
		if text := d.Text(); !strings.Contains(text, "from prentice/probe: connection refused (agent/monitor)") {
			t.Errorf("the timeline does not say who sent it:\n%s", text)
		}
	})
}

// What was to be done before events were known by their number is done after it.
func TestWhatWasTakenUpBeforeTheUpgradeIsDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := fstest.MapFS{}
		for _, name := range []string{"0001_support.sql", "0002_chosen.sql"} {
			text, err := fs.ReadFile(files, "schema/"+name)
			if err != nil {
				t.Fatal(err)
			}
			before[name] = &fstest.MapFile{Data: text}
		}
		if err := d.Migrate(t.Context(), "support", before); err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, now: noon, matches: map[string][]string{"schedule.missed": {"catch-up"}}, checks: map[string]run.Diagnosis{}}
		w.answer = func(wish) (prentice.Run, error) {
			return prentice.Run{Number: 1, State: prentice.Checking, Says: "looking"}, nil
		}
		w.restart()
		e := w.event("schedule.missed", "")
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO support_events (source, id, seq, lane, incident, state, due, attempts, event) VALUES (?, ?, 1, 'about x', 0, 'pending', 0, 0, ?), ('m', 'old', 0, '', 0, 'done', 0, 0, '')`,
				e.Source, e.ID, string(text))
			return err
		})
		if err == nil {
			w.kept(e) // the inbox has it
			err = d.Migrate(t.Context(), "support", db.Under(files, "schema"))
		}
		if err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.settle()
		if got := w.askedFor(); !slices.Equal(got, []string{"catch-up"}) || w.asked[0].Event != "event/1" {
			t.Errorf("asked for %v: %+v", got, w.asked)
		}
	})
}
