package outlive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"prentice/internal/kit/outlive"
)

// As where someone tidies while the claim is written to, so that what is made anew
// stays: that it was not begun can be said only of a claim that is whole.
func TestAClaimOfWhichOnlyAPartIsLeftIsGone(t *testing.T) {
	t.Parallel()
	for _, left := range [][]string{{"read"}, {"armed"}, {"armed", "claim", "s", "status"}, {"begun"}, {"drained", "out-0"}} {
		t.Run(strings.Join(left, " "), func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, h *host) {
				h.begin("echo begun\nsleep 300")
				defer syscall.Kill(-h.leader(), syscall.SIGKILL) //nolint:errcheck // it ends with the test
				folder := filepath.Join(h.home, ".prentice", "claim-k1")
				files, err := os.ReadDir(folder)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range files {
					if slices.Contains(left, f.Name()) {
						continue
					}
					if err := os.RemoveAll(filepath.Join(folder, f.Name())); err != nil {
						t.Fatal(err)
					}
				}
				for _, action := range []outlive.Action{outlive.Look, outlive.Start, outlive.Stop} {
					if r, _ := h.ask(outlive.Ask{Action: action, Script: "echo again"}); r.State != outlive.Lost || r.Why != "gone" {
						t.Errorf("%s: %+v", action, r)
					}
				}
			})
		})
	}
}
