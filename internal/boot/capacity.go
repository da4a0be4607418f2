package boot

import (
	"syscall"

	"prentice"
	"prentice/internal/skill/capacity"
)

// measuredHere is what can run out on this machine: the disk of a folder, its inodes, and the
// memory. What cannot be measured is left out.
func measuredHere(dir string) (list []capacity.Measured) {
	about := prentice.NewRef("host", "local")
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err == nil && disk.Blocks > 0 {
		used, size := disk.Blocks-min(disk.Bfree, disk.Blocks), uint64(disk.Bsize)                                                                             //nolint:gosec,unconvert // a block has a size
		list = append(list, capacity.Measured{Name: "disk", About: about, Unit: "bytes", Used: int64(used * size), Limit: int64((used + disk.Bavail) * size)}) //nolint:gosec // a disk has fewer
		if disk.Files > 0 {                                                                                                                                    // some file systems have as many as they want
			list = append(list, capacity.Measured{Name: "inodes", About: about, Unit: "files", Used: int64(disk.Files - min(disk.Ffree, disk.Files)), Limit: int64(disk.Files)}) //nolint:gosec // a disk has fewer
		}
	}
	if total, free := memory(); total > 0 {
		list = append(list, capacity.Measured{Name: "memory", About: about, Unit: "bytes", Used: total - free, Limit: total})
	}
	return list
}
