package oncall

import (
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestCallsAndCoversOfLongAgoGoAndWhatIsOpenStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, file)
		old, late := db.Micros(w.now.AddDate(-2, 0, 0)), db.Micros(w.now)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, e := range []struct {
				incident int64
				state    string
				begun    int64
			}{{1, "over", old}, {2, "calling", old}, {3, "over", late}} {
				if _, err := tx.Exec(`INSERT INTO oncall_escalations (incident, policy, why, severity, state, turn, round, step, due, begun, answered, answered_by, lapse, nudged) VALUES (?, 'p', '', '', ?, 1, 0, 0, 0, ?, 0, '', 0, 0)`, e.incident, e.state, e.begun); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO oncall_pages (number, incident, turn, round, step, target, who, why, at, rings, again, each_one, next_ring, answered, answered_by) VALUES (?, ?, 1, 0, 0, 'person/ann', 'person/ann', '', ?, 1, 0, 0, 0, 0, '')`, e.incident, e.incident, e.begun); err != nil {
					return err
				}
			}
			for number, c := range [][2]int64{{old, 0}, {late, 0}, {late, old}} { // ends, taken back
				if _, err := tx.Exec(`INSERT INTO oncall_overrides (number, rota, person, instead, starts, ends, by_whom, reason, made, ended) VALUES (?, 'primary', 'person/ben', '', ?, ?, 'person/ann', '', ?, ?)`, number+1, old, c[0], old, c[1]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		sweep := db.Sweep{Before: w.now.Add(-400 * 24 * time.Hour), Most: 100}
		calls, err := w.Forget(t.Context(), sweep)
		if err != nil || calls.Removed != 1 {
			t.Error(calls, err)
		}
		covers, err := w.ForgetCovers(t.Context(), sweep)
		if err != nil || covers.Removed != 2 {
			t.Error(covers, err)
		}
		for query, want := range map[string]int64{
			`SELECT COUNT(*) FROM oncall_pages`:                            2,
			`SELECT COUNT(*) FROM oncall_escalations WHERE incident = 1`:   0,
			`SELECT COUNT(*) FROM oncall_overrides WHERE number IN (1, 3)`: 0,
			`SELECT COUNT(*) FROM oncall_overrides`:                        1,
		} {
			var n int64
			if err := d.QueryRow(t.Context(), query, nil, &n); err != nil || n != want {
				t.Errorf("%s: %d, %v", query, n, err)
			}
		}
	})
}
