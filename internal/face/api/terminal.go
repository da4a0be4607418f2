package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

const terminalPath = "/v1/terminal/{name}"

// errGone is why an operation ends whose terminal is no longer lent.
var errGone = prentice.Errorf(prentice.Canceled, "the terminal is gone")

// terminal is GET /v1/terminal/{name}, upgraded to TerminalProtocol: an operation that is
// attended. It ends with its connection, and when who asked is not who they were.
func (f *face) terminal(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	name := r.PathValue("name")
	i := slices.IndexFunc(f.Ops, func(o op.Op) bool { return o.Name == name && o.Attend })
	if i < 0 {
		f.refuse(w, r, prentice.Errorf(prentice.NotFound, "%q is no operation that is attended at a terminal", clip.Text(name)).Try("see what there is at /openapi.json"))
		return
	}
	if least := f.Ops[i].Role; !actor.Most().Includes(least) { // the door says it as well, once the terminal is lent
		f.refuse(w, r, prentice.Errorf(prentice.Denied, "%s needs the role %s", name, least).Try("ask someone who has it"))
		return
	}
	if r.Header.Get("Upgrade") != TerminalProtocol {
		w.Header().Set("Upgrade", TerminalProtocol)
		writeProblem(w, http.StatusUpgradeRequired, prentice.Errorf(prentice.Invalid, "%s is attended at a terminal", name).Try("ask with Connection: Upgrade and Upgrade: %s, as prentice does at a terminal", TerminalProtocol))
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		f.refuse(w, r, prentice.Errorf(prentice.Invalid, "a terminal is not lent over %s", r.Proto).Try("ask over HTTP/1.1"))
		return
	}
	defer conn.Close() //nolint:errcheck // nothing is left to say
	if conn.SetDeadline(time.Time{}) != nil {
		return
	}
	if _, err := fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", TerminalProtocol); err != nil {
		return
	}
	line := &frames{to: conn, from: buffered.Reader}
	var asked lent
	kind, data, err := line.next()
	if err != nil || kind != 'i' || json.Unmarshal(data, &asked) != nil {
		return
	}
	ctx, end := context.WithCancelCause(context.WithoutCancel(r.Context())) // the connection says itself when it ends
	line.gone = func() { end(errGone) }
	unguard := f.guard(ctx, r, actor, end)
	unbeat := line.beat(f.Beat)
	typed, in := io.Pipe()
	sizes := make(chan term.Size, 1)
	var reading sync.WaitGroup
	reading.Go(func() { end(line.hear(in, sizes)) })
	err = f.Door.Watch(ctx, op.Request{Actor: actor, Op: name, In: asked.In, Terminal: &op.Terminal{Name: termOf(asked.Term), In: typed, Out: line, Sizes: sizes}}, line.item)
	if cause, ok := errors.AsType[*prentice.Error](context.Cause(ctx)); ok {
		err = cause
	}
	unguard()
	unbeat()
	line.close(stopping(err))
	typed.Close() //nolint:errcheck // what is typed now is no one's
	conn.Close()  //nolint:errcheck // then reading ends
	reading.Wait()
}

// hear takes what a client sends until it sends no more, and says why.
func (f *frames) hear(in *io.PipeWriter, sizes chan term.Size) error {
	defer in.Close() //nolint:errcheck // it never fails
	for {
		kind, data, err := f.next()
		if e, ours := errors.AsType[*prentice.Error](err); ours {
			return e
		}
		if err != nil {
			return errGone
		}
		switch kind {
		case 'd':
			if _, err := in.Write(data); err != nil {
				return errGone
			}
		case 's':
			if s, ok := sizeOf(data); ok {
				term.Newest(sizes, s)
			}
		}
	}
}

// item sends what came of it.
func (f *frames) item(item any) error {
	raw, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("item of a terminal: %w", err)
	}
	return f.send('i', raw)
}

// close says how it ended.
func (f *frames) close(err error) {
	if err == nil {
		f.send('z', nil) //nolint:errcheck // anyone who has gone hears nothing
		return
	}
	if raw, err := json.Marshal(op.WireOf(err)); err == nil {
		f.send('e', raw) //nolint:errcheck // so it is here
	}
}
