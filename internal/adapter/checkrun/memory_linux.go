package checkrun

import "golang.org/x/sys/unix"

// memory is how much of it the machine has, in bytes.
func memory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return leastMemory
	}
	return int64(info.Totalram) * int64(info.Unit) //nolint:gosec // a machine has less than 2^63 bytes
}
