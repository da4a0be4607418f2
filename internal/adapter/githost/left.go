package githost

import (
	"os"
	"path/filepath"
)

// sweep takes away what pushes left in quarantine that were ended from outside: git does
// not clean up then. It does so while no push is under way, at no replica; else the next
// one does.
func (h *Host) sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, "objects", "tmp_objdir-incoming-*")) // the pattern is good
	if len(left) == 0 {
		return
	}
	lock, err := alone(dir)
	if lock == nil || err != nil {
		return
	}
	defer lock.Close()
	for _, path := range left {
		if about, err := os.Lstat(path); err != nil || !about.IsDir() {
			continue
		}
		if err := os.RemoveAll(path); err != nil && h.Log != nil {
			h.Log.Warn("what a push left cannot be removed", "path", path, "err", err)
		}
	}
}
