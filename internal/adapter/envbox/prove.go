package envbox

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/environment"
)

// trials is what a service tries before the first one is let in; it prints what it should not
// have been able to do.
const trials = `
( : >"$1/planted" ) 2>/dev/null && echo "it wrote to $1"
( : >/usr/planted ) 2>/dev/null && echo "it wrote to /usr"
[ ! -e "$2" ] || echo "it sees a socket of the machine"
[ "$(ls /proc | grep -c '^[0-9]')" -lt 20 ] || echo "it sees processes of the machine"
[ -z "$PRENTICE_TRIAL" ] || echo "it has variables of the machine"
grep -q '^Seccomp:.2' /proc/self/status || echo "no calls are filtered"
grep -q '^NoNewPrivs:.1' /proc/self/status || echo "it may gain rights"
grep -q '^CapEff:.0*$' /proc/self/status || echo "it has capabilities"
grep -q '^CapBnd:.0*$' /proc/self/status || echo "it may get capabilities"
[ "$(grep -c : /proc/net/dev)" = 2 ] || echo "it has another network than its own"
[ "$(grep -c . /proc/net/route)" -le 2 ] || echo "it has a route to somewhere else"
echo tried
`

// prove tries that an environment holds on this machine, once.
func (b *Box) prove(ctx context.Context) error {
	b.proven.Lock()
	defer b.proven.Unlock()
	if b.held {
		return nil
	}
	socket := filepath.Join(b.dir, ".socket")
	os.Remove(socket) //nolint:errcheck // a kill may have left one
	if listener, err := net.Listen("unix", socket); err == nil {
		defer listener.Close() //nolint:errcheck // it goes with it
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := environment.Spec{ID: newID("trial"), Services: []environment.Service{{
		Name: "trial", Command: []string{"/bin/sh", "-c", trials, "trials", b.dir, socket, strconv.Itoa(os.Getpid())},
	}}}
	defer b.Remove(context.WithoutCancel(ctx), s.ID) //nolint:errcheck // what stays is found by its ID
	if err := b.prepare(ctx, s, io.Discard); err != nil {
		return err
	}
	if err := b.Start(ctx, s, "trial"); err != nil {
		return err
	}
	if err := b.ended(ctx, s.ID, "trial"); err != nil {
		return prentice.Errorf(prentice.Unavailable, "environments cannot be made here: %w", err).Try("%s", sandbox.Remedy(err.Error()))
	}
	logs, err := b.Logs(ctx, s.ID, "trial", time.Time{}, false)
	if err != nil {
		return err
	}
	said, err := io.ReadAll(io.LimitReader(logs, 64<<10))
	if err != nil {
		return err
	}
	if found, whole := strings.CutSuffix(strings.TrimSpace(string(said)), "tried"); !whole || found != "" {
		return prentice.Errorf(prentice.Unavailable, "an environment does not hold on this machine: %s", clippedTo(strings.ReplaceAll(string(said), "\n", "; "), 400)).Try("%s", sandbox.Remedy(string(said)))
	}
	b.held = true
	return nil
}
