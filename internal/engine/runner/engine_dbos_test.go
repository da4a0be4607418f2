package runner

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// A database administrator gives a role one database and no more.
func TestTheEngineNeedsNoDatabaseButItsOwn(t *testing.T) {
	address := dbtest.PostgresURL(t)
	admin, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	for _, statement := range []string{"CREATE ROLE narrow LOGIN", "ALTER DATABASE " + name + " OWNER TO narrow", "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC"} {
		if _, err := admin.Straight(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	e := NewDBOS(strings.Replace(address, "postgres@", "narrow@", 1), "", slog.New(slog.DiscardHandler))
	done := make(chan int64, 1)
	if err := e.Launch(t.Context(), func(_ context.Context, run int64) { done <- run }); err != nil {
		t.Fatal(err)
	}
	defer e.Stop(time.Second) //nolint:errcheck // the test is over
	if err := e.Start(t.Context(), 7, "seven"); err != nil {
		t.Fatal(err)
	}
	if run := <-done; run != 7 {
		t.Errorf("run %d was begun", run)
	}
}
