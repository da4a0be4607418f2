package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/op"
)

// likeness is what two errors must have in common to be the same to a user.
func likeness(err error) string {
	if err == nil {
		return "no error"
	}
	var e *prentice.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("not an error of ours: %v", err)
	}
	return fmt.Sprintf("%s|%s|%s|%s", e.Kind, e.Text, e.Hint, e.At)
}

func TestNearAndFarGiveTheSame(t *testing.T) {
	w := build(t)
	for _, c := range []struct {
		name, token, op string
		in              any
	}{
		{"a change", "t-ann", "thing.make", in{Name: "x", Env: map[string]string{"a": "<&>"}}},
		{"a change by pointer", "t-ann", "thing.make", &in{Name: "x"}},
		{"a change in JSON", "t-ann", "thing.make", json.RawMessage(`{"name":"x","limit":2}`)},
		{"a list", "t-bob", "thing.list", in{Name: "x"}},
		{"nothing in, nothing out", "t-ann", "thing.rule", nil},
		{"a misspelt key", "t-ann", "thing.make", json.RawMessage(`{"nmae":"x"}`)},
		{"half an object", "t-ann", "thing.make", json.RawMessage(`{"name":`)},
		{"a missing value", "t-ann", "thing.make", in{}},
		{"a value too large", "t-ann", "thing.make", in{Name: "x", Limit: 1 << 40}},
		{"too small a role", "t-bob", "thing.rule", nil},
		{"policy", "t-ann", "thing.frozen", nil},
		{"an unknown operation", "t-ann", "thing.mke", nil},
		{"a watch that is invoked", "t-ann", "thing.follow", in{Name: "x"}},
		{"internal", "t-ann", "fail.internal", in{Name: "x"}},
		{"invalid", "t-ann", "fail.invalid", in{Name: "x"}},
		{"not found", "t-ann", "fail.not-found", in{Name: "x"}},
		{"denied", "t-ann", "fail.denied", in{Name: "x"}},
		{"refused", "t-ann", "fail.refused", in{Name: "x"}},
		{"conflict", "t-ann", "fail.conflict", in{Name: "x"}},
		{"limited", "t-ann", "fail.limited", in{Name: "x"}},
		{"unavailable", "t-ann", "fail.unavailable", in{Name: "x"}},
		{"cancelled", "t-ann", "fail.cancelled", in{Name: "x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := op.Request{Actor: people[c.token], Op: c.op, In: c.in}
			w.done.Store(0)
			near, nearErr := w.near.Invoke(t.Context(), r)
			w.done.Store(0)
			r.Actor = prentice.Actor{Kind: prentice.Self, Name: "liar", Role: prentice.Owner} // the token decides
			far, farErr := w.client(c.token).Invoke(t.Context(), r)
			if !reflect.DeepEqual(near, far) {
				t.Errorf("near %+v\nfar  %+v", near, far)
			}
			if n, f := likeness(nearErr), likeness(farErr); n != f {
				t.Errorf("near %s\nfar  %s", n, f)
			}
		})
	}
}

func TestNearAndFarTellTheSameStream(t *testing.T) {
	w := build(t)
	enough := errors.New("enough")
	for _, c := range []struct {
		name, op string
		in       any
		at       int // when the listener has enough; 0 is never
	}{
		{"to its end", "thing.follow", in{Name: "x", Limit: 5}, 0},
		{"until the listener has enough", "thing.follow", in{Name: "x", Limit: 50_000}, 2},
		{"until it breaks", "thing.follow", in{Name: "breaks", Limit: 2}, 0},
		{"without an item", "thing.fails", nil, 0},
		{"with bad input", "thing.follow", json.RawMessage(`{"nmae":"x"}`), 0},
		{"of an operation that is none", "thing.make", in{Name: "x"}, 0},
		{"of what is not there", "thing.folow", nil, 0},
		{"with one very long line", "thing.long", in{Name: "x", Limit: 3_000_000}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			hear := func(door op.Door) (items []any, err error) {
				err = door.Watch(t.Context(), op.Request{Actor: people["t-ann"], Op: c.op, In: c.in}, func(item any) error {
					items = append(items, item)
					if len(items) == c.at {
						return enough
					}
					return nil
				})
				return items, err
			}
			near, nearErr := hear(w.near)
			far, farErr := hear(w.client("t-ann"))
			if !reflect.DeepEqual(near, far) {
				t.Errorf("near %d items, far %d", len(near), len(far))
			}
			if n, f := likeness(nearErr), likeness(farErr); n != f {
				t.Errorf("near %s\nfar  %s", n, f)
			}
		})
	}
}

func TestAStreamEndsWhenItsListenerGoes(t *testing.T) {
	w := build(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := w.client("t-ann").Watch(ctx, op.Request{Op: "thing.follow", In: in{Name: "waits", Limit: 1}}, func(any) error {
		cancel()
		return nil
	})
	if got := likeness(err); !strings.HasPrefix(got, "cancelled|") {
		t.Errorf("got %s", got)
	}
	w.server.Close() // returns only when no request is left
}

func TestAStreamThatBreaksOffIsNotTakenForItsEnd(t *testing.T) {
	w := build(t)
	err := w.client("t-ann").Watch(t.Context(), op.Request{Op: "thing.follow", In: in{Name: "waits", Limit: 1}}, func(any) error {
		w.server.CloseClientConnections()
		return nil
	})
	if got := likeness(err); !strings.HasPrefix(got, "unavailable|the stream from") {
		t.Errorf("got %s", got)
	}
}

func TestASocketIsADoorToo(t *testing.T) {
	w := build(t)
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := api.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = l
	server.Start()
	defer server.Close()
	c := &api.Client{Base: "unix:" + path, Token: "t-ann", Ops: w.near.Ops()}
	if got, err := c.Invoke(t.Context(), op.Request{Op: "thing.make", In: in{Name: "x"}}); err != nil || got.(out).Who != "person/ann" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatIsNotAnswerIsToldWithTheNextStep(t *testing.T) {
	w := build(t)
	ops := w.near.Ops()
	answers := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Location", "http://elsewhere.invalid/")
			rw.WriteHeader(status)
			rw.Write([]byte(body)) //nolint:errcheck // a test
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct{ name, base, token, want string }{
		{"no one listens", gone.URL, "t-ann", "unavailable|no answer from " + gone.URL},
		{"no socket", "unix:/nowhere/at/all", "t-ann", "unavailable|no answer from unix:/nowhere/at/all"},
		{"not an address", "checkout", "t-ann", `invalid|"checkout" is not the address of a server`},
		{"no one known", w.server.URL, "t-eve", "unauthenticated|you are not signed in"},
		{"a page of something else", answers(200, "<html>"), "t-ann", "unavailable|the answer to thing.rule cannot be read"},
		{"a proxy without a server", answers(502, "bad gateway"), "t-ann", "unavailable|the answer is 502 Bad Gateway"},
		{"a wall", answers(403, "{}"), "t-ann", "denied|the answer is 403"},
		{"a redirect is not followed", answers(302, ""), "t-ann", "internal|the answer is 302"},
	} {
		t.Run(c.name, func(t *testing.T) {
			far := &api.Client{Base: c.base, Token: c.token, Ops: ops}
			_, err := far.Invoke(t.Context(), op.Request{Op: "thing.rule"})
			if got := likeness(err); !strings.HasPrefix(got, c.want) || strings.Contains(got, "||") {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestARequestThatIsGivenUpSaysSo(t *testing.T) {
	w := build(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.client("t-ann").Invoke(ctx, op.Request{Op: "thing.rule"})
	if got := likeness(err); !strings.HasPrefix(got, "cancelled|") {
		t.Errorf("got %s", got)
	}
}
