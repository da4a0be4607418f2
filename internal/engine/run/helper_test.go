package run

import (
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
