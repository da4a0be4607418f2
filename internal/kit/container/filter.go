package container

import (
	"encoding/json"
	"runtime"
	"strings"
)

// What a container may not ask of the kernel is what no job of the sandbox may, in the form that engines read
// (https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp).
const forbiddenNames = `add_key keyctl request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr setns unshare
open_by_handle_at name_to_handle_at kexec_load kexec_file_load init_module finit_module delete_module
reboot swapon swapoff acct quotactl syslog settimeofday clock_settime adjtimex clock_adjtime
ptrace process_vm_readv process_vm_writev pidfd_getfd lookup_dcookie vhangup fanotify_init nfsservctl`

// engineArch is what engines call this architecture: calls by another one are refused.
var engineArch = map[string]string{"amd64": "SCMP_ARCH_X86_64", "arm64": "SCMP_ARCH_AARCH64"}

type calls struct {
	Names    []string   `json:"names"`
	Action   string     `json:"action"`
	ErrnoRet uint       `json:"errnoRet,omitempty"`
	Args     []argument `json:"args,omitempty"`
}

type argument struct {
	Index    uint   `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo,omitempty"`
	Op       string `json:"op"`
}

const (
	cloneNewUser = 0x10000000
	enosys       = 38
	typeIn       = 0x5412 // TIOCSTI
	pasteIn      = 0x541c // TIOCLINUX
)

// Filter is a filter of system calls for containers, in the form that engines read: what
// needs no rights and has been a hole again and again is refused, as name spaces of users are.
func Filter() ([]byte, error) {
	const refuse = "SCMP_ACT_ERRNO"
	list := []calls{
		{Names: strings.Fields(forbiddenNames), Action: refuse, ErrnoRet: 1},
		{Names: []string{"clone"}, Action: refuse, ErrnoRet: 1, Args: []argument{{0, cloneNewUser, cloneNewUser, "SCMP_CMP_MASKED_EQ"}}},
		{Names: []string{"clone3"}, Action: refuse, ErrnoRet: enosys}, // its arguments cannot be seen; who is told that there is none asks clone
		{Names: []string{"ioctl"}, Action: refuse, ErrnoRet: 1, Args: []argument{{1, typeIn, 0, "SCMP_CMP_EQ"}}},
		{Names: []string{"ioctl"}, Action: refuse, ErrnoRet: 1, Args: []argument{{1, pasteIn, 0, "SCMP_CMP_EQ"}}},
	}
	socket := func(op string, family uint64) {
		list = append(list, calls{Names: []string{"socket"}, Action: refuse, ErrnoRet: 1, Args: []argument{{0, family, 0, op}}})
	}
	const unixes, inet, inet6, netlink = 1, 2, 10, 16
	for family := uint64(0); family < netlink; family++ {
		if family != unixes && family != inet && family != inet6 {
			socket("SCMP_CMP_EQ", family)
		}
	}
	socket("SCMP_CMP_GT", netlink)
	return json.Marshal(map[string]any{"defaultAction": "SCMP_ACT_ALLOW", "architectures": []string{engineArch[runtime.GOARCH]}, "syscalls": list})
}
