package sentfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func has(t *testing.T, f *File, digest string) bool {
	t.Helper()
	is, err := f.Has(digest)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestWhatWasSentIsKnownAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sent")
	if has(t, At(path), "sha256:one") {
		t.Error("it knows what no one sent")
	}
	first := At(path)
	for range 2 {
		if err := first.Add("sha256:one"); err != nil {
			t.Fatal(err)
		}
	}
	if next := At(path); !has(t, next, "sha256:one") || has(t, next, "sha256:two") || !has(t, first, "sha256:one") {
		t.Error("it is not what was sent")
	}
	if is, err := os.Stat(path); err != nil || is.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", is, err)
	}
}

// As when the power goes, or the disk is full.
func TestALineThatWasCutOffIsNoneAndSpoilsNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sent")
	if err := os.WriteFile(path, []byte("\nsha256:one\n\nsha256:tw"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := At(path)
	if !has(t, f, "sha256:one") || has(t, f, "sha256:tw") {
		t.Error("a line that was cut off counts")
	}
	if err := f.Add("sha256:three"); err != nil {
		t.Fatal(err)
	}
	if next := At(path); !has(t, next, "sha256:one") || !has(t, next, "sha256:three") {
		t.Error("what came after it is lost")
	}
}

func TestTheLastMessagesAreRememberedAndTheFileStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sent")
	var lines strings.Builder
	for i := range 2 * most {
		fmt.Fprintf(&lines, "sha256:%064d\n", i)
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	f := At(path)
	if err := f.Add("sha256:last"); err != nil {
		t.Fatal(err)
	}
	is, err := os.Stat(path)
	if err != nil || is.Size() > int64(lines.Len())*2/3 {
		t.Errorf("%d bytes, %v", is.Size(), err)
	}
	for _, f := range []*File{f, At(path)} {
		if has(t, f, fmt.Sprintf("sha256:%064d", 0)) || !has(t, f, fmt.Sprintf("sha256:%064d", 2*most-1)) || !has(t, f, "sha256:last") {
			t.Error("it does not remember the last")
		}
	}
}

func TestWhereNothingCanBeKeptThatIsSaid(t *testing.T) {
	folder := t.TempDir()
	if err := At(filepath.Join(folder, "none", "sent")).Add("sha256:one"); err == nil {
		t.Error("kept nowhere")
	}
	if _, err := At(folder).Has("sha256:one"); err == nil {
		t.Error("read from a folder")
	}
}
