package outlive_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"prentice/internal/kit/outlive"
)

// A look that comes while it is begun finds no keeper first, and then that someone has
// begun it.
func TestAScriptThatIsBegunDuringALookIsNotLost(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.begin("echo begun\nsleep 300")
		defer syscall.Kill(-h.leader(), syscall.SIGKILL) //nolint:errcheck // it ends with the test
		claim := h.home + "/.prentice/claim-k1"
		unwritten := strings.Repeat("-", 128) + "\n"
		if err := errors.Join(os.Remove(claim+"/begun"), os.WriteFile(claim+"/group", []byte(unwritten), 0o600),
			os.Rename(claim+"/keeper", claim+"/known"), syscall.Mkfifo(claim+"/keeper", 0o600)); err != nil {
			t.Fatal(err)
		}
		looked := make(chan outlive.State)
		go func() {
			r, _ := h.ask(outlive.Ask{Action: outlive.Look})
			looked <- r.State
		}()
		reads, err := os.OpenFile(claim+"/keeper", os.O_WRONLY, 0) // waits until the look reads it
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Rename(claim+"/known", claim+"/keeper"), os.WriteFile(claim+"/begun", nil, 0o600)); err != nil {
			t.Error(err)
		}
		if _, err := reads.WriteString(unwritten); err != nil {
			t.Error(err)
		}
		reads.Close() //nolint:errcheck // what it holds is read
		if state := <-looked; state != outlive.Running {
			t.Errorf("it is %v", state)
		}
	})
}
