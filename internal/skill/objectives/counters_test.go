package objectives

import (
	"context"
	"errors"
	"testing"
	"time"

	"prentice/internal/engine/objective"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestEachMinuteOfCountersIsCountedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "objectives", db.Under(files, "schema")); err != nil {
			t.Fatal(err)
		}
		now := time.Date(2030, 3, 1, 12, 0, 10, 0, time.UTC)
		away, unseen := false, map[time.Time]bool{}
		desk := func() *Desk {
			k := New(Deps{DB: d}).Self.(*Desk)
			k.Counted = func(_ context.Context, _, query string, from, to time.Time) (float64, bool, error) {
				if to.Sub(from) != time.Minute || from.Second() != 0 {
					t.Errorf("it is asked from %s to %s", from, to)
				}
				if away {
					return 0, false, errors.New("it is away")
				}
				return map[string]float64{"good": 9, "all": 10}[query], !unseen[from], nil
			}
			return k
		}
		o := objective.Objective{Name: "served", Service: "service/shop", Indicator: objective.Indicator{Good: "good", Total: "all"}}
		turn := func(k *Desk) error {
			err := k.counted(t.Context(), now, []objective.Objective{o}, []objective.Objective{o})
			if failed := k.flush(t.Context()); failed != nil {
				t.Fatal(failed)
			}
			return err
		}
		is := func(want objective.Counts) {
			t.Helper()
			got, _, err := store{d}.sum(t.Context(), o, 0, objective.MinuteOf(now)+1)
			if err != nil || got != want {
				t.Errorf("%s: %+v is counted, not %+v: %v", now.Format(time.TimeOnly), got, want, err)
			}
		}
		k := desk()
		if err := turn(k); err != nil {
			t.Fatal(err)
		}
		is(objective.Counts{}) // the minute is not over

		now = now.Add(2 * time.Minute) // 12:02:10: 12:00 is settled, and 12:01 is not
		for range 2 {
			if err := turn(k); err != nil {
				t.Fatal(err)
			}
		}
		is(objective.Counts{Good: 9, Bad: 1})

		away, now = true, now.Add(5*time.Minute) // it is tried again for a while
		if err := turn(k); err == nil {
			t.Error("the source is away, and no one is told")
		}
		is(objective.Counts{Good: 9, Bad: 1})

		away, k = false, desk() // prentice begins anew, and goes on where it was
		unseen[time.Date(2030, 3, 1, 12, 3, 0, 0, time.UTC)] = true
		if err := turn(k); err != nil {
			t.Fatal(err)
		}
		is(objective.Counts{Good: 9 * 5, Bad: 5, Unknown: 10}) // 12:00 to 12:05, of which one is as unknown as the one before was seen

		away, now = true, now.Add(15*time.Minute) // away for too long
		if err := turn(k); err == nil {
			t.Error("the source is away, and no one is told")
		}
		got, _, err := store{d}.sum(t.Context(), o, 0, objective.MinuteOf(now)+1)
		if err != nil || got.Seen() != 50 || got.Unknown <= 10 {
			t.Errorf("after a quarter of an hour %+v is counted: %v", got, err)
		}
	})
}
