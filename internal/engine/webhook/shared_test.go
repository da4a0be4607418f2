package webhook

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestAllWhoShareADatabaseTakeNoMoreThanTheRateOfAHook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		replicas := []*Store{store(t, d), {DB: d}, {DB: d}}
		h := Hook{Name: "a", Rate: 20}
		take := func(s *Store, h Hook) error {
			return s.DB.Write(t.Context(), func(tx *db.Tx) error { return s.Pace(tx, h) })
		}
		var took, refused atomic.Int64
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				switch err := take(replicas[i%3], h); prentice.KindOf(err) {
				case prentice.Limited:
					refused.Add(1)
				default:
					if err != nil {
						t.Error(err)
					}
					took.Add(1)
				}
			})
		}
		all.Wait()
		if took.Load() < 20 || took.Load() > 21 || refused.Load() < 39 { // one more after three seconds
			t.Errorf("%d were taken, %d refused", took.Load(), refused.Load())
		}
		if err := take(replicas[1], Hook{Name: "b", Rate: 1}); err != nil {
			t.Errorf("another hook has to wait: %v", err)
		}
		// A clock that was set back by an hour holds for a minute, not for an hour.
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE webhook_rate SET due = due + ? WHERE hook = 'a'`, time.Hour.Microseconds())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := take(replicas[0], h); prentice.KindOf(err) != prentice.Limited {
			t.Errorf("a full hook whose clock was set back takes: %v", err)
		}
		if err := take(replicas[0], Hook{Name: "a", Rate: 6000}); prentice.KindOf(err) != prentice.Limited {
			t.Errorf("a rate that was raised forgives what is owed at once: %v", err)
		}
	})
}

func TestWhoWasNamedAsAHolderStaysOneUntilTheSecretIsAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := store(t, d)
		const old, anew, untold = "old", "new", ""
		for i, c := range []struct {
			value string
			named []prentice.Ref
			want  string
		}{
			{old, []prentice.Ref{"person/ann", "person/bob"}, "[person/ann person/bob]"},
			{old, []prentice.Ref{"person/bob"}, "[person/ann person/bob]"},
			{old, nil, "[person/ann person/bob]"},
			{anew, []prentice.Ref{"person/cat"}, "[person/cat]"},
			{untold, []prentice.Ref{"person/dan"}, "[person/cat person/dan]"},
			{old, []prentice.Ref{"person/cat"}, "[person/ann person/bob person/cat]"},
		} {
			got, err := s.Held(t.Context(), Hook{Secret: "s", HeldBy: c.named}, c.value, noon.Add(time.Duration(i)*time.Minute))
			slices.Sort(got)
			if err != nil || fmt.Sprint(got) != c.want {
				t.Errorf("%d: %v, %v, want %s", i, got, err, c.want)
			}
		}
		if mark("s", "x") == mark("t", "x") || mark("s", "x") == mark("s", "y") || len(mark("s", "x")) != 8 {
			t.Error("marks do not tell values apart")
		}
	})
}
