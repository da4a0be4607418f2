package boot

import (
	"log/slog"
	"maps"
	"path/filepath"
	"testing"

	"prentice/internal/kit/filestest"
)

// opened is a whole system of olga's, with these files in its team folder beside the
// catalog and the procedure of the bell.
func opened(t *testing.T, acting Acting, files map[string]string) *System {
	t.Helper()
	dir, all := t.TempDir(), map[string]string{"catalog-info.yaml": accessCatalog, "procedures/ring-bell.md": accessProcedure}
	maps.Copy(all, files)
	filestest.Lay(t, filepath.Join(dir, "team"), all)
	set, err := Settings{Data: filepath.Join(dir, "data"), Team: filepath.Join(dir, "team"), Owner: "olga"}.Filled()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), set, slog.New(slog.DiscardHandler), acting)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, _, err := s.Identity.EnsureOwner(t.Context(), "olga"); err != nil {
		t.Fatal(err)
	}
	return s
}
