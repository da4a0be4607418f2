package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/seen"
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
	groups, holds := seen.Groups(pid, id[:min(len(id), 12)])
	if !holds {
		return wrong("its first process cannot be seen from here, as if the engine was on another machine")
	}
	status, err := seen.Status(pid)
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
	switch {
	case !seen.Limited(groups, seen.Processes, int64(l.Processes)):
		return wrong("no control group limits its pids to %d", l.Processes)
	case !seen.Limited(groups, seen.Memory, l.Memory):
		return wrong("no control group limits its memory to %d", l.Memory)
	}
	return nil
}
