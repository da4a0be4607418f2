package checkrun

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"prentice"
	"prentice/internal/kit/proc"
)

// atTerminal lends a terminal of its own, joined to the one of a person: what is inside
// never has theirs, and cannot type into it.
func atTerminal(in, out *os.File, do func(terminal *os.File) (proc.Exit, error)) (proc.Exit, error) {
	if !term.IsTerminal(int(in.Fd())) {
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "there is no terminal here for a shell").Try("say what to do there: prentice check enter CHECK -- ls")
	}
	ours, theirs, err := newTerminal()
	if err != nil {
		return proc.Exit{}, prentice.Errorf(prentice.Unavailable, "a terminal cannot be made: %w", err)
	}
	defer ours.Close()   //nolint:errcheck // it ends with us
	defer theirs.Close() //nolint:errcheck // so does this one
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return proc.Exit{}, err
	}
	defer term.Restore(int(in.Fd()), before) //nolint:errcheck // there is nothing else to do
	sized := make(chan os.Signal, 1)
	signal.Notify(sized, syscall.SIGWINCH)
	defer signal.Stop(sized)
	over, resizing := make(chan struct{}), sync.WaitGroup{}
	defer resizing.Wait() // before ours is closed
	defer close(over)
	resizing.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-sized:
				resize(in, ours)
			}
		}
	})
	resize(in, ours)
	go io.Copy(ours, in) //nolint:errcheck // it ends with the process: a read of a terminal cannot be ended
	shown := make(chan struct{})
	go func() { io.Copy(out, ours); close(shown) }() //nolint:errcheck // the end of a terminal is an error
	exit, err := do(theirs)
	theirs.Close() //nolint:errcheck // then what was printed has an end
	<-shown
	return exit, err
}

func newTerminal() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		ours.Close() //nolint:errcheck // the first error says it all
	}
	return ours, theirs, err
}

func resize(from, to *os.File) {
	if size, err := unix.IoctlGetWinsize(int(from.Fd()), unix.TIOCGWINSZ); err == nil {
		unix.IoctlSetWinsize(int(to.Fd()), unix.TIOCSWINSZ, size) //nolint:errcheck // then it keeps its size
	}
}
