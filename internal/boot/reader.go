package boot

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// outliveReaders keeps a process that has something to end in order from dying of a
// write, as when what reads its output goes away (`prentice up | head`): the write
// fails instead.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// followed is an output that says when no one follows it any more.
type followed struct {
	io.Writer
	gone func(error)
}

func (f followed) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err != nil {
		f.gone(err)
	}
	return n, err
}
