package stopfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheFileStopsHoweverItWasMade(t *testing.T) {
	p := Path(filepath.Join(t.TempDir(), "STOP"))
	if p.Stopped() {
		t.Fatal("stopped without a file")
	}
	if err := p.Stop("test"); err != nil || !p.Stopped() {
		t.Fatalf("not stopped: %v", err)
	}
	if got := p.Says(); got != "test" {
		t.Errorf("says %q", got)
	}
	if err := os.WriteFile(string(p), []byte("\x1b[31mfire\xff\nand more"), 0o600); err != nil || p.Says() != "[31mfire" {
		t.Errorf("says %q (%v)", p.Says(), err)
	}
	if err := p.Resume(); err != nil || p.Stopped() {
		t.Fatalf("still stopped: %v", err)
	}
	if err := os.Symlink("/nowhere", string(p)); err != nil || !p.Stopped() {
		t.Fatalf("a dangling link does not stop: %v", err)
	}
}

func TestWhatCannotBeToldCountsAsStopped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !Path(filepath.Join(file, "STOP")).Stopped() {
		t.Error("a path through a file counts as not stopped")
	}
}
