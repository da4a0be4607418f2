package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"prentice/internal/kit/db"
)

// Pairs of rows are written together; a copy that has one has the other.
func TestACopyOfADatabaseThatIsWrittenIsOfOneMoment(t *testing.T) {
	folder := t.TempDir()
	address := "sqlite:" + filepath.Join(folder, "x.db")
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	table(t, d)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	began := make(chan struct{})
	all.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO things (id, word) VALUES (?, 'left'), (?, 'right')`, n, -n)
				return err
			}); err != nil {
				t.Error(err)
				return
			}
			if n == 10 {
				close(began)
			}
		}
	})
	<-began
	reader, err := db.OpenReading(t.Context(), address, false) // as another process has it
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, name := range []string{"1.db", "2.db", "3.db"} {
		path := filepath.Join(folder, name)
		if err := reader.CopyTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if is, err := os.Stat(path); err != nil || is.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", is.Mode(), err)
		}
		copied, err := db.OpenReading(t.Context(), "sqlite:"+path, true)
		if err != nil {
			t.Fatal(err)
		}
		var left, right int
		if err := errors.Join(copied.QueryRow(t.Context(), `SELECT COUNT(CASE WHEN id > 0 THEN 1 END), COUNT(CASE WHEN id < 0 THEN 1 END) FROM things`, nil, &left, &right), copied.Sound(t.Context())); err != nil {
			t.Error(err)
		}
		if left < 10 || left != right {
			t.Errorf("%d of one and %d of the other", left, right)
		}
		copied.Close()
	}
	stop()
	all.Wait()
	if err := reader.CopyTo(t.Context(), filepath.Join(folder, "1.db")); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a file that is there: %v", err)
	}
}
