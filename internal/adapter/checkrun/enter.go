package checkrun

import (
	"context"
	"io"
	"os"
	"time"

	"prentice/internal/kit/proc"
)

// mostInside is how long a person may look at what a run left.
const mostInside = 8 * time.Hour

// Entry is how what a failed run left is entered. Argv is what is performed there; at a
// terminal, none is a shell.
type Entry struct {
	Keep, Check string
	Argv        []string
	In, Out     *os.File
}

// Enter performs a program in what the newest failed run of a check left, in the same
// world: the tools, the limits, the hosts that it names. What is done there is gone afterwards.
func (d *Desk) Enter(ctx context.Context, e Entry) (proc.Exit, error) {
	last, err := lastOf(e.Keep, e.Check, func(one Ended) bool { _, left := one.Left(); return left })
	if err != nil {
		return proc.Exit{}, err
	}
	file, _ := last.Left()
	archive, err := os.Open(file)
	if err != nil {
		return proc.Exit{}, err
	}
	defer archive.Close() //nolint:errcheck // it was only read
	p, err := d.either(ctx)
	if err != nil {
		return proc.Exit{}, err
	}
	defer p.Close() //nolint:errcheck // what stays is removed by the next who comes
	j, err := p.worldOf(ctx, last.Check)
	if err != nil {
		return proc.Exit{}, err
	}
	if last.Check.Image == "" && p.box.Mounts() == nil {
		j.caches = cachesOf(e.Keep, append(p.toolsOf(last.Check).Cache, last.Check.Cache...))
	}
	unlock, err := j.lend(e.Keep)
	if err != nil {
		return proc.Exit{}, err
	}
	defer unlock()
	j.Packed, j.Limits.Time = archive, mostInside
	if len(e.Argv) > 0 {
		j.Argv, j.Out = e.Argv, e.Out
		return p.run(ctx, j)
	}
	j.Argv = []string{"/bin/sh", "-c", `command -v bash >/dev/null && exec bash --norc -i; exec sh -i`}
	j.Env["TERM"], j.Env["PS1"] = termOf(os.Getenv("TERM")), last.Check.Name+":\\w\\$ "
	return atTerminal(e.In, e.Out, func(terminal *os.File) (proc.Exit, error) {
		j.Terminal, j.Out = terminal, io.Discard
		return p.run(ctx, j)
	})
}

// termOf is a name of a terminal that every machine knows, where there is none.
func termOf(name string) string {
	if name == "" {
		return "dumb"
	}
	return name
}
