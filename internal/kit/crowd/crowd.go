// Package crowd keeps a crowd of connections from filling an HTTP server.
//
// Its words: a connection waits while nothing whole has been asked on it: it is
// new, idle, or still sending a request; the server works on all others.
//
// What it promises: a request has arrived within a time, or it is over, and has at
// most a size; anyone who does not read what is answered is left; there are never more connections than a number; and one more is
// always let in as long as any waits. It is the oldest that waits which makes
// room, of the address that has the most: anyone who floods a server pushes out
// themselves. It never ends what is being answered.
package crowd

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bound is how many may come and how slowly. Each field must be set.
type Bound struct {
	Most    int           // connections at once
	Reading time.Duration // for a request's body to arrive
	Writing time.Duration // for a part of an answer to be taken
	Size    int64         // of a body, in bytes
	Clock   func() time.Time
	// Long says which requests have bodies that may be longer than Size and take longer than
	// Reading: each part of them has that time, and who reads them bounds their size.
	Long func(*http.Request) bool

	mu   sync.Mutex // guards the rest
	all  map[net.Conn]*guest
	from map[string]int // connections by address
}

// guest is a connection.
type guest struct {
	address string
	since   time.Time // that it waits
	waits   bool
}

// Guard makes a server, which has not begun, keep the bound.
func (b *Bound) Guard(s *http.Server) {
	b.all, b.from = map[net.Conn]*guest{}, map[string]int{}
	s.ConnState = b.turned
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	s.Handler = b.paced(s.Handler)
}

type connKey struct{}

func (b *Bound) turned(c net.Conn, to http.ConnState) {
	if out := b.note(c, to); out != nil {
		out.Close() //nolint:errcheck // it is of no use any more
	}
}

// note follows a connection, and says which one has to make room.
func (b *Bound) note(c net.Conn, to http.ConnState) (out net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch to {
	case http.StateNew:
		g := &guest{address: Peer(c.RemoteAddr().String()), since: b.Clock(), waits: true}
		b.all[c] = g
		b.from[g.address]++
		if len(b.all) > b.Most {
			out = b.victim(c)
			b.forget(out)
		}
	case http.StateActive: // it waits until the handler knows that it has all
		b.waits(c, true)
	case http.StateIdle:
		b.waits(c, true)
	case http.StateClosed, http.StateHijacked:
		b.forget(c)
	}
	return out
}

// victim is the connection that waits for the longest, of the address that has
// the most of those on which any waits; the newcomer, if no other waits.
func (b *Bound) victim(newcomer net.Conn) net.Conn {
	out := newcomer
	for c, g := range b.all {
		if c == newcomer || !g.waits {
			continue
		}
		best := b.all[out]
		more, most := b.from[g.address], b.from[best.address]
		if out == newcomer || more > most || more == most && g.since.Before(best.since) {
			out = c
		}
	}
	return out
}

func (b *Bound) waits(c net.Conn, waits bool) {
	if g := b.all[c]; g != nil {
		g.waits, g.since = waits, b.Clock()
	}
}

func (b *Bound) forget(c net.Conn) {
	g := b.all[c]
	if g == nil {
		return
	}
	delete(b.all, c)
	if b.from[g.address]--; b.from[g.address] == 0 {
		delete(b.from, g.address)
	}
}

// paced gives a request's body its time and its size. From when the body is whole
// the answer may take as long as it likes, streams included.
func (b *Bound) paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		whole := sync.OnceFunc(func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
				b.waits(c, false)
			}
		})
		deadline := http.NewResponseController(w)
		_ = deadline.SetWriteDeadline(time.Time{}) // that of the answer before
		a := &answer{ResponseWriter: w, deadline: deadline, patience: b.Writing, two: r.ProtoMajor > 1}
		w = a
		defer a.rest()
		if r.Body == nil || r.Body == http.NoBody {
			whole()
			next.ServeHTTP(w, r)
			return
		}
		if b.Long != nil && b.Long(r) {
			d := &dripping{ReadCloser: r.Body, deadline: deadline, patience: b.Reading, two: r.ProtoMajor > 1, end: whole}
			if !d.two { // a handler that leaves all of it unread
				d.within()
			}
			r.Body = d
			next.ServeHTTP(w, r)
			return
		}
		_ = deadline.SetReadDeadline(time.Now().Add(b.Reading)) // a test recorder has no connection
		r.Body = &body{ReadCloser: http.MaxBytesReader(w, r.Body, b.Size), end: func() {
			_ = deadline.SetReadDeadline(time.Time{})
			whole()
		}}
		next.ServeHTTP(w, r)
	})
}

// body says when all of it has come.
type body struct {
	io.ReadCloser
	end func()
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.end()
	}
	return n, err
}

// dripping is a body of which each part has its time. So has the rest that the server reads
// itself, when a handler did not take all of it.
type dripping struct {
	io.ReadCloser
	deadline *http.ResponseController
	patience time.Duration
	two      bool // HTTP/2, where a time that has come ends a stream from which nothing is read
	end      func()
}

// Read implements io.Reader.
func (d *dripping) Read(p []byte) (int, error) {
	d.within()
	n, err := d.ReadCloser.Read(p)
	if d.two || err == io.EOF {
		_ = d.deadline.SetReadDeadline(time.Time{})
	}
	if err == io.EOF {
		d.end()
	}
	return n, err
}

// within gives what is read next its time.
func (d *dripping) within() {
	_ = d.deadline.SetReadDeadline(time.Now().Add(d.patience)) // a test recorder has no connection
}

// answer gives each part of an answer its time, so that a stream may last and a
// reader who does not read holds nothing.
type answer struct {
	http.ResponseWriter
	deadline *http.ResponseController
	patience time.Duration
	two      bool // HTTP/2, where a time that has come ends a stream on which nothing is written
	wrote    bool
}

// Write implements io.Writer.
func (a *answer) Write(p []byte) (int, error) {
	defer a.within()()
	return a.ResponseWriter.Write(p)
}

// FlushError is what http.ResponseController flushes by.
func (a *answer) FlushError() error {
	defer a.within()()
	return a.deadline.Flush()
}

// within gives what is written next its time, until the end that it returns.
func (a *answer) within() (end func()) {
	a.wrote = true
	_ = a.deadline.SetWriteDeadline(time.Now().Add(a.patience)) // a test recorder has no connection
	return func() {
		if a.two {
			_ = a.deadline.SetWriteDeadline(time.Time{})
		}
	}
}

// rest gives what the server writes itself its time, when the handler has ended: the last of
// a stream that was quiet for long. A connection that the handler took is not the server's.
func (a *answer) rest() {
	if a.wrote {
		a.within()
	}
}

// Unwrap lets http.ResponseController see the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
