package db_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/pgtest"
)

func TestAPostgresWhoseDiskIsFullTakesNoWrites(t *testing.T) {
	folder, err := os.MkdirTemp("", "prentice-full-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if os.Geteuid() != 0 || pgtest.Programs() == "" || exec.Command("mount", "-t", "tmpfs", "-o", "size=160m,mode=0755", "none", folder).Run() != nil {
		t.Skip("SKIPPED: it takes a PostgreSQL, and a machine that lets us mount a small disk")
	}
	t.Cleanup(func() { exec.Command("umount", "-l", folder).Run() }) //nolint:errcheck // what stays is small
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", folder)
	server, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	address, err := server.Create("filled")
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) //nolint:errcheck // a test's
	if err := errors.Join(d.Prepare(t.Context()), d.Writable(t.Context())); err != nil {
		t.Fatal(err)
	}
	d.LookAgain()
	filler := filepath.Join(folder, "filler")
	exec.Command("dd", "if=/dev/zero", "of="+filler, "bs=64k").Run() //nolint:errcheck // it ends when the disk is full
	if err := d.Writable(t.Context()); !errors.Is(err, db.ErrFull) {
		t.Errorf("on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := d.Writable(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
