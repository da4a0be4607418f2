package proc

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// DropText lets go of the pages of this program's own instructions. Most were
// needed to begin with and never again; those that are needed come back from the
// file, which no one has changed in memory.
func DropText() error {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(maps) {
		var from, to uintptr
		var how string
		if _, err := fmt.Sscanf(string(line), "%x-%x %s", &from, &to, &how); err != nil || how != "r-xp" || !bytes.HasSuffix(bytes.TrimSpace(line), []byte(" "+self)) {
			continue
		}
		if _, _, failed := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED); failed != 0 {
			return fmt.Errorf("let go of the program's pages: %w", failed)
		}
	}
	return nil
}
