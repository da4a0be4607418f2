package sandbox

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// keepFromJobs closes to all programs that prentice begins what it was begun with open
// beside input, output and errors: a shell, a CI runner or a supervisor may have left a
// lock, a socket or a file of secrets there. What prentice opens itself is closed to them
// from the beginning.
func keepFromJobs() {
	open, _ := os.ReadDir("/proc/self/fd") // where there is none, there is no sandbox either
	for _, e := range open {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 2 {
			unix.CloseOnExec(n)
		}
	}
}
