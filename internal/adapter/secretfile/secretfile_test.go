package secretfile

import (
	"os"
	"path/filepath"
	"testing"

	"prentice"
)

func TestASecretIsReadOnlyWhenNobodyElseCan(t *testing.T) {
	folder := t.TempDir()
	for name, mode := range map[string]os.FileMode{"mine": 0o600, "everybodys": 0o644} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("hunter2\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(folder, "mine"), filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	if v, err := Folder(folder).Value(t.Context(), "mine"); v != "hunter2" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	for name, kind := range map[string]prentice.Kind{"everybodys": prentice.Refused, "link": prentice.Refused, "none": prentice.NotFound, "../mine": prentice.Invalid} {
		if _, err := Folder(folder).Value(t.Context(), name); prentice.KindOf(err) != kind {
			t.Errorf("%s: %v, want kind %s", name, err, kind)
		}
	}
}
