package series

import (
	"slices"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestPointsAreAddedAndAnHourIsExactlyItsSteps(t *testing.T) {
	first, empty := Fine.Slot(noon), Point{Slot: 7}
	if got := empty.With(Of(first, 3)); got != (Point{7, 1, 3, 3, 3}) {
		t.Errorf("nothing and one: %+v", got)
	}
	if got := Of(7, 3).With(empty); got != Of(7, 3) {
		t.Errorf("one and nothing: %+v", got)
	}
	var points []Point
	for i := range int64(13) { // an hour and the first step of the next
		points = append(points, Of(first+i, 10+i).With(Of(first+i, 100)))
	}
	hour := Hour.Slot(noon)
	want := []Point{{hour, 24, 1200 + 186, 10, 100}, {hour + 1, 2, 122, 22, 100}}
	if got := Rolled(points, Hour); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := want[1].Mean(); got != 61 || (Point{}).Mean() != 0 {
		t.Errorf("the mean is %d", got)
	}
	if !Hour.Start(hour).Equal(noon) || !Fine.Start(first).Equal(noon) {
		t.Error("a slot does not begin where its time is")
	}
}

func read(t *testing.T, s *Store, about prentice.Ref, step Step, from time.Time) map[Key][]Point {
	t.Helper()
	all := map[Key][]Point{}
	err := s.Read(t.Context(), about, step, step.Slot(from), func(k Key, p Point) { all[k] = append(all[k], p) }, func(k Key, err error) { t.Errorf("%+v: %v", k, err) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func each(t *testing.T, test func(*testing.T, *Store)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "series", Schema()); err != nil {
			t.Fatal(err)
		}
		test(t, &Store{d})
	})
}

func (s *Store) add(t *testing.T, k Key, points ...Point) {
	t.Helper()
	if err := s.DB.Write(t.Context(), func(tx *db.Tx) error { return s.Add(tx, k, points...) }); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsAddedLaterIsInThePointAndInItsHour(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		shop, till := Key{"probe.pass", "service/shop", "web"}, Key{"probe.pass", "service/till", "web"}
		at := Fine.Slot(noon)
		s.add(t, shop, Of(at, 30), Of(at+1, 50), Point{Slot: at + 2})
		s.add(t, shop, Of(at, 20))
		s.add(t, till, Of(at, 7))
		if got := read(t, s, "service/shop", Fine, noon); len(got) != 1 || !slices.Equal(got[shop], []Point{{at, 2, 50, 20, 30}, Of(at+1, 50)}) {
			t.Errorf("of one thing: %+v", got)
		}
		if got := read(t, s, "", Hour, noon); len(got) != 2 || !slices.Equal(got[shop], []Point{{Hour.Slot(noon), 3, 100, 20, 50}}) {
			t.Errorf("by the hour: %+v", got)
		}
		if got := read(t, s, "", Fine, noon.Add(5*time.Minute)); len(got) != 1 || len(got[shop]) != 1 {
			t.Errorf("from later on: %+v", got)
		}
	})
}

func TestOldPointsGoStepByStepAFewAtATime(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		k := Key{"probe.pass", "service/shop", "web"}
		for i := range int64(30) {
			s.add(t, k, Of(Fine.Slot(noon)+i, i))
		}
		sweep := db.Sweep{Before: noon.Add(100 * time.Minute), Most: 8} // twenty of them ended before
		removed, passes := 0, 0
		for over := false; !over; passes++ {
			out, err := s.Forget(Fine)(t.Context(), sweep)
			if err != nil || passes > 5 {
				t.Fatalf("pass %d: %v", passes, err)
			}
			removed, over = removed+out.Removed, out.Over
		}
		stock, err := s.Stock(Fine)(t.Context())
		if err != nil || removed != 20 || passes != 3 || stock.Rows != 10 || !stock.Oldest.Equal(noon.Add(100*time.Minute)) {
			t.Errorf("%d went in %d passes, %+v stay (%v)", removed, passes, stock, err)
		}
		if hours := read(t, s, "", Hour, noon); len(hours[k]) != 3 {
			t.Errorf("hours went as well: %+v", hours)
		}
	})
}
