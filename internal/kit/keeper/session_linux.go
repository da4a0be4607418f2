package keeper

import (
	"os"
	"strings"
	"syscall"
)

// closed gives this process its name, and keeps a script of the same user from reading this process's memory and what it
// is asked: it is not dumpable, as prctl(2) calls that (PR_SET_DUMPABLE). Where
// /proc hides the processes of others (hidepid), it would hide this one from who looks
// whether it lives, so that there it stays as it is.
func closed() {
	const setDumpable = 4
	os.WriteFile("/proc/self/comm", []byte("prentice-helper"), 0) //nolint:errcheck // it is for people
	if raw, err := os.ReadFile("/proc/self/mounts"); err == nil && !strings.Contains(string(raw), "hidepid=") {
		syscall.RawSyscall(syscall.SYS_PRCTL, setDumpable, 0, 0) //nolint:errcheck // every Linux knows it
	}
}

// letLoose lets go of the session that this process was begun in, so that it can end.
func letLoose() {
	none, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return
	}
	for fd := range 3 {
		syscall.Dup3(int(none.Fd()), fd, 0) //nolint:errcheck // both are open
	}
}
