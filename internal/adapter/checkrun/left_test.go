package checkrun_test

import (
	"os/exec"
	"testing"
	"time"
)

// nothingGoesOn waits until no process with such a command line is left.
func nothingGoesOn(t *testing.T, pattern string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		out, _ := exec.Command("pgrep", "-f", pattern).Output()
		if len(out) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s goes on as %s", pattern, out)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
