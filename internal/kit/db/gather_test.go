package db_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// Those that come one after the other share a commit when each is known to be one of many;
// what is in a hurry waits for none of them, nor does one of many for ever.
func TestWritesThatAreAboutToComeShareACommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		commits := 0
		write := func(so int) {
			err := d.WriteWith(context.Background(), so, func(tx *db.Tx) error {
				tx.Late("commits", 1, func(*db.Tx, []any) error { commits++; return nil }) // once for all that share one
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		after := func(sos ...int) int {
			commits = 0
			var all sync.WaitGroup
			for _, so := range sos {
				all.Go(func() { write(so) })
				time.Sleep(100 * time.Microsecond)
			}
			all.Wait()
			return commits
		}
		fewest := 9
		for range 20 { // a machine that is busy lets some be late
			fewest = min(fewest, after(8, 8, 8, 8, 8, 8, 8, 8))
		}
		if fewest > 2 {
			t.Errorf("eight of many need %d commits", fewest)
		}
		if n := after(100, 1, 100); n < 1 || n > 3 {
			t.Errorf("one in a hurry among many: %d commits", n)
		}
	})
}
