package proc

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// mostAfter is how much is read after everyone in the group is gone: more than
// a pipe can hold, so that nothing the program wrote is lost, and an end, so
// that a daemon that goes on talking does not keep us.
const mostAfter = 1 << 20

// output carries what the child prints to a writer.
type output struct {
	to       io.Writer
	childEnd *os.File
	ourEnd   *os.File
	copied   chan error
}

func newOutput(to io.Writer) (*output, error) {
	if to == nil {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		return &output{childEnd: null}, err
	}
	r, w, err := os.Pipe()
	return &output{to: to, childEnd: w, ourEnd: r, copied: make(chan error, 1)}, err
}

// discard gives up an output whose child never was.
func (o *output) discard() {
	o.childEnd.Close()
	if o.ourEnd != nil {
		o.ourEnd.Close()
	}
}

func (o *output) begin() {
	o.childEnd.Close()
	if o.ourEnd != nil {
		go func() { o.copied <- o.copy() }()
	}
}

// end waits until all that the group printed is written.
func (o *output) end() error {
	if o.ourEnd == nil {
		return nil
	}
	o.ourEnd.SetReadDeadline(time.Now()) //nolint:errcheck // pipes have deadlines
	err := <-o.copied
	o.ourEnd.Close()
	return err
}

// copy reads until no one holds the other end. A deadline, set by end, means
// that only strangers hold it: then it takes what is in the pipe and leaves. A
// writer that fails does not stop the child, which would be left half-way: the
// rest is read and dropped, and the failure is told.
func (o *output) copy() (failed error) {
	keep := func(text []byte) {
		if len(text) > 0 && failed == nil {
			_, failed = o.to.Write(text)
		}
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := o.ourEnd.Read(buf)
		keep(buf[:n])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			o.rest(buf, keep)
		}
		if err != nil {
			return failed
		}
	}
}

// rest reads what is in the pipe now, and waits for nothing: with a deadline, however
// late, a busy machine could reach it before it has read.
func (o *output) rest(buf []byte, keep func([]byte)) {
	o.ourEnd.SetReadDeadline(time.Time{}) //nolint:errcheck // pipes have deadlines
	pipe, err := o.ourEnd.SyscallConn()
	if err != nil {
		return
	}
	pipe.Read(func(fd uintptr) bool { //nolint:errcheck // it was read as far as it goes
		for budget := mostAfter; budget > 0; {
			n, err := syscall.Read(int(fd), buf)
			if errors.Is(err, syscall.EINTR) {
				continue
			}
			if n <= 0 {
				return true
			}
			keep(buf[:n])
			budget -= n
		}
		return true
	})
}
