package envcontainer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
	"prentice/internal/kit/seen"
)

func wrong(format string, args ...any) error {
	return prentice.Errorf(prentice.Unavailable, "the container does not hold: "+format, args...).Try("look how the engine is set up: prentice doctor")
}

// word is by what control groups name a container.
func word(id string) string { return id[:min(len(id), 12)] }

// gone says whether a process is not, or not for long any more, the first one of a container.
func gone(pid int, id string) bool {
	_, holds := seen.Groups(pid, word(id))
	return !holds || seen.Ending(pid)
}

// asAsked refuses a container that its engine made otherwise than it was asked to.
func asAsked(s container.State) error {
	h := s.HostConfig
	private := func(mode string) bool {
		return mode != "host" && !strings.HasPrefix(mode, "container:") && !strings.HasPrefix(mode, "ns:")
	}
	switch {
	case h.Privileged, len(h.Devices) > 0:
		return wrong("it has rights over the machine")
	case !private(h.NetworkMode), !private(h.PidMode), !private(h.IpcMode):
		return wrong("it shares what is of the machine")
	case slices.ContainsFunc(h.Binds, func(bind string) bool { return strings.HasPrefix(bind, "/") }):
		return wrong("a folder of the machine is bound into it")
	case slices.ContainsFunc(h.SecurityOpt, func(o string) bool { return strings.Contains(o, "unconfined") }):
		return wrong("it is not confined")
	}
	return nil
}

// alone refuses a container that leads out of its networks, or no limits: by what the
// kernel says of its first process.
func alone(pid int, id string, l environment.Limits) error {
	groups, holds := seen.Groups(pid, word(id))
	if !holds {
		return wrong("its first process cannot be seen from here, as if the engine was on another machine")
	}
	routes, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/route", pid))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(routes)) {
		f := strings.Fields(line)
		if len(f) < 8 || f[0] == "Iface" {
			continue
		}
		p, err := network(f[1], f[7])
		switch {
		case err != nil:
			return wrong("its routes cannot be read: %q", line)
		case f[2] != "00000000":
			return wrong("it is led out of its networks by %s", f[0])
		case p.Bits() < bits:
			return wrong("it has a network as large as %s", p)
		case ofMachine(p):
			return wrong("this machine has an address in its network %s", p)
		}
	}
	six, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/if_inet6", pid))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(six)) {
		if f := strings.Fields(line); len(f) != 6 || f[5] != "lo" {
			return wrong("it has an address of IPv6")
		}
	}
	switch {
	case !seen.Limited(groups, seen.Processes, int64(l.Processes)):
		return wrong("no control group limits its processes to %d", l.Processes)
	case !seen.Limited(groups, seen.Memory, l.Memory):
		return wrong("no control group limits its memory to %d", l.Memory)
	}
	return nil
}

// network is a route's destination, as the kernel prints it: the bytes turned round.
func network(destination, mask string) (netip.Prefix, error) {
	d, err := hex.DecodeString(destination)
	m, bad := hex.DecodeString(mask)
	if err != nil || bad != nil || len(d) != 4 || len(m) != 4 {
		return netip.Prefix{}, errors.New("no route")
	}
	slices.Reverse(d)
	ones := 0
	for _, b := range m {
		for ; b != 0; b &= b - 1 {
			ones++
		}
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte(d)), ones), nil
}

// held refuses a container whose first process may do what it should not. It is asked when
// that has become the program of the image.
func held(pid int) error {
	status, err := seen.Status(pid)
	if err != nil {
		return err
	}
	for _, set := range []string{"CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb"} {
		if has, err := strconv.ParseUint(status[set], 16, 64); err != nil || has&^rightBits != 0 {
			return wrong("it has capabilities (%s is %q)", set, status[set])
		}
	}
	switch {
	case status["NoNewPrivs"] != "1":
		return wrong("it may gain rights")
	case status["Seccomp"] != "2":
		return wrong("no calls are filtered")
	case len(strings.Fields(status["NSpid"])) < 2:
		return wrong("it sees processes of this machine")
	}
	mounts, err := os.ReadFile(fmt.Sprintf("/proc/%d/mounts", pid))
	if err == nil && bytes.Contains(mounts, []byte("docker.sock")) {
		return wrong("it has the socket of an engine")
	}
	return nil
}
