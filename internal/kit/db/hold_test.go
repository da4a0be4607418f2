package db_test

import (
	"context"
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// CREATE INDEX CONCURRENTLY waits for every statement that is under way. It is
// what two new replicas do to each other when one that waits for the other is
// itself such a statement.
func TestWhoeverWaitsHoldsUpNoIndex(t *testing.T) {
	address := dbtest.PostgresURL(t)
	first, second := connect(t, address), connect(t, address)
	table(t, first)
	free, err := first.Hold(t.Context(), "opening")
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan error, 1)
	go func() {
		free, err := second.Hold(t.Context(), "opening")
		if err == nil {
			free()
		}
		waits <- err
	}()
	asks(t, first)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := first.Straight(ctx, `CREATE INDEX CONCURRENTLY things_word ON things (word)`); err != nil {
		t.Errorf("the index: %v", err)
	}
	free()
	if err := <-waits; err != nil {
		t.Errorf("anyone who waited: %v", err)
	}
}

func connect(t *testing.T, address string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// asks waits until someone has asked for the lock.
func asks(t *testing.T, d *db.DB) {
	t.Helper()
	for n := 0; n == 0; {
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg%advisory_lock%' AND backend_start > (SELECT MIN(backend_start) FROM pg_stat_activity WHERE query LIKE 'SELECT pg%advisory_lock%')`, nil, &n); err != nil {
			t.Fatal(err)
		}
	}
}
