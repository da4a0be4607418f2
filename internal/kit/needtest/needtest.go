// Package needtest says what a test does on a machine where a program that it
// needs is missing: it skips aloud, and where nothing may be skipped (CI=true)
// it fails. It installs nothing.
package needtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Program is the path of the first of the programs that is on this machine.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, strings.Join(names, " or "))
	return ""
}

// Missing ends a test that needs what is not on this machine.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no %s on this machine, and with CI=true nothing may be skipped", what)
	}
	t.Skipf("SKIPPED: no %s on this machine (.ci/needs installs it on Debian, as root)", what)
}
