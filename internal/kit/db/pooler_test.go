package db_test

import (
	"errors"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/db/pgtest"
	"prentice/internal/kit/needtest"
)

// A lock, a setting or a prepared statement of a session that several share is
// another's the next moment.
func TestAPoolerThatSharesSessionsIsRefused(t *testing.T) {
	program := needtest.Program(t, "pgbouncer", "/usr/sbin/pgbouncer")
	address := dbtest.PostgresURL(t)
	for mode, want := range map[string]error{"session": nil, "transaction": db.ErrShared, "statement": db.ErrShared} {
		pooled, stop, err := pgtest.Pooler(program, address, mode)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		d, err := db.Open(t.Context(), pooled)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", mode, err)
		}
		if err != nil {
			continue
		}
		if err := errors.Join(d.Prepare(t.Context()), d.Writable(t.Context()), d.Close()); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		read, err := db.OpenReading(t.Context(), pooled, false)
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if err := read.Writable(t.Context()); err == nil {
			t.Errorf("%s: what is only read was written", mode)
		}
		read.Close()
	}
}
