package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"sync"
	"time"

	"prentice"
	"prentice/internal/op"
)

// MaxQuery is the longest input of a watch, in bytes: it stands in the address.
const MaxQuery = 16 << 10

// opening is how long a silent stream waits before it says that it is open.
// Until then an error is still an answer with a status.
const opening = 200 * time.Millisecond

// watch is GET /v1/watch/{name}?in=JSON.
func (f *face) watch(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	in := r.URL.Query().Get("in")
	if len(in) > MaxQuery {
		writeProblem(w, http.StatusRequestURITooLong, prentice.Errorf(prentice.Limited, "the input has more than %d bytes", MaxQuery).Try("send less"))
		return
	}
	s := &stream{w: w, control: http.NewResponseController(w)}
	ctx, end := context.WithCancelCause(r.Context())
	stop := s.keepAlive(f.Beat)
	unguard := f.guard(ctx, r, actor, end)
	err := f.Door.Watch(ctx, op.Request{Actor: actor, Op: r.PathValue("name"), In: json.RawMessage(in)}, s.emit)
	stop()
	unguard()
	if cause, ok := errors.AsType[*prentice.Error](context.Cause(ctx)); ok {
		err = cause
	}
	if err != nil && !s.open {
		f.refuse(w, r, err)
		return
	}
	s.close(stopping(err))
}

// guard ends a stream when anyone who listens is not any more who they were: it looks
// at once when this process changes anyone's standing, and with every beat, since
// a token may expire and another process may revoke it. The returned function stops
// it and waits until it has stopped.
func (f *face) guard(ctx context.Context, r *http.Request, as prentice.Actor, end context.CancelCauseFunc) (stop func()) {
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(f.Beat)
		defer tick.Stop()
		for {
			var changed <-chan struct{}
			if f.Changed != nil {
				changed = f.Changed()
			}
			if err := f.still(r, as); err != nil && ctx.Err() == nil {
				end(err)
			}
			select {
			case <-ctx.Done():
				return
			case <-changed:
			case <-tick.C:
			}
		}
	})
	return func() { end(nil); done.Wait() }
}

// still refuses anyone who is not known any more, or may less or more than before.
func (f *face) still(r *http.Request, as prentice.Actor) error {
	now, err := f.Authenticate(r)
	now.Door = as.Door
	switch kind := prentice.KindOf(err); {
	case err != nil && kind != prentice.Unauthenticated:
		return err
	case err != nil || !now.Known():
		return prentice.Errorf(prentice.Unauthenticated, "what you came with was revoked or has expired, so the stream ended").Try("send a token that is neither, and ask again")
	case now.Ref() != as.Ref() || now.Role != as.Role || !reflect.DeepEqual(now.Grants, as.Grants) || !reflect.DeepEqual(now.Scope, as.Scope):
		return prentice.Errorf(prentice.Denied, "what you may do has changed, so the stream ended").Try("ask again")
	}
	return nil
}

// stopping tells a listener who is still there that the server goes, rather
// than that the listener has.
func stopping(err error) error {
	if e, ok := errors.AsType[*prentice.Error](err); ok && e.Kind == prentice.Canceled || errors.Is(err, context.Canceled) {
		return prentice.Errorf(prentice.Unavailable, "the server is stopping").Try("ask again in a moment")
	}
	return err
}

// stream writes server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html): item for
// each item, then end or error. What it writes is never later than
// writePatience, so that a listener who does not listen holds nothing up.
type stream struct {
	mu      sync.Mutex // guards all below: heartbeats come between items
	w       http.ResponseWriter
	control *http.ResponseController
	open    bool
	count   int64
	broken  error
}

// emit sends one item.
func (s *stream) emit(item any) error {
	raw, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("item of a stream: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	return s.send("item", raw)
}

// close says how the stream ended.
func (s *stream) close(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		_ = s.send("end", []byte("{}")) // anyone who has gone hears nothing
		return
	}
	raw, err := json.Marshal(op.WireOf(err))
	if err == nil {
		_ = s.send("error", raw)
	}
}

// send writes one event. JSON has no line breaks of its own.
func (s *stream) send(event string, raw []byte) error {
	var b bytes.Buffer
	b.WriteString("id: " + strconv.FormatInt(s.count, 10) + "\nevent: " + event + "\ndata: ")
	b.Write(raw)
	b.WriteString("\n\n")
	return s.write(b.Bytes())
}

func (s *stream) write(b []byte) error {
	if s.broken != nil {
		return s.broken
	}
	if !s.open {
		s.open = true
		h := s.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("X-Accel-Buffering", "no")
		s.w.WriteHeader(http.StatusOK)
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(writePatience)) // a test recorder has no connection
	if _, s.broken = s.w.Write(b); s.broken == nil {
		s.broken = s.control.Flush()
	}
	return s.broken
}

// keepAlive writes a comment soon after the beginning and with every beat, so
// that both ends know that the other is there. The returned function stops it
// and waits until it has stopped.
func (s *stream) keepAlive(beat time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for wait := opening; ; wait = beat {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
				s.mu.Lock()
				_ = s.write([]byte(": beat\n\n")) // the next item finds out
				s.mu.Unlock()
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
