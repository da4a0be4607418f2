package run

import (
	"sync"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// migrate makes the tables.
func migrate(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Migrate(t.Context(), "runner", Schema()); err != nil {
		t.Fatal(err)
	}
}

// atOnce is how many do something at the same moment.
const atOnce = 50

// together calls do for each of n at the same moment, and returns their errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-gate
			errs[i] = do(i)
		})
	}
	close(gate)
	all.Wait()
	return errs
}
