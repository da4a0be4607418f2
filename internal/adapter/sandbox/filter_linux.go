//go:build amd64 || arm64

package sandbox

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// What a job may not ask of the kernel, beside what it has no right to: things that
// let one look at or act on others, that have been ways out of namespaces before, and
// that no build or script needs.
var forbidden = []uint32{
	unix.SYS_ADD_KEY, unix.SYS_KEYCTL, unix.SYS_REQUEST_KEY,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE,
	unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
	unix.SYS_SETNS, unix.SYS_UNSHARE,
	unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT,
	unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_SYSLOG,
	unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_LOOKUP_DCOOKIE,
	unix.SYS_VHANGUP, unix.SYS_FANOTIFY_INIT, unix.SYS_NFSSERVCTL,
}

// families are the kinds of sockets that a job may make. All of them end in its own
// network, which leads nowhere.
var families = []uint32{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK}

// writeFilter writes the filter as the kernel takes it: classic BPF, an array of
// struct sock_filter (seccomp(2)).
func writeFilter(dir string) (string, error) {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.NativeEndian, filter()); err != nil {
		return "", err
	}
	name := filepath.Join(dir, "filter.bpf")
	return name, os.WriteFile(name, b.Bytes(), 0o600)
}

// The places of what is judged, in struct seccomp_data on a little-endian machine.
const (
	atCall     = 0
	atArch     = 4
	atArgument = 16
	x32        = 0x40000000 // the bit of the calls of another ABI of amd64
)

func filter() []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	jump := func(how uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, Jt: yes, Jf: no, K: k}
	}
	give := func(what uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what}
	}
	refuse := give(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	program := []unix.SockFilter{
		load(atArch),
		jump(unix.BPF_JEQ, arch, 1, 0), give(unix.SECCOMP_RET_KILL_PROCESS),
		load(atCall),
		jump(unix.BPF_JGE, x32, 0, 1), give(unix.SECCOMP_RET_KILL_PROCESS),
	}
	for _, call := range forbidden {
		program = append(program, jump(unix.BPF_JEQ, call, 0, 1), refuse)
	}
	program = append(program, jump(unix.BPF_JEQ, unix.SYS_IOCTL, 0, 4),
		load(atArgument+8), // what is asked of the terminal: to type into it
		jump(unix.BPF_JEQ, unix.TIOCSTI, 1, 0), jump(unix.BPF_JEQ, unix.TIOCLINUX, 0, 1), refuse, load(atCall))
	program = append(program, jump(unix.BPF_JEQ, unix.SYS_SOCKET, 0, uint8(len(families)+2)), load(atArgument))
	for i, family := range families {
		program = append(program, jump(unix.BPF_JEQ, family, uint8(len(families)-i), 0))
	}
	return append(program, refuse, give(unix.SECCOMP_RET_ALLOW))
}
