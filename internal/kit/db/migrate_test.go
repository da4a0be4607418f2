package db_test

import (
	"context"
	"errors"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestTablesOfALaterVersionAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := d.Straight(context.Background(), `INSERT INTO schema_db (version_id, is_applied) VALUES (?, ?)`, 99, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Prepare(context.Background()); !errors.Is(err, db.ErrNewer) {
			t.Errorf("prepare: %v", err)
		}
	})
}

func TestADatabaseIsAskedForItsTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, want := range map[string]bool{"series": true, "nothing_of_the_sort": false} {
			if there, err := d.HasTable(context.Background(), name); there != want || err != nil {
				t.Errorf("%s: %v, %v", name, there, err)
			}
		}
	})
}
