package availability

import (
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestWhatCannotBeReadOfAProbeIsToldAndHidesNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newService(t)
		w := watch(t, migrate(t, d), serviceOf("shop", probeOf("web", "http", s.URL)), serviceOf("till", probeOf("web", "http", s.URL)))
		w.untilStands("shop", Well)
		w.untilStands("till", Well)
		w.stop()
		spoil := []string{`UPDATE availability_probes SET state = '{' WHERE service = 'service/shop'`}
		if !d.Postgres() { // which takes no words for numbers
			spoil = append(spoil, `UPDATE series_points SET n = 'many' WHERE about = 'service/shop'`)
		}
		for _, query := range spoil {
			if n, err := d.Straight(t.Context(), query); err != nil || n == 0 {
				t.Fatalf("%s: %d %v", query, n, err)
			}
		}
		reader := NewLookout(Deps{DB: d, Clock: w.Clock, Catalog: w.Catalog})
		if read, err := reader.show(t.Context(), op.Call{}, ShowIn{Name: "shop"}); err != nil || read.Says != unreadable {
			t.Errorf("got %q %v", read.Says, err)
		}
		if read, err := reader.show(t.Context(), op.Call{}, ShowIn{Name: "till"}); err != nil || read.State != Well {
			t.Errorf("got %q %q %v", read.State, read.Says, err)
		}
	})
}
