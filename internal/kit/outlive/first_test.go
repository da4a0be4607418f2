package outlive_test

import (
	"os"
	"path/filepath"
	"testing"

	"prentice/internal/kit/outlive"
)

// Two steps that are the first on a machine both find no folder of claims.
func TestAFolderOfClaimsThatAnotherMakesFirstIsTaken(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		folder := t.TempDir()
		const faster = "#!/bin/sh\ncase $1 in */.prentice) /bin/mkdir \"$1\" ;; esac\nexec /bin/mkdir \"$@\"\n"
		if err := os.WriteFile(filepath.Join(folder, "mkdir"), []byte(faster), 0o755); err != nil {
			t.Fatal(err)
		}
		h.path = folder + ":/usr/local/bin:/usr/bin:/bin"
		if r, _ := h.ask(outlive.Ask{Action: outlive.Start, Script: "true"}); r.State != outlive.Ended || r.Code != 0 {
			t.Errorf("%+v", r)
		}
	})
}
