// Package helpertest builds the helper, which a plain go build and go test leave out.
package helpertest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"prentice/internal/kit/outlive"
)

// File is the name of the helper for hosts like this machine, in the folder that it is
// read from.
func File() string { return "linux-" + runtime.GOARCH + ".gz" }

// Folder builds the helper for hosts like this machine into a folder, as make build
// does.
func Folder(folder string) error {
	program := filepath.Join(folder, "program")
	defer os.Remove(program)
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", program, "prentice/cmd/prentice-helper")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the helper: %w: %s", err, out)
	}
	raw, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	to := gzip.NewWriter(&packed)
	to.Write(raw) //nolint:errcheck // memory takes everything
	to.Close()    //nolint:errcheck // as above
	return os.WriteFile(filepath.Join(folder, File()), packed.Bytes(), 0o600)
}

var built = sync.OnceValues(func() (outlive.Helpers, error) {
	folder, err := os.MkdirTemp("", "helper-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := Folder(folder); err != nil {
		return nil, err
	}
	return outlive.HelpersIn(os.DirFS(folder))
})

// Build is the helper for hosts like this machine, built once for each test program.
func Build(t testing.TB) outlive.Helpers {
	t.Helper()
	list, err := built()
	if err != nil || len(list) != 1 {
		t.Fatalf("%d helpers, %v", len(list), err)
	}
	return list
}
