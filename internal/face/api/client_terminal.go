package api

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"prentice/internal/op"
)

// sign is how often a client that lends a terminal says that it is there.
const sign = deaf / 4

// attend lends a terminal to an operation of the server, until that is over.
func (c *Client) attend(ctx context.Context, o op.Op, in []byte, t *op.Terminal, emit func(any) error) error {
	req, err := c.request(ctx, http.MethodGet, "/v1/terminal/"+url.PathEscape(o.Name), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", TerminalProtocol)
	res, err := c.upgrading().Do(req)
	if err != nil {
		return c.silent(ctx, err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing is left to say
	conn, both := res.Body.(io.ReadWriteCloser)
	if res.StatusCode != http.StatusSwitchingProtocols || !both {
		raw, err := io.ReadAll(io.LimitReader(res.Body, MaxBody))
		if err != nil {
			return c.silent(ctx, err)
		}
		return problemFrom(res, raw)
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })() //nolint:errcheck // what waits ends
	line := &frames{to: conn, from: bufio.NewReader(conn)}
	first, err := json.Marshal(lent{In: in, Term: t.Name})
	if err == nil {
		err = line.send('i', first)
	}
	if err != nil {
		return c.silent(ctx, err)
	}
	defer line.beat(sign)()
	over := make(chan struct{})
	defer close(over)
	go func() { io.Copy(line, t.In) }() //nolint:errcheck // it ends with what is lent, or with the connection
	go func() {
		for {
			select {
			case <-over:
				return
			case s := <-t.Sizes:
				line.send('s', sized(s)) //nolint:errcheck // then it keeps its size
			}
		}
	}()
	return c.attended(ctx, o, line, t.Out, emit)
}

// attended takes what the server sends, until it says how it ended.
func (c *Client) attended(ctx context.Context, o op.Op, line *frames, out io.Writer, emit func(any) error) error {
	watchdog := time.AfterFunc(deaf, func() { line.to.Close() }) //nolint:errcheck // what waits ends
	defer watchdog.Stop()
	for {
		kind, data, err := line.next()
		if err != nil {
			return c.brokeOff(ctx, ctx, err)
		}
		watchdog.Reset(deaf)
		switch kind {
		case 'd':
			if _, err := out.Write(data); err != nil {
				return err
			}
		case 'i':
			item, err := decode(o, data)
			if err == nil {
				err = emit(item)
			}
			if err != nil {
				return err
			}
		case 'e':
			return streamError(data)
		case 'z':
			return nil
		}
	}
}

// upgrading is the client over HTTP/1.1 alone: connections of HTTP/2 are not upgraded.
func (c *Client) upgrading() *http.Client {
	t, ok := c.client.Transport.(*http.Transport)
	if !ok {
		return c.client
	}
	t = t.Clone()
	t.Protocols, t.ForceAttemptHTTP2 = new(http.Protocols), false
	t.Protocols.SetHTTP1(true)
	one := *c.client
	one.Transport = t
	return &one
}
