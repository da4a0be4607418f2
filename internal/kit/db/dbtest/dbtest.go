// Package dbtest gives tests a real database: SQLite in a temporary folder
// always, and PostgreSQL when its server programs are on the machine. The
// server is started once for a test binary and stopped at its end.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/pgtest"
	"prentice/internal/kit/needtest"
)

// Each runs test against a fresh database of every sort. Without PostgreSQL it
// skips that half aloud.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, open(t, PostgresURL(t))) })
}

// SQLite is a fresh SQLite database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
}

func open(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	server  *pgtest.Server
	mu      sync.Mutex // guards server and counter
	counter int
)

// Main runs a package's tests and then stops the PostgreSQL server, if one of
// them started it. Packages whose tests use PostgreSQL call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	mu.Lock()
	if server != nil {
		server.Stop()
	}
	mu.Unlock()
	os.Exit(code)
}

// PostgresURL is the address of a fresh, empty PostgreSQL database. It skips
// the test when there is no PostgreSQL on the machine.
func PostgresURL(t testing.TB) string {
	t.Helper()
	if pgtest.Programs() == "" {
		needtest.Missing(t, "PostgreSQL server")
	}
	mu.Lock()
	defer mu.Unlock()
	if server == nil {
		s, err := pgtest.Start()
		if err != nil {
			t.Fatalf("start PostgreSQL: %v", err)
		}
		server = s
	}
	counter++
	name := fmt.Sprintf("t%d", counter)
	address, err := server.Create(name)
	if err != nil {
		t.Fatalf("create a database: %v", err)
	}
	return address
}
