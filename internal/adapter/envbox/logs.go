package envbox

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"prentice/internal/kit/cell"
)

// Logs implements environment.Backend.
func (b *Box) Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error) {
	if !b.has(id) || !label.MatchString(service) {
		return nil, unknown(id)
	}
	from, to := io.Pipe()
	l := &reading{path: filepath.Join(b.folder(id), "logs", service), since: since, to: to, there: func() bool { return b.has(id) }}
	go func() { to.CloseWithError(l.run(ctx, follow)) }() //nolint:errcheck // it gives none
	return from, nil
}

// reading reads a log that may be written to and turned over meanwhile.
type reading struct {
	path  string
	since time.Time
	to    io.Writer
	there func() bool
}

// look is how often it is looked whether there is more.
const look = 100 * time.Millisecond

func (l *reading) run(ctx context.Context, follow bool) error {
	if err := l.all(l.path + ".1"); err != nil {
		return err
	}
	f, err := os.Open(l.path)
	for errors.Is(err, os.ErrNotExist) && follow && l.there() {
		if !wait(ctx) {
			return nil
		}
		f, err = os.Open(l.path)
	}
	if err != nil {
		return nil // nothing was printed
	}
	in := bufio.NewReaderSize(f, 64<<10)
	defer func() { f.Close() }() //nolint:errcheck // it was only read
	var half []byte
	for {
		line, err := in.ReadSlice('\n')
		half = append(half, line...)
		if err == nil {
			if err := l.line(half); err != nil {
				return nil // no one reads any more
			}
			half = half[:0]
			continue
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != io.EOF {
			return err
		}
		if next, turned := l.turned(f); turned {
			f.Close() //nolint:errcheck // it is read to its end
			f, half = next, nil
			in.Reset(f)
			continue
		}
		if !follow || !l.there() || !wait(ctx) {
			return nil
		}
	}
}

func wait(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(look):
		return true
	}
}

// turned is the file that a log goes on in, where it is another.
func (l *reading) turned(now *os.File) (*os.File, bool) {
	f, err := os.Open(l.path)
	if err != nil {
		return nil, false
	}
	a, err1 := f.Stat()
	b, err2 := now.Stat()
	if err1 != nil || err2 != nil || os.SameFile(a, b) {
		f.Close() //nolint:errcheck // it is the same
		return nil, false
	}
	return f, true
}

func (l *reading) all(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // it was never turned over
	}
	defer f.Close() //nolint:errcheck // it was only read
	in := bufio.NewScanner(f)
	in.Buffer(nil, 64<<10)
	for in.Scan() {
		if err := l.line(append(in.Bytes(), '\n')); err != nil {
			return err
		}
	}
	return nil
}

func (l *reading) line(line []byte) error {
	at, text, err := cell.Entry(line)
	if err != nil || at.Before(l.since) {
		return nil
	}
	_, err = l.to.Write(text)
	return err
}
