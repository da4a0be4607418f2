package sandbox

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// trials is what a job tries before the first one is let in; it prints what it should
// not have been able to do. A sandbox that says of itself that it holds has been wrong
// before, so that each of these is seen from outside, too.
const trials = `
[ "$(id -u)" != 0 ] || echo "it is root"
( : >"$1/planted" ) 2>/dev/null && echo "it wrote to $1"
( : >/usr/planted ) 2>/dev/null && echo "it wrote to /usr"
[ ! -e "$2" ] || echo "it sees a socket of the machine"
kill -0 "$3" 2>/dev/null && [ "$3" -gt 20 ] && echo "it sees processes of the machine"
[ "$(ls /proc | grep -c '^[0-9]')" -lt 20 ] || echo "it sees processes of the machine"
grep -qv 'lo:' /proc/net/dev && [ "$(grep -c : /proc/net/dev)" -gt 1 ] && echo "it has a network"
[ -z "$PRENTICE_TRIAL" ] || echo "it has variables of the machine"
grep -q '^Seccomp:.2' /proc/self/status || echo "no calls are filtered"
grep -q '^NoNewPrivs:.1' /proc/self/status || echo "it may gain rights"
grep -q '^CapEff:.0*$' /proc/self/status || echo "it has capabilities"
echo tried
`

// prove refuses a sandbox that does not hold.
func (s *Sandbox) prove(ctx context.Context) error {
	socket := filepath.Join(s.dir, "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer listener.Close()                //nolint:errcheck // it goes with the folder
	os.Setenv("PRENTICE_TRIAL", "leaked") //nolint:errcheck // the name is good
	defer os.Unsetenv("PRENTICE_TRIAL")   //nolint:errcheck // so is it here

	var said bytes.Buffer
	exit, err := s.Run(ctx, Job{
		Argv:   []string{"/bin/sh", "-c", trials, "trials", s.dir, socket, strconv.Itoa(os.Getpid())},
		Limits: Limits{Time: 20 * time.Second, Disk: 1 << 20, Memory: 256 << 20}, Out: &said,
	})
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "there is no sandbox here: %w", err)
	}
	found, _ := strings.CutSuffix(strings.TrimSpace(said.String()), "tried")
	if exit.OK() && found == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(s.dir, "planted")); err == nil {
		found += "; it wrote to a folder of the machine"
	}
	return prentice.Errorf(prentice.Unavailable, "there is no sandbox here: bwrap began, and does not hold (%s): %s", exit, strings.TrimSpace(found)).Try("%s", remedy(found))
}

// remedy is what most often keeps bubblewrap from working.
func remedy(said string) string {
	switch {
	case strings.Contains(said, "uid map"), strings.Contains(said, "RTM_NEWADDR"), strings.Contains(said, "Permission denied"):
		return "let bwrap make user namespaces: on Ubuntu 24.04 and later, an AppArmor profile for /usr/bin/bwrap with the line: userns,"
	case strings.Contains(said, "Can't mount proc"):
		return "in a container, give it an unmasked /proc: podman run --security-opt unmask=ALL"
	case strings.Contains(said, "No space left"), strings.Contains(said, "Cannot allocate"):
		return "give this machine more memory, or jobs smaller limits"
	}
	return "run it by hand to see more: bwrap --unshare-all --ro-bind / / true"
}
