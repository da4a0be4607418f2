package githost

import (
	"os"
	"path/filepath"
	"time"
)

// sweep takes away what pushes left in quarantine that were ended from outside: git does
// not clean up then. No push lasts as long as these are old, at no replica.
func (h *Host) sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, "objects", "tmp_objdir-incoming-*")) // the pattern is good
	for _, path := range left {
		about, err := os.Lstat(path)
		if err != nil || !about.IsDir() || h.Clock().Sub(about.ModTime()) < h.Limits.filled().Push+5*time.Minute {
			continue
		}
		if err := os.RemoveAll(path); err != nil && h.Log != nil {
			h.Log.Warn("what a push left cannot be removed", "path", path, "err", err)
		}
	}
}
