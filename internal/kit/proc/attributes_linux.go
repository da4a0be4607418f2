package proc

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts the child at the head of a group of its own. Should prentice
// itself be killed, the kernel ends the child with it, so that a step does not
// go on unseen while a restarted prentice asks whether it has happened.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return s.String()
}
