package container

import (
	"context"
	"os"
	"strconv"
	"syscall"
)

// SeesProcesses says whether the engine numbers the processes of this machine as this process
// does, so that a path below /proc leads both to the same. The kernel is asked who listens.
func (e *Engine) SeesProcesses(ctx context.Context) bool {
	conn, err := e.Dial(ctx, "", "")
	if err != nil {
		return false
	}
	defer conn.Close() //nolint:errcheck // it was only looked at
	raw, is := conn.(syscall.Conn)
	if !is {
		return false
	}
	c, err := raw.SyscallConn()
	if err != nil {
		return false
	}
	var who *syscall.Ucred
	c.Control(func(fd uintptr) { who, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED) }) //nolint:errcheck // then there is no one
	if err != nil || who == nil || who.Pid <= 0 {
		return false
	}
	own, _ := os.Readlink("/proc/self/ns/pid")
	theirs, err := os.Readlink("/proc/" + strconv.Itoa(int(who.Pid)) + "/ns/pid")
	return err == nil && own == theirs
}
