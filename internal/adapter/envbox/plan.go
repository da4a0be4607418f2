package envbox

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
)

// defaultNetwork is the network of services that name none.
const defaultNetwork = "default"

func networksOf(s environment.Service) []string {
	if len(s.Networks) == 0 {
		return []string{defaultNetwork}
	}
	return s.Networks
}

// address is where a service is on a network. Each environment has the same addresses: its
// networks are its own.
func address(s environment.Spec, network string, service int) string {
	n := 1 + slices.Index(s.Networks, network) // 0 is that of all who name none
	return fmt.Sprintf("10.%d.%d.%d", 88+n, service/250, 2+service%250)
}

// linksOf join a service to its networks.
func linksOf(s environment.Spec, i int) (list []cell.Link) {
	for _, n := range networksOf(s.Services[i]) {
		list = append(list, cell.Link{Network: n, Address: address(s, n, i) + "/16"})
	}
	return list
}

// hosts is what a service knows of names: itself, and those with whom it shares a network.
func hosts(s environment.Spec, i int) string {
	var b strings.Builder
	b.WriteString("127.0.0.1 localhost\n::1 localhost\n")
	for j, other := range s.Services {
		for _, n := range networksOf(other) {
			if slices.Contains(networksOf(s.Services[i]), n) {
				fmt.Fprintf(&b, "%s %s\n", address(s, n, j), strings.Join(append([]string{other.Name}, other.Aliases...), " "))
				break
			}
		}
	}
	return b.String()
}

func signalOf(name string) (syscall.Signal, error) {
	if name == "" {
		return syscall.SIGTERM, nil
	}
	full := strings.ToUpper(name)
	if !strings.HasPrefix(full, "SIG") {
		full = "SIG" + full
	}
	if n := unix.SignalNum(full); n != 0 {
		return n, nil
	}
	return 0, prentice.Errorf(prentice.Invalid, "%q is no signal", clipped(name)).Try("write one such as SIGTERM, SIGINT or SIGQUIT")
}

func index(s environment.Spec, service string) (int, error) {
	i := slices.IndexFunc(s.Services, func(sv environment.Service) bool { return sv.Name == service })
	if i < 0 {
		return 0, prentice.Errorf(prentice.NotFound, "the environment %s has no service %q", s.ID, clipped(service))
	}
	return i, nil
}

// The limits of an environment that names none.
const (
	defaultMemory    = 2 << 30
	defaultProcesses = 1024
	defaultDisk      = 4 << 30
	defaultOpen      = 4096
	sharedMemory     = 64 << 20
)

func whole(l environment.Limits) environment.Limits {
	if l.Memory <= 0 {
		l.Memory = defaultMemory
	}
	if l.Processes <= 0 {
		l.Processes = defaultProcesses
	}
	if l.Disk <= 0 {
		l.Disk = defaultDisk
	}
	return l
}

// ofService are the limits of one service: at most those of all.
func ofService(all, own environment.Limits) environment.Limits {
	least := func(own, all int64) int64 {
		if own <= 0 || own > all {
			return all
		}
		return own
	}
	return environment.Limits{Memory: least(own.Memory, all.Memory), Processes: int(least(int64(own.Processes), int64(all.Processes))), Disk: least(own.Disk, all.Disk), CPUs: own.CPUs}
}
