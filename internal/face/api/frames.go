package api

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/term"
)

// TerminalProtocol is what a connection is upgraded to that lends a terminal. Then both ends
// send frames: a letter, the length of what follows in four bytes, and that.
//
//	i  input: the first of the client, JSON with in and term; of the server, the item at the end
//	d  data: what was typed, what was printed
//	s  the client's size: rows and columns, two bytes each
//	b  a beat: the other is still there
//	e  the server's error, as a problem; then nothing comes
//	z  the server's end
const TerminalProtocol = "prentice-terminal"

const (
	mostFrame = 64 << 10 // bytes of a frame
	mostData  = 16 << 10 // bytes that are handed on at once
)

// lent is the first frame of a client.
type lent struct {
	In   json.RawMessage `json:"in"`
	Term string          `json:"term,omitempty"`
}

// frames is a connection that lends a terminal. A write that is not taken ends it.
type frames struct {
	mu   sync.Mutex // one frame at a time is written
	to   io.WriteCloser
	from *bufio.Reader
	gone func() // is told of a write that was not taken; nil is no one
}

// late is what a connection can be told of how long it may take.
type late interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

func (f *frames) send(kind byte, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c, ok := f.to.(late); ok {
		if err := c.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
			return err
		}
	}
	b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(data)))
	_, err := f.to.Write(append(b, data...))
	if err != nil {
		f.to.Close() //nolint:errcheck // no one takes it
		if f.gone != nil {
			f.gone()
		}
	}
	return err
}

// next is the frame that comes next. One that is too long is refused before it is read.
func (f *frames) next() (kind byte, data []byte, err error) {
	if c, ok := f.to.(late); ok {
		if err := c.SetReadDeadline(time.Now().Add(deaf)); err != nil {
			return 0, nil, err
		}
	}
	var head [5]byte
	if _, err := io.ReadFull(f.from, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > mostFrame {
		return 0, nil, prentice.Errorf(prentice.Limited, "a frame of %d bytes is too long", n).Try("send at most %d", mostFrame)
	}
	data = make([]byte, n)
	if _, err := io.ReadFull(f.from, data); err != nil {
		return 0, nil, err
	}
	return head[0], data, nil
}

// Write hands on what was printed.
func (f *frames) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		part := b[:min(len(b), mostData)]
		if err := f.send('d', part); err != nil {
			return n, err
		}
		n, b = n+len(part), b[len(part):]
	}
	return n, nil
}

// beat says with every beat that this end is there, until the function that it returns is called.
func (f *frames) beat(every time.Duration) (stop func()) {
	over := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				if f.send('b', nil) != nil {
					return
				}
			}
		}
	})
	return func() { close(over); done.Wait() }
}

func sized(s term.Size) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, s.Rows), s.Columns)
}

func sizeOf(data []byte) (term.Size, bool) {
	if len(data) != 4 {
		return term.Size{}, false
	}
	return term.Size{Rows: binary.BigEndian.Uint16(data), Columns: binary.BigEndian.Uint16(data[2:])}, true
}

// termOf is the kind of a terminal, where it is a word that says no more.
func termOf(name string) string {
	for _, r := range name {
		if r > '~' || r <= ' ' || r == '/' || r == '=' {
			return "dumb"
		}
	}
	if name == "" || len(name) > 60 {
		return "dumb"
	}
	return clip.Text(name)
}
