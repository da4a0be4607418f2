package stories

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/overlaytest"
)

// next is the program of the version after this one: its tables have one column more.
var next = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "next-version-") // for all stories of this process
	if err != nil {
		return "", err
	}
	nextVersion = folder
	migration := filepath.Join(folder, "migration.sql")
	if err := os.WriteFile(migration, []byte("-- +goose Up\nALTER TABLE notices ADD COLUMN of_the_next_version BIGINT NOT NULL DEFAULT 0;\n"), 0o600); err != nil {
		return "", err
	}
	root := filepath.Dir(filepath.Dir(home))
	changed := filepath.Join(folder, "overlay.json")
	if err := overlaytest.Write(changed, overlaytest.Replaced{filepath.Join(root, "internal/engine/notice/schema/9999_next.sql"): migration}); err != nil {
		return "", err
	}
	c := exec.Command("go", "build", "-overlay", changed, "-buildvcs=false", "-ldflags", "-s -w", "-o", filepath.Join(folder, "prentice"), "./cmd/prentice")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the next version: %w\n%s", err, out)
	}
	return folder, nil
})

// nextVersion is the folder of the next version, or "" when no story wanted it.
var nextVersion string

// version is the word version: what is started from now on is of the next version, or
// of this one.
func version(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && (args[0] == "next" || args[0] == "this"), "version next|this")
	folder, err := next()
	ts.Check(err)
	path := strings.TrimPrefix(ts.Getenv("PATH"), folder+string(os.PathListSeparator))
	if args[0] == "next" {
		path = folder + string(os.PathListSeparator) + path
	}
	ts.Setenv("PATH", path)
}
