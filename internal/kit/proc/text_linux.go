package proc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// DropText lets go of the pages of this program's own instructions and constants. Most were
// needed to begin with and never again; those that are needed come back from the
// file, which no one has changed in memory. A program that may lie anywhere in memory has
// its constants changed when it begins, and is left alone.
func DropText() error {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	if fixed, err := fixed(); err != nil || !fixed {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(maps) {
		var from, to uintptr
		var how string
		if _, err := fmt.Sscanf(string(line), "%x-%x %s", &from, &to, &how); err != nil || how != "r-xp" && how != "r--p" || !bytes.HasSuffix(bytes.TrimSpace(line), []byte(" "+self)) {
			continue
		}
		if _, _, failed := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED); failed != 0 {
			return fmt.Errorf("let go of the program's pages: %w", failed)
		}
	}
	return nil
}

// fixed says whether this program lies where its file says: its kind stands in the file's
// 17th byte (ELF: e_type, ET_EXEC).
func fixed() (bool, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	head := make([]byte, 18)
	if _, err := io.ReadFull(f, head); err != nil {
		return false, err
	}
	return binary.NativeEndian.Uint16(head[16:]) == 2, nil
}
