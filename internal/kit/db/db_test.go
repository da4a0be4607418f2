package db_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func table(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`CREATE TABLE things (id BIGINT PRIMARY KEY, word TEXT NOT NULL)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM things`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

var errNo = errors.New("no")

func TestWritesThatFailTakeNobodyWithThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var after atomic.Int64
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					tx.After(func() { after.Add(1) })
					if _, err := tx.Exec(`INSERT INTO things (id, word) VALUES (?, ?)`, i, "what? it's"); err != nil {
						return err
					}
					if i%3 == 0 {
						return errNo
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, errNo) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		all.Wait()
		if n := count(t, d); n != 133 {
			t.Errorf("%d rows are there, want the 133 that did not fail", n)
		}
		if n := after.Load(); n != 133 {
			t.Errorf("%d writes heard that they are committed, want 133", n)
		}
	})
}

func TestASeriesHasNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seen := sync.Map{}
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				var n int64
				err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
					if n, err = tx.Next("run"); err == nil && i%4 == 0 {
						return errNo
					}
					return err
				})
				if err == nil {
					seen.Store(n, true)
				}
			})
		}
		all.Wait()
		for n := int64(1); n <= 45; n++ {
			if _, ok := seen.Load(n); !ok {
				t.Errorf("number %d is missing", n)
			}
		}
	})
}

func TestTheSameKeyTwiceIsTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		insert := func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO things (id, word) VALUES (1, 'one')`)
			return err
		}
		if err := d.Write(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), insert); !errors.Is(err, db.ErrTaken) {
			t.Errorf("got %v, want ErrTaken", err)
		}
	})
}

func TestTimesKeepTheirMicroseconds(t *testing.T) {
	now := time.Date(2026, 3, 29, 1, 30, 0, 123456000, time.UTC)
	if got := db.Time(db.Micros(now)); !got.Equal(now) || !db.Time(db.Micros(time.Time{})).IsZero() {
		t.Errorf("got %v", got)
	}
}

func TestADamagedFileIsCalledDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte("this is not a database, and it is long enough to be looked at as one, is it not? well, yes it is, rather."), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := db.Open(t.Context(), "sqlite:"+path); !errors.Is(err, db.ErrCorrupt) {
		t.Errorf("opened %v, %v", d, err)
	}
}

func TestAFolderThatCannotBeWrittenIsSaidSo(t *testing.T) {
	if d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "none", "x.db")); !errors.Is(err, db.ErrReadOnly) {
		t.Errorf("opened %v, %v", d, err)
	}
}

func TestAnAddressMaySayHowManyConnectionsThereAre(t *testing.T) {
	address := dbtest.PostgresURL(t)
	for most, want := range map[string]bool{"4": true, "40": true, "3": false, "-1": false, "many": false, "": false} {
		d, err := db.Open(t.Context(), address+"&pool_max_conns="+most)
		if (err == nil) != want {
			t.Errorf("pool_max_conns=%s: %v", most, err)
		}
		if d != nil {
			d.Close()
		}
	}
}

func TestAPasswordIsNotInTheError(t *testing.T) {
	_, err := db.Open(t.Context(), "postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=1")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsPutOffAndFailsTakesNobodyWithIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		insert := func(tx *db.Tx, items []any) error {
			var values []any
			for _, id := range items {
				values = append(values, id, "a word")
			}
			return tx.Insert(`INSERT INTO things (id, word)`, 2, values, "")
		}
		var all sync.WaitGroup
		var lost, kept atomic.Int64
		for i := range 40 {
			all.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					tx.Late("things", max(i, 1), insert) // the first two are one, which can be there once
					return nil
				})
				if err != nil {
					lost.Add(1)
				} else {
					kept.Add(1)
				}
			})
		}
		all.Wait()
		if lost.Load() != 1 || kept.Load() != 39 || count(t, d) != 39 {
			t.Errorf("%d lost, %d kept, %d there", lost.Load(), kept.Load(), count(t, d))
		}
	})
}

func TestWhatIsPutOffMayAskForMoreAfterTheCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var inFirst, inSecond bool
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.Late("first", 1, func(tx *db.Tx, _ []any) error {
				tx.After(func() { inFirst = true })
				tx.Late("second", 1, func(tx *db.Tx, _ []any) error {
					tx.After(func() { inSecond = true })
					return nil
				})
				return nil
			})
			return nil
		})
		if err != nil || !inFirst || !inSecond {
			t.Errorf("%v, after what was put off: %v, after what that put off: %v", err, inFirst, inSecond)
		}
	})
}

func TestWhatComesLastIsDoneOnceBehindAllThatIsPutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var order []string
		note := func(tx *db.Tx, items []any) error { order = append(order, fmt.Sprint(items)); return nil }
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			order = nil
			tx.Last("last", "a", note)
			tx.Late("first", 1, func(tx *db.Tx, _ []any) error {
				order = append(order, "first")
				tx.Last("last", "b", note)
				tx.Late("second", 1, func(tx *db.Tx, _ []any) error {
					order = append(order, "second")
					tx.Last("last", "c", note)
					return nil
				})
				return nil
			})
			return nil
		})
		if got := strings.Join(order, ", "); err != nil || got != "first, second, [a b c]" {
			t.Errorf("%v: %s", err, got)
		}
	})
}
