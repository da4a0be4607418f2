package term

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Pair is a terminal of our own: what is typed into ours is read from theirs, and what is
// printed to theirs is read from ours. A read of ours ends when it is closed.
func Pair() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	n := 0
	err = with(ours, func(fd int) (err error) {
		if n, err = unix.IoctlGetInt(fd, unix.TIOCGPTN); err == nil {
			err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
		}
		return err
	})
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		ours.Close() //nolint:errcheck // the first error says it all
		return nil, nil, err
	}
	return ours, theirs, nil
}

// Resize says to who reads theirs how large the terminal is.
func Resize(ours *os.File, to Size) error {
	return with(ours, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: to.Rows, Col: to.Columns})
	})
}

// with lends the descriptor of a file, which Fd would make one that blocks.
func with(f *os.File, do func(fd int) error) (err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if failed := raw.Control(func(fd uintptr) { err = do(int(fd)) }); failed != nil {
		return failed
	}
	return err
}
