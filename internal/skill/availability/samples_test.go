package availability

import (
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestWhatWasCountedBeforeThereWereSeriesIsStillThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := fstest.MapFS{}
		for _, name := range []string{"0001_looks.sql", "0002_hours.sql"} {
			text, err := fs.ReadFile(Schema(), name)
			if err != nil {
				t.Fatal(err)
			}
			before[name] = &fstest.MapFile{Data: text}
		}
		up := func(owner string, files fs.FS) {
			t.Helper()
			if err := d.Migrate(t.Context(), owner, files); err != nil {
				t.Fatal(err)
			}
		}
		up("availability", before)
		for query, at := range map[string]int64{
			`INSERT INTO availability_looks (service, probe, slot, passed, failed, unseen, latency, slowest) VALUES ('service/shop', 'web', ?, 3, 2, 1, 6000, 4000)`: slotAt(start),
			`INSERT INTO availability_hours (service, probe, hour, passed, failed, unseen, latency) VALUES ('service/shop', 'web', ?, 30, 20, 10, 60000)`:            series.Hour.Slot(start),
		} {
			if _, err := d.Straight(t.Context(), query, at); err != nil {
				t.Fatal(err)
			}
		}
		up("series", series.Schema())
		up("availability", Schema())
		s, k := store{db: d}, key{"service/shop", "web"}
		days, err := s.days(t.Context(), 0)
		if err != nil || len(days[k]) != 1 || days[k][0] != (Slot{Slot: slotAt(start), Passed: 3, Failed: 2, Unseen: 1, Latency: 6 * time.Millisecond, Slowest: 4 * time.Millisecond}) {
			t.Errorf("the day: %+v %v", days, err)
		}
		hours, err := s.hours(t.Context(), k.service, start)
		if err != nil || len(hours["web"]) != 1 || hours["web"][0] != (Slot{Slot: series.Hour.Slot(start), Passed: 30, Failed: 20, Unseen: 10, Latency: 60 * time.Millisecond}) {
			t.Errorf("the hours: %+v %v", hours, err)
		}
	})
}
