package floors

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What people write as a length of time is read by kit/span, which knows days and
// weeks. These read only what programs wrote: ours, and those that speak as Gatus does.
var readsGosWay = []string{"plan.go", "internal/kit/span/span.go", "internal/face/web/times.go", "internal/engine/procedure/lengths.go", "internal/face/heartbeat/push.go"}

func TestLengthsThatPeopleWriteAreReadInOnePlace(t *testing.T) {
	atRoot(t)
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "bench") || strings.HasPrefix(path, "packaging") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), "time.ParseDuration(") {
			seen++
			if !slices.Contains(readsGosWay, filepath.ToSlash(path)) {
				t.Errorf("%s reads a length without days and weeks: use span.Parse", path)
			}
		}
		return err
	})
	if err != nil || seen != len(readsGosWay) {
		t.Errorf("%d files read lengths in Go's way, and %d are known to: %v", seen, len(readsGosWay), err)
	}
}
