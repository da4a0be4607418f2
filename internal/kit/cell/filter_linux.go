package cell

import (
	"errors"
	"io"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readFilter reads a filter of system calls: an array of struct sock_filter (seccomp(2)).
func readFilter(f *os.File) ([]unix.SockFilter, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 64<<10))
	if err != nil {
		return nil, err
	}
	const size = int(unsafe.Sizeof(unix.SockFilter{}))
	if len(text) == 0 || len(text)%size != 0 {
		return nil, errors.New("it is none")
	}
	program := make([]unix.SockFilter, len(text)/size)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&program[0])), len(text)), text)
	return program, nil
}

// confine gives up for ever what a service may not ask of the kernel, in all threads.
func confine(program []unix.SockFilter) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, code := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&p)))
	runtime.KeepAlive(program)
	if code != 0 {
		return code
	}
	return nil
}

// powerless gives up all capabilities that this thread has or could get in its namespace of
// users, so that the program which it becomes has none, as which user it may run there.
func powerless() error {
	for c := uintptr(0); c <= 63; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err == unix.EINVAL {
			break // there are no more
		} else if err != nil && err != unix.EPERM { // one that has no capabilities gets none either
			return err
		}
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&head, &none[0])
}
