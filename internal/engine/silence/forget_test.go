package silence

import (
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestSilencesThatExpiredLongAgoGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "silence", Schema()); err != nil {
			t.Fatal(err)
		}
		s, noon := &Silences{DB: d}, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		add := func(now time.Time) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := s.Add(tx, now, Silence{Matchers: []string{`service="web"`}, Ends: now.Add(time.Hour), By: "person/ann", Reason: "test"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add(noon.Add(-500 * 24 * time.Hour))
		add(noon)
		out, err := s.Forget(t.Context(), db.Sweep{Before: noon.Add(-400 * 24 * time.Hour), Most: 10})
		left, err2 := s.List(t.Context(), noon, true, 0, 10)
		if err != nil || err2 != nil || out.Removed != 1 || len(left) != 1 || left[0].Number != 2 {
			t.Errorf("%+v %+v %v %v", out, left, err, err2)
		}
	})
}
