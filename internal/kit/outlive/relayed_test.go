package outlive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/kit/outlive"
)

// slowSession has who keeps the output come into a session of its own late.
const slowSession = `#!/bin/sh
case "$3" in "# It keeps what the script prints"*) sleep 3 ;; esac
exec /usr/bin/setsid "$@"
`

func TestNoScriptBeginsBeforeWhatItPrintsIsKept(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		folder, before := t.TempDir(), h.path
		if err := os.WriteFile(filepath.Join(folder, "setsid"), []byte(slowSession), 0o755); err != nil {
			t.Fatal(err)
		}
		h.path = folder + ":/usr/local/bin:/usr/bin:/bin"
		c, text := h.command(outlive.Ask{Action: outlive.Start, Script: effect + "; echo begun; echo over"})
		c.Stdin = strings.NewReader(text)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		h.await("the keeper is there", func() bool {
			raw, err := os.ReadFile(filepath.Join(h.home, ".prentice", "claim-k1", "keeper"))
			return err == nil && !strings.HasPrefix(string(raw), "-")
		})
		h.cut(c.Process) // and who was to keep the output with it
		c.Wait()         //nolint:errcheck // it was killed
		h.path = before
		for range 3 { // what was never begun is given up, and then begun
			if r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: effect + "; echo begun; echo over"}); r.State == outlive.Ended {
				if r.Code != 0 || out != "begun\nover\n" || h.effects() != "one\n" {
					t.Errorf("%+v printed %q, with the effect %q", r, out, h.effects())
				}
				return
			}
		}
		t.Error("it never ended")
	})
}
