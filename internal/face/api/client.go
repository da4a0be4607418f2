package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// maxAnswer is the largest answer that a client reads, in bytes.
const maxAnswer = 256 << 20

// Client is the door seen from afar: what it is asked it asks a server, and what
// comes back is what the near door would have given, output types and errors
// alike. Who asks is decided by the token, never by the request's Actor.
type Client struct {
	Base  string // http://127.0.0.1:7171, or unix:/path/of/socket
	Token string
	HTTP  *http.Client // nil is one of its own
	// Secret is what the other end of every connection must know, by Proof, before
	// it is told anything; "" asks for no proof.
	Secret string
	// Quiet is how long an answer may take until the server is asked whether it
	// lives; 0 is 10 s.
	Quiet time.Duration
	Ops   []op.Op // those that it may be asked for; they know the output types

	once   sync.Once
	client *http.Client
	base   string
	ops    map[string]op.Op
	names  []string
	fault  error
}

// Invoke asks the server to perform an operation.
func (c *Client) Invoke(ctx context.Context, r op.Request) (any, error) {
	o, in, err := c.prepare(r)
	if err != nil {
		return nil, err
	}
	ctx, done := c.whileItLives(ctx)
	defer done()
	req, err := c.request(ctx, http.MethodPost, "/v1/op/"+url.PathEscape(o.Name), bytes.NewReader(in))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	res, err := c.send(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.silent(ctx, err)
	case len(raw) > maxAnswer:
		return nil, prentice.Errorf(prentice.Limited, "the answer has more than %d bytes", maxAnswer).Try("ask for less at once")
	case res.StatusCode != http.StatusOK:
		return nil, problemFrom(res, raw)
	}
	return decode(o, raw)
}

// decode reads an output or an item into the operation's own type.
func decode(o op.Op, raw []byte) (any, error) {
	out := reflect.New(o.Out)
	if err := json.Unmarshal(raw, out.Interface()); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the answer to %s cannot be read: %w", o.Name, err).
			Try("use the same version of prentice here and on the server")
	}
	return out.Elem().Interface(), nil
}

// prepare finds the operation and writes its input as JSON. JSON that was given
// goes as it is, since the server judges it.
func (c *Client) prepare(r op.Request) (op.Op, []byte, error) {
	c.once.Do(c.setUp)
	if c.fault != nil {
		return op.Op{}, nil, c.fault
	}
	o, ok := c.ops[r.Op]
	if !ok {
		return op.Op{}, nil, app.NoSuchOp(r.Op, c.names)
	}
	if raw, ok := r.In.(json.RawMessage); ok {
		return o, raw, nil
	}
	in, err := o.Typed(r.In, time.Now())
	if err != nil {
		return op.Op{}, nil, err
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return op.Op{}, nil, prentice.Errorf(prentice.Invalid, "input of %s: %w", o.Name, err)
	}
	return o, raw, nil
}

func (c *Client) setUp() {
	c.ops = map[string]op.Op{}
	for _, o := range c.Ops {
		c.ops[o.Name] = o
		c.names = append(c.names, o.Name)
	}
	c.base, c.client = strings.TrimSuffix(c.Base, "/"), c.HTTP
	path, socket := strings.CutPrefix(c.Base, "unix:")
	if socket {
		c.base = "http://prentice"
	} else if u, err := url.Parse(c.base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		c.fault = prentice.Errorf(prentice.Invalid, "%q is not the address of a server", clip.Text(c.Base)).Try("write http://HOST:PORT or unix:PATH")
		return
	}
	if c.client != nil {
		return
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if socket {
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
	}
	if c.Secret != "" {
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialProven(ctx, network, address, c.Secret)
		}
	}
	// A redirect could carry the token elsewhere, and no server of ours sends one.
	c.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "request to %s: %w", c.Base, err)
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return req, nil
}

func (c *Client) send(req *http.Request) (*http.Response, error) {
	res, err := c.client.Do(req)
	if err != nil {
		return nil, c.silent(req.Context(), err)
	}
	return res, nil
}

// silent is the error when no answer came, or only a part of one.
func (c *Client) silent(ctx context.Context, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), errHangs):
		return prentice.Errorf(prentice.Unavailable, "%s takes requests and answers none: it hangs", c.Base).
			Try("look at its log and its machine; prentice stop-all works without it, where its data folder is. What you asked for may still be done: look before you ask again")
	case errors.Is(ctx.Err(), context.Canceled):
		return prentice.Errorf(prentice.Canceled, "the request was given up: %w", ctx.Err())
	case ctx.Err() != nil:
		return prentice.Errorf(prentice.Unavailable, "%s took too long: %w", c.Base, ctx.Err()).Try("try again when less is going on")
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return prentice.Errorf(prentice.Unavailable, "no answer from %s: %w", c.Base, err).Try("see whether the server runs; start it with: prentice up")
}

// problemFrom reads an answer that is not the wanted one.
func problemFrom(res *http.Response, raw []byte) error {
	var p Problem
	if err := json.Unmarshal(raw, &p); err == nil && strings.HasPrefix(p.Type, op.ProblemType) {
		return p.Err()
	}
	e := prentice.Errorf(op.KindOf("", res.StatusCode), "the answer is %s, and not from prentice", res.Status)
	return e.Try("look whether %s is the right address", fmt.Sprintf("%s://%s", res.Request.URL.Scheme, res.Request.URL.Host))
}

var _ op.Door = (*Client)(nil)
