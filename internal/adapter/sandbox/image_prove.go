package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"prentice"
)

// errUnseen says that a process cannot be looked at, as where it is about to end.
var errUnseen = errors.New("its first process cannot be looked at")

// rights are what a container may have more than none.
type rights struct {
	capabilities uint64
	anyUser      bool
}

// seenToHold refuses a container that is not what was asked for. An engine may be set up to
// leave out what it cannot do, and an image may say anything of itself: so it is looked at
// from outside, by what the kernel says of its first process, while that waits for its files
// and nothing of the job is there yet.
func seenToHold(pid int, id string, l Limits, may rights) error {
	wrong := func(format string, args ...any) error {
		return prentice.Errorf(prentice.Unavailable, "the container does not hold: "+format, args...).
			Try("look how the engine is set up: prentice doctor")
	}
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if pid <= 1 || err != nil || !bytes.Contains(groups, []byte(id[:min(len(id), 12)])) {
		return wrong("its first process cannot be seen from here, as if the engine was on another machine")
	}
	status, err := statusOf(pid)
	if err != nil {
		return errors.Join(errUnseen, err)
	}
	for _, set := range []string{"CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb"} {
		if has, err := strconv.ParseUint(status[set], 16, 64); err != nil || has&^may.capabilities != 0 {
			return wrong("it has capabilities (%s is %q)", set, status[set])
		}
	}
	switch uid := strings.Fields(status["Uid"]); {
	case status["NoNewPrivs"] != "1":
		return wrong("it may gain rights")
	case status["Seccomp"] != "2":
		return wrong("no calls are filtered")
	case len(uid) != 4, !may.anyUser && (uid[1] == "0" || uid[1] == strconv.Itoa(os.Getuid())):
		return wrong("it is user %q", status["Uid"])
	case len(strings.Fields(status["NSpid"])) < 2:
		return wrong("it sees processes of this machine")
	}
	net, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", pid))
	if err != nil {
		return errors.Join(errUnseen, err)
	}
	if bytes.Count(net, []byte(":")) != 1 || !bytes.Contains(net, []byte(" lo:")) {
		return wrong("it has a network")
	}
	return limited(string(groups), l, wrong)
}

func statusOf(pid int) (map[string]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil, err
	}
	status := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ":")
		status[field] = strings.TrimSpace(value)
	}
	return status, nil
}

// limited looks whether the control groups of a process limit it, or those above them.
func limited(groups string, l Limits, wrong func(string, ...any) error) error {
	for _, want := range []struct {
		controller, v1, v2 string
		most               int64
	}{{"pids", "pids.max", "pids.max", int64(l.Processes)}, {"memory", "memory.limit_in_bytes", "memory.max", l.Memory}} {
		found := false
		for line := range strings.Lines(groups) {
			part := strings.SplitN(strings.TrimSpace(line), ":", 3)
			if len(part) != 3 {
				continue
			}
			root, file := "/sys/fs/cgroup", want.v2
			switch part[1] {
			case "":
			case want.controller:
				root, file = filepath.Join(root, want.controller), want.v1
			default:
				continue
			}
			for dir := filepath.Join(root, part[2]); dir != root && strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
				text, err := os.ReadFile(filepath.Join(dir, file))
				n, bad := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
				found = found || err == nil && bad == nil && n <= want.most
			}
		}
		if !found {
			return wrong("no control group limits its %s to %d", want.controller, want.most)
		}
	}
	return nil
}
