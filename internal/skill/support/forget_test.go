package support

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

func TestIncidentsThatWereClosedLongAgoGoWithTheirTimelines(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		w.happens("probe.failed", "")
		w.happens("probe.failed", "")
		needed, err := w.s.Needed(w.t.Context())
		if err != nil || !needed["incident/1"] || !needed["event/2"] || !needed["run/1"] {
			w.t.Fatalf("%v %v", needed, err)
		}
		ask := func() db.Sweep { return db.Sweep{Before: w.clock().Add(-400 * 24 * time.Hour), Most: 10} }
		w.pass(500 * 24 * time.Hour)
		if out, err := w.s.Forget(w.t.Context(), ask()); err != nil || out.Removed != 0 {
			w.t.Errorf("an open incident went: %+v %v", out, err)
		}
		exec := func(statement string) {
			if _, err := w.db.Straight(w.t.Context(), statement); err != nil {
				w.t.Fatal(err)
			}
		}
		exec(`UPDATE incidents SET closed = opened + 1, state = 'closed'`)
		exec(`INSERT INTO incident_runs (incident, run, procedure_name, state, says, asked, ended, doubled) VALUES (1, 9, 'restart', 'waiting', '', 1, 0, 0)`)
		if out, err := w.s.Forget(w.t.Context(), ask()); err != nil || out.Removed != 0 {
			w.t.Errorf("an incident with a run that has not ended went: %+v %v", out, err)
		}
		exec(`UPDATE incident_runs SET ended = 2`)
		if out, err := w.s.Forget(w.t.Context(), ask()); err != nil || out.Removed != 1 {
			w.t.Errorf("%+v %v", out, err)
		}
		for _, table := range []string{"incidents", "incident_lines", "incident_symptoms", "incident_runs", "incident_tries", "incident_causes", "incident_held"} {
			var n int
			if err := w.db.QueryRow(w.t.Context(), "SELECT COUNT(*) FROM "+table, nil, &n); err != nil || n != 0 {
				w.t.Errorf("%s has %d (%v)", table, n, err)
			}
		}
		_, err = w.s.detail(w.t.Context(), 1, w.clock())
		if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(err.Error(), "no longer kept") {
			w.t.Error(err)
		}
		err = w.db.Write(w.t.Context(), func(tx *db.Tx) error { return w.s.ForgetEvents(tx, []int64{1, 2}) })
		var tasks int
		if err2 := w.db.QueryRow(w.t.Context(), `SELECT COUNT(*) FROM support_tasks`, nil, &tasks); err != nil || err2 != nil || tasks != 0 {
			w.t.Errorf("%d tasks are left: %v %v", tasks, err, err2)
		}
		w.happens("probe.failed", "") // and the next has a number of its own
		if in, err := w.s.incidents(w.t.Context(), `closed = 0`); err != nil || len(in) != 1 || in[0].Number != 2 {
			w.t.Errorf("%+v %v", in, err)
		}
	})
}
