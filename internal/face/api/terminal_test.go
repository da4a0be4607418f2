package api_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// shown is what was printed.
type shown struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *shown) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *shown) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.all.String(), text)
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 60_000 {
		if is() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("it does not come true: %s", what)
}

func TestATerminalIsLentFromFarAway(t *testing.T) {
	w := build(t)
	typed, keys := io.Pipe()
	defer keys.Close()
	sizes := make(chan term.Size, 1)
	sizes <- term.Size{Rows: 40, Columns: 120}
	printed := &shown{}
	long := strings.Repeat("x", 100_000)
	go fmt.Fprintf(keys, "hello\n%s\nbye\n", long) //nolint:errcheck // it is read
	var items []any
	err := w.client("t-bob").Watch(t.Context(), op.Request{Op: "thing.attend", In: in{Name: "x"}, Terminal: &op.Terminal{Name: "xterm-256color", In: typed, Out: printed, Sizes: sizes}},
		func(item any) error { items = append(items, item); return nil })
	if err != nil || len(items) != 1 || items[0].(out).Name != "left" || items[0].(out).Who != "person/bob" {
		t.Errorf("%v %v", items, err)
	}
	if want := "xterm-256color 40x120\nHELLO\n" + strings.ToUpper(long) + "\n"; printed.all.String() != want {
		t.Errorf("%.100q was printed", printed.all.String())
	}
}

func TestATerminalEndsWithTheTokenAndWithWhoLendsIt(t *testing.T) {
	for _, fact := range []string{"the token is revoked", "who lends it goes"} {
		t.Run(fact, func(t *testing.T) {
			var revoked atomic.Bool
			changed := make(chan struct{})
			w := build(t, func(c *api.Config) {
				c.Beat = time.Hour
				c.Changed = func() <-chan struct{} { return changed }
				c.Authenticate = func(r *http.Request) (prentice.Actor, error) {
					if revoked.Load() {
						return prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "unknown token")
					}
					return authenticate(r)
				}
			})
			ctx, goes := context.WithCancel(t.Context())
			defer goes()
			typed, keys := io.Pipe()
			defer keys.Close()
			printed, ended := &shown{}, make(chan error, 1)
			go func() {
				ended <- w.client("t-bob").Watch(ctx, op.Request{Op: "thing.attend", In: in{Name: "waits"}, Terminal: &op.Terminal{In: typed, Out: printed, Sizes: make(chan term.Size)}}, func(any) error { return nil })
			}()
			await(t, "it begins", func() bool { return printed.has("begun") })
			if fact == "who lends it goes" {
				goes()
				if err := <-ended; prentice.KindOf(err) != prentice.Canceled {
					t.Error(err)
				}
				return // and closing the server waits for the handler
			}
			revoked.Store(true)
			close(changed)
			if err := <-ended; prentice.KindOf(err) != prentice.Unauthenticated || !strings.Contains(err.Error(), "was revoked") {
				t.Error(err)
			}
		})
	}
}

func TestAVillainWhoUpgradesBeginsNothing(t *testing.T) {
	w := build(t)
	frame := func(kind byte, says uint32, data string) string {
		return string(kind) + string(binary.BigEndian.AppendUint32(nil, says)) + data
	}
	for _, c := range []struct{ fact, head, sends, hears string }{
		{"without a token", "Upgrade: prentice-terminal\r\nConnection: Upgrade\r\n", "", "401"},
		{"without an upgrade", "Authorization: Bearer t-bob\r\n", "", "426"},
		{"to a protocol that is not ours", "Authorization: Bearer t-bob\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", "", "426"},
		{"and says a gigabyte", "Authorization: Bearer t-bob\r\nUpgrade: prentice-terminal\r\nConnection: Upgrade\r\n", frame('i', 1<<30, "{"), "101"},
		{"and types first", "Authorization: Bearer t-bob\r\nUpgrade: prentice-terminal\r\nConnection: Upgrade\r\n", frame('d', 2, "ls"), "101"},
		{"and sends no JSON", "Authorization: Bearer t-bob\r\nUpgrade: prentice-terminal\r\nConnection: Upgrade\r\n", frame('i', 1, "{"), "101"},
		{"and sends a wrong input", "Authorization: Bearer t-bob\r\nUpgrade: prentice-terminal\r\nConnection: Upgrade\r\n", frame('i', 20, `{"in":{"limit":"x"}}`), "101"},
	} {
		t.Run(c.fact, func(t *testing.T) {
			conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "GET /v1/terminal/thing.attend HTTP/1.1\r\nHost: x\r\n%s\r\n%s", c.head, c.sends) //nolint:errcheck // what is read is judged
			if c.hears != "101" {
				conn.(*net.TCPConn).CloseWrite() //nolint:errcheck // so is it here
			}
			heard, _ := io.ReadAll(conn) //nolint:errcheck // it may be reset
			if !strings.HasPrefix(string(heard), "HTTP/1.1 "+c.hears) {
				t.Errorf("%.200q", heard)
			}
		})
	}
	if w.done.Load() != 0 {
		t.Error("it was begun")
	}
	if res, _ := w.send(t, call{method: "GET", path: "/v1/terminal/thing.follow"}); res.StatusCode != 404 {
		t.Errorf("a watch is attended: %d", res.StatusCode)
	}
	if res, body := w.send(t, call{method: "GET", path: `/v1/watch/thing.attend?in={"name":"x"}`}); res.StatusCode != 422 || !strings.Contains(body, "there is none") {
		t.Errorf("without a terminal: %d %s", res.StatusCode, body)
	}
}
