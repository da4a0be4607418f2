package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"prentice"
	"prentice/internal/op"
)

// deaf is how long a stream may say nothing, not even a heartbeat, until the
// client takes it for broken.
const deaf = time.Minute

var errDeaf = errors.New("the server does not answer any more")

// Watch asks the server for a stream and hands each item on, until the stream
// ends, emit fails or the context ends. A stream that breaks off is an error.
func (c *Client) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	o, in, err := c.prepare(r)
	if err != nil {
		return err
	}
	if r.Terminal != nil {
		return c.attend(ctx, o, in, r.Terminal, emit)
	}
	path := "/v1/watch/" + url.PathEscape(o.Name)
	if len(in) > 0 {
		path += "?in=" + url.QueryEscape(string(in))
	}
	hearing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watchdog := time.AfterFunc(deaf, func() { stop(errDeaf) })
	defer watchdog.Stop()

	req, err := c.request(hearing, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := c.client.Do(req)
	if err != nil {
		return c.silent(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		raw, err := io.ReadAll(io.LimitReader(res.Body, MaxBody))
		if err != nil {
			return c.silent(ctx, err)
		}
		return problemFrom(res, raw)
	}
	events := reader{lines: bufio.NewReader(res.Body), heard: func() { watchdog.Reset(deaf) }}
	for {
		e, err := events.next()
		if err != nil {
			return c.brokeOff(ctx, hearing, err)
		}
		switch e.name {
		case "end":
			return nil
		case "error":
			return streamError(e.data)
		case "item":
			item, err := decode(o, e.data)
			if err != nil {
				return err
			}
			watchdog.Stop() // emit may take as long as it likes
			if err := emit(item); err != nil {
				return err
			}
			watchdog.Reset(deaf)
		}
	}
}

func (c *Client) brokeOff(ctx, hearing context.Context, err error) error {
	if ctx.Err() != nil {
		return c.silent(ctx, err)
	}
	if cause := context.Cause(hearing); cause != nil {
		err = cause
	}
	return prentice.Errorf(prentice.Unavailable, "the stream from %s broke off: %w", c.Base, err).Try("ask again; what has happened since is told then")
}

func streamError(raw []byte) error {
	var p Problem
	if err := json.Unmarshal(raw, &p); err != nil {
		return prentice.Errorf(prentice.Unavailable, "the stream ended with an error that cannot be read: %w", err).Try("read the server's log")
	}
	return p.Err()
}

// event is one server-sent event.
type event struct {
	name string
	data []byte
}

// reader reads server-sent events. Lines may be of any length.
type reader struct {
	lines *bufio.Reader
	heard func() // called at every line
}

// next is the next event with data. A stream that ends within one is broken off.
func (r *reader) next() (event, error) {
	var e event
	for {
		line, err := r.lines.ReadBytes('\n')
		if err == io.EOF {
			return event{}, io.ErrUnexpectedEOF
		}
		if err != nil {
			return event{}, err
		}
		r.heard()
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if e.data != nil {
				return e, nil
			}
			e = event{}
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			e.name = string(value)
		case "data":
			if e.data != nil {
				e.data = append(e.data, '\n')
			}
			e.data = append(e.data, value...)
			if e.data == nil {
				e.data = []byte{}
			}
		}
	}
}
