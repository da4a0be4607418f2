package envbox

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
)

// Exec implements environment.Backend.
func (b *Box) Exec(ctx context.Context, id, service string, p environment.Program) (int, error) {
	if len(p.Argv) == 0 {
		return 0, prentice.Errorf(prentice.Invalid, "no program is named")
	}
	r, c, err := b.running(id)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	seen, known := r.seen[service]
	groups, failed := r.entries(service)
	r.mu.Unlock()
	defer closeAll(groups)
	if c == nil || !known {
		return 0, prentice.Errorf(prentice.Unavailable, "the service %s of the environment %s does not run", clipped(service), id).Try("look why: prentice env logs %s", id)
	}
	if failed != nil {
		return 0, failed
	}
	filter, err := os.Open(b.filter)
	if err != nil {
		return 0, err
	}
	defer filter.Close() //nolint:errcheck // it was only lent
	e := seen
	e.Argv = p.Argv
	e.Env = append([]string{}, seen.Env...)
	for name, value := range p.Env {
		e.Env = append(e.Env, name+"="+value)
	}
	var code int
	if p.Terminal != nil {
		e.Terminal = true
		code, err = c.Enter(ctx, service, e, filter, groups, p.Terminal)
	} else {
		code, err = b.enter(ctx, c, service, e, filter, groups, p)
	}
	if err != nil && ctx.Err() == nil {
		err = prentice.Errorf(prentice.Unavailable, "the program cannot be performed in the service %s: %w", service, err)
	}
	return code, err
}

// lingering is how long the output of a program is read that has ended, while another it left holds it open.
const lingering = time.Second

func (b *Box) enter(ctx context.Context, c *cell.Cell, service string, e cell.Enter, filter *os.File, groups []*os.File, p environment.Program) (int, error) {
	in, err := os.Open(os.DevNull)
	if p.In != nil {
		in, err = fed(p.In)
	}
	if err != nil {
		return 0, err
	}
	defer in.Close() //nolint:errcheck // the program has its own
	from, out, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		defer from.Close() //nolint:errcheck // it was only read
		to := p.Out
		if to == nil {
			to = io.Discard
		}
		io.Copy(to, from) //nolint:errcheck // who does not take it has it cut
	}()
	code, err := c.Enter(ctx, service, e, filter, groups, in, out, out)
	err = errors.Join(err, out.Close())
	select {
	case <-copied:
	case <-time.After(lingering):
		from.Close() //nolint:errcheck // what comes later is no one's
		<-copied
	}
	return code, err
}

// fed is a file from which a program reads what a reader gives.
func fed(r io.Reader) (*os.File, error) {
	if f, is := r.(*os.File); is {
		return os.Open("/proc/self/fd/" + itoa(int(f.Fd())))
	}
	in, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		io.Copy(to, r) //nolint:errcheck // a program need not read all that it is given
		to.Close()     //nolint:errcheck // so is it here
	}()
	return in, nil
}
