package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestADatabaseThatIsReadIsNeverWritten(t *testing.T) {
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			d, err := db.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			table(t, d)
			first := fstest.MapFS{"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (id BIGINT);")}}
			if err := d.Migrate(t.Context(), "a", first); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := db.OpenReading(t.Context(), at, true)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if n := count(t, r); n != 0 {
				t.Errorf("%d rows", n)
			}
			if err := r.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM things`); return err }); !errors.Is(err, db.ErrReadOnly) {
				t.Errorf("a write: %v", err)
			}
			if _, err := r.Straight(t.Context(), `DELETE FROM things`); !errors.Is(err, db.ErrReadOnly) {
				t.Errorf("a write by itself: %v", err)
			}
			if rows, err := r.Query(t.Context(), `INSERT INTO things (id, word) VALUES (1, 'x') RETURNING id`); err == nil {
				for rows.Next() {
				}
				if err := errors.Join(rows.Err(), rows.Close()); err == nil {
					t.Error("a write that looks like a question was done")
				}
			}
			if err := r.Migrate(t.Context(), "a", first); err != nil {
				t.Errorf("tables that are up to date: %v", err)
			}
			later := fstest.MapFS{"0002_b.sql": {Data: []byte("-- +goose Up\nCREATE TABLE b (id BIGINT);")}}
			if err := r.Migrate(t.Context(), "a", later); !errors.Is(err, db.ErrOlder) {
				t.Errorf("tables of an earlier version: %v", err)
			}
		})
	}
}

func TestADatabaseThatIsNotThereIsNotMadeByReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	if d, err := db.OpenReading(t.Context(), "sqlite:"+path, true); err == nil {
		d.Close()
		t.Error("it was opened")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was made")
	}
}

// What a crash left in the log beside the file is not in the file yet.
func TestWhatACrashLeftIsRead(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	table(t, d)
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO things (id, word) VALUES (1, 'kept')`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	crashed := t.TempDir()
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Join(dir, "a.db"+end))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(crashed, "a.db"+end), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := db.OpenReading(t.Context(), "sqlite:"+filepath.Join(crashed, "a.db"), true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n := count(t, r); n != 1 {
		t.Errorf("%d rows of what was committed", n)
	}
}
