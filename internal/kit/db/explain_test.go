package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestWhatOthersHeardFromTheDatabaseIsTold(t *testing.T) {
	for words, want := range map[string]error{
		"failed to run migrations: database or disk is full (13)":                        db.ErrFull,
		"create: ERROR: could not extend file: No space left on device (SQLSTATE 53100)": db.ErrFull,
		"write runs.db: no space left on device":                                         db.ErrFull,
		"ERROR: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)":       db.ErrReadOnly,
		"attempt to write a readonly database (8)":                                       db.ErrReadOnly,
		"file is not a database (26)":                                                    db.ErrCorrupt,
	} {
		if err := db.Explain(fmt.Errorf("engine: %s", words)); !errors.Is(err, want) {
			t.Errorf("%s: %v", words, err)
		}
	}
	if err := db.Explain(errors.New("no such host")); errors.Is(err, db.ErrFull) || err == nil {
		t.Error(err)
	}
	if db.Explain(nil) != nil {
		t.Error("nothing is an error")
	}
}

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
