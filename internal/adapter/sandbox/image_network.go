package sandbox

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/egress"
)

// reach lets a job in an image reach what its Egress lets through. The opening is made from
// outside, in the network of its container, before the job is given anything: nothing of the
// machine is bound into the container for it. The services of the job share that network.
func (w *world) reach(ctx context.Context, pid int) (end func() error, err error) {
	if w.job.Egress == nil {
		return func() error { return nil }, nil
	}
	ours, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close() //nolint:errcheck // it has its own
	program, err := os.Executable()
	if err != nil {
		ours.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	argv := append([]string{"-t", strconv.Itoa(pid), "--net"}, usersOf(pid)...)
	c := exec.CommandContext(ctx, "nsenter", append(append(argv, "--"), egress.Opening(program, "3", []string{"true"})...)...)
	c.Dir, c.Env, c.ExtraFiles = "/", []string{"PATH=" + os.Getenv("PATH")}, []*os.File{theirs}
	if said, err := c.CombinedOutput(); err != nil {
		ours.Close() //nolint:errcheck // so is it here
		return nil, prentice.Errorf(prentice.Unavailable, "the container cannot be given a network: %w: %s", err, strings.TrimSpace(string(said))).Try("look whether nsenter is installed (util-linux), and the image begins nothing at port 3128")
	}
	in, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- w.job.serve(in, ours) }()
	return func() error { cancel(); return <-done }, nil
}

// usersOf is how the users of a container are entered, where they are not those of this machine.
func usersOf(pid int) []string {
	own, _ := os.Readlink("/proc/self/ns/user")
	theirs, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/ns/user")
	if own == theirs {
		return nil
	}
	return []string{"--user", "--preserve-credentials"}
}
