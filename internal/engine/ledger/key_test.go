package ledger_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db/dbtest"
)

func TestTheKeyIsMadeOnceAndOnlyItsOwnerReadsIt(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	info, err := os.Stat(filepath.Join(w.keys, "ledger.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("ledger.key: %v, %v", info.Mode(), err)
	}
	before := w.pub()
	if !w.reopened().pub().Equal(before) {
		t.Error("opening the ledger again made another key")
	}
	if err := os.Remove(filepath.Join(w.keys, "ledger.pub")); err != nil {
		t.Fatal(err)
	}
	if !w.reopened().pub().Equal(before) {
		t.Error("the public half was not written again from the private one")
	}
	entries, err := os.ReadDir(w.keys)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder of keys holds %v, %v", entries, err)
	}
}

func TestAKeyThatCannotBeTrustedIsRefusedWithTheNextStep(t *testing.T) {
	for _, c := range []struct {
		name string
		harm func(t *testing.T, private, public string) error
		kind prentice.Kind
		try  string
	}{
		{"others may read it", func(_ *testing.T, private, _ string) error { return os.Chmod(private, 0o640) }, prentice.Refused, "chmod 600"},
		{"it is damaged", func(_ *testing.T, private, _ string) error { return os.WriteFile(private, []byte("x"), 0o600) }, prentice.Unavailable, "restore it from a backup"},
		{"it is gone", func(_ *testing.T, private, _ string) error { return os.Remove(private) }, prentice.Unavailable, "restore the private key"},
		{"the public half is damaged", func(_ *testing.T, _, public string) error { return os.WriteFile(public, []byte("x"), 0o600) }, prentice.Unavailable, "move it away"},
		{"the public half is another's", func(t *testing.T, _, public string) error {
			raw, err := os.ReadFile(filepath.Join(open(t, dbtest.SQLite(t)).keys, "ledger.pub"))
			if err != nil {
				return err
			}
			return os.WriteFile(public, raw, 0o600)
		}, prentice.Unavailable, "move it away"},
		{"an older public key is damaged", func(_ *testing.T, private, _ string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(private), "ledger-old.pub"), []byte("x"), 0o600)
		}, prentice.Invalid, "restore it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, dbtest.SQLite(t))
			if err := c.harm(t, filepath.Join(w.keys, "ledger.key"), filepath.Join(w.keys, "ledger.pub")); err != nil {
				t.Fatal(err)
			}
			_, err := ledger.Open(w.db, w.keys)
			if prentice.KindOf(err) != c.kind || !strings.Contains(prentice.HintOf(err), c.try) {
				t.Errorf("%v", err)
			}
		})
	}
}
