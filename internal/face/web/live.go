package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

const heartbeat = 15 * time.Second

// stream shows the items of a watch operation as server-sent events. Each item
// is drawn by the template "live OP" of a page, or sent as JSON when there is
// none. A stream says "end" when there is nothing more to come.
func (s *Site) stream(w http.ResponseWriter, r *http.Request) {
	d, ok := s.ops[r.PathValue("op")]
	if !ok || !d.Streams() {
		s.fail(w, r, prentice.Errorf(prentice.NotFound, "there is no stream %q", clip.Text(r.PathValue("op"))))
		return
	}
	given := r.URL.Query()
	if last := r.Header.Get("Last-Event-ID"); last != "" && hasField(d, "after") {
		given.Set("after", last)
	}
	in, err := fill(d, given, s.o.Clock())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.send(w, r, d, in)
}

func hasField(d op.Op, name string) bool {
	for _, f := range d.Fields() {
		if f.Name == name {
			return true
		}
	}
	return false
}

func (s *Site) send(w http.ResponseWriter, r *http.Request, d op.Op, in any) {
	ctx, cancel := context.WithCancelCause(r.Context())
	out := &events{w: w, to: http.NewResponseController(w)}
	_ = out.to.SetWriteDeadline(time.Time{}) // a stream may last; not every writer has a deadline
	var beats sync.WaitGroup
	defer beats.Wait()
	defer cancel(nil)
	beats.Go(func() { s.beat(ctx, cancel, out, visitOf(r).session) })

	err := s.o.Door.Watch(ctx, op.Request{Actor: visitOf(r).actor, Op: d.Name, In: in}, func(item any) error {
		body, err := s.draw(d.Name, item)
		if err != nil {
			return err
		}
		event, id := heardAs(item)
		return out.send(event, id, body)
	})
	over, ended := errors.AsType[*prentice.Error](context.Cause(ctx))
	switch {
	case ended:
		p := s.problemOf(r, over)
		_ = out.send("problem", "", template.HTMLEscapeString(p.Text))
		_ = out.send("end", "", "")
	case err == nil:
		_ = out.send("end", "", "")
	case ctx.Err() != nil:
	case !out.begun():
		s.fail(w, r, err)
	default:
		p := s.problemOf(r, err)
		_ = out.send("problem", "", template.HTMLEscapeString(p.Text))
		_ = out.send("end", "", "")
	}
}

// beat keeps the connection open, and ends it when the session has: at once when
// this process ended it.
func (s *Site) beat(ctx context.Context, cancel context.CancelCauseFunc, out *events, session string) {
	t := time.NewTicker(heartbeat)
	defer t.Stop()
	for {
		var changed <-chan struct{}
		if s.o.Changed != nil {
			changed = s.o.Changed()
		}
		if _, err := s.o.Identity.Identify(ctx, session); err != nil && ctx.Err() == nil {
			cancel(prentice.Errorf(prentice.KindOf(err), "your session has ended, so nothing more is shown").Try("sign in again"))
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-t.C:
			if out.comment() != nil {
				cancel(nil)
				return
			}
		}
	}
}

// draw is an item as the page wants it.
func (s *Site) draw(name string, item any) (string, error) {
	p := s.live[name]
	if p == nil {
		raw, err := json.Marshal(item)
		return string(raw), err
	}
	t, err := p.content()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, "live "+name, item)
	return strings.TrimSpace(b.String()), err
}

// streamed is an item that says by which name a page hears it, and where to go on
// after it when the connection breaks.
type streamed interface {
	Streamed() (event, id string)
}

// heardAs is the event's name, "message" where the item does not say, and its id.
func heardAs(item any) (event, id string) {
	if s, ok := item.(streamed); ok {
		return s.Streamed()
	}
	return "message", ""
}

// events writes server-sent events, one at a time.
type events struct {
	mu    sync.Mutex // guards the rest
	w     http.ResponseWriter
	to    *http.ResponseController
	began bool
}

func (e *events) begun() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.began
}

func (e *events) send(name, id, body string) error {
	var b strings.Builder
	b.WriteString("event: " + name + "\n")
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body), "\n") {
		b.WriteString("data: " + line + "\n")
	}
	return e.write(b.String() + "\n")
}

func (e *events) comment() error { return e.write(": still here\n\n") }

func (e *events) write(text string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.began {
		e.began = true
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.Header().Set("X-Accel-Buffering", "no")
		e.w.WriteHeader(http.StatusOK)
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	if err := e.to.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
