package boot

import "golang.org/x/sys/unix"

// swap puts each of two folders in the place of the other, at once.
func swap(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}
