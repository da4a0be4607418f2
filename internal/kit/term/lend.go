package term

import (
	"io"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/term"
)

// Size is how large a terminal is.
type Size struct{ Rows, Columns uint16 }

// IsTerminal says whether a person types or reads there.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Lend makes a person's terminal one that hands on each key as it is typed, Ctrl-C too, and
// says its size, at first and after each change, until back is called: then it is as it was.
func Lend(in *os.File) (sizes <-chan Size, back func(), err error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, nil, err
	}
	said := make(chan Size, 1)
	say := func() {
		if columns, rows, err := term.GetSize(int(in.Fd())); err == nil {
			Newest(said, Size{Rows: uint16(rows), Columns: uint16(columns)})
		}
	}
	say()
	resized, over := make(chan os.Signal, 1), make(chan struct{})
	hearResizes(resized)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-resized:
				say()
			}
		}
	})
	return said, func() {
		signal.Stop(resized)
		close(over)
		all.Wait()
		term.Restore(int(in.Fd()), before) //nolint:errcheck // there is nothing else to do
	}, nil
}

// Newest puts a size into a channel of one, in the place of an older one.
func Newest(to chan Size, s Size) {
	for {
		select {
		case to <- s:
			return
		default:
		}
		select {
		case <-to:
		default:
		}
	}
}

// Join hands on between a person and ours of a Pair: what is typed, what is printed, and the
// size. Once theirs is closed everywhere and all is read that was printed there, shown is closed.
// Stop closes ours, and waits until nothing is handed to out any more.
func Join(ours *os.File, in io.Reader, out io.Writer, sizes <-chan Size) (shown <-chan struct{}, stop func()) {
	over, done := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-over:
				return
			case s := <-sizes:
				Resize(ours, s) //nolint:errcheck // then it keeps its size
			}
		}
	})
	go io.Copy(ours, in) //nolint:errcheck // a read of a person's terminal cannot be ended: it goes with the process, or with its connection
	all.Go(func() {
		defer close(done)
		io.Copy(out, ours) //nolint:errcheck // the end of a terminal is an error
	})
	return done, func() {
		close(over)
		ours.Close() //nolint:errcheck // it ends with us
		all.Wait()
	}
}
