package preview_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice/internal/kit/crowd"
)

// soon waits for something for a minute at most.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("a minute long not: %s", what)
		}
	}
}

// begin opens a connection to the front and sends the beginning of something on it.
func (w *world) begin(text string) net.Conn {
	w.t.Helper()
	c, err := net.Dial("tcp", w.front.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// slowApp counts who is with it, reads what it is sent, and answers /flood without end.
func slowApp(with *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quick" {
			fmt.Fprintln(w, "answered")
			return
		}
		with.Add(1)
		defer with.Add(-1)
		if _, err := io.Copy(io.Discard, r.Body); err != nil || r.URL.Path != "/flood" {
			return
		}
		for part := make([]byte, 64<<10); ; {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	}
}

func tokenOf(link string) string { return strings.SplitN(link, "/link/", 2)[1] }

func (w *world) head(method, path, token, more string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: " + strings.TrimPrefix(w.url("e1", ""), "http://") + "\r\nPrentice-Link: " + token + "\r\n" + more + "\r\n"
}

func TestSlowClientsHoldNeitherTheProxyNorOneAnother(t *testing.T) {
	var with atomic.Int64
	w := newWorld(t, slowApp(&with))
	slow, quick := tokenOf(w.link("e1", time.Hour, 0)), tokenOf(w.link("e1", time.Hour, 0))
	var conns []net.Conn
	for range 10 {
		conns = append(conns,
			w.begin("GET /x HTTP/1.1\r\nHo"), // never a whole head
			w.begin(w.head("POST", "/upload", slow, "Content-Length: 100000\r\n")+"a"),
			w.begin(w.head("POST", "/upload", slow, "Transfer-Encoding: chunked\r\n")+"5\r\nab"),
			w.begin(w.head("GET", "/flood", slow, "Connection: close\r\n"))) // it reads nothing
	}
	soon(t, "all that ask are with the service", func() bool { return with.Load() == 30 })
	for i := range 20 { // a byte each at a time, and others are answered all the while
		for _, c := range conns[:3] {
			_, _ = c.Write([]byte("s"))
		}
		if res := w.browser().get(w.url("e1", "/quick"), "Accept", "*/*", "Prentice-Link", quick); res.StatusCode != http.StatusOK || res.text != "answered\n" {
			t.Fatalf("after %d bytes: %s %s", i, res.Status, res.text)
		}
	}
	for _, c := range conns {
		c.Close()
	}
	soon(t, "a service is left by who has gone", func() bool { return with.Load() == 0 })
}

func TestAServerThatBoundsItsCrowdLeavesSlowClientsOfPreviews(t *testing.T) {
	var with atomic.Int64
	w := newWorld(t, slowApp(&with))
	token := tokenOf(w.link("e1", time.Hour, 0))
	front := &http.Server{Handler: w.front.Config.Handler, ReadHeaderTimeout: 200 * time.Millisecond}
	(&crowd.Bound{Most: 100, Reading: 200 * time.Millisecond, Writing: 200 * time.Millisecond, Size: 1 << 20, Clock: time.Now, Long: func(*http.Request) bool { return true }}).Guard(front)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- front.Serve(l) }()
	t.Cleanup(func() { front.Close(); <-ended })
	for name, text := range map[string]string{
		"a head that does not end":      "GET /x HTTP/1.1\r\nHo",
		"a body that does not come":     w.head("POST", "/upload", token, "Content-Length: 100000\r\n") + "a",
		"a chunk that does not come":    w.head("POST", "/upload", token, "Transfer-Encoding: chunked\r\n") + "5\r\nab",
		"an answer that is not read":    w.head("GET", "/flood", token, ""),
		"an answer that is read slowly": w.head("GET", "/flood", token, ""),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, text); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "an answer") {
				soon(t, "the service answers", func() bool { return with.Load() == 1 })
				if name == "an answer that is read slowly" {
					_, _ = c.Read(make([]byte, 1))
				}
			} else { // the server ends it
				_ = c.SetReadDeadline(time.Now().Add(time.Minute))
				if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
					t.Errorf("it is still there: %v", err)
				}
			}
			soon(t, "the service is left", func() bool { return with.Load() == 0 })
		})
	}
}

func TestOneVisitorLeavesRoomForTheNext(t *testing.T) {
	var with atomic.Int64
	w := newWorld(t, slowApp(&with))
	slow, quick := tokenOf(w.link("e1", time.Hour, 0)), tokenOf(w.link("e1", time.Hour, 0))
	upload := w.head("POST", "/upload", slow, "Content-Length: 100000\r\n") + "a"
	var conns []net.Conn
	for range 256 {
		conns = append(conns, w.begin(upload))
	}
	soon(t, "all are with the service", func() bool { return with.Load() == 256 })
	asks := func(token string) int {
		return w.browser().get(w.url("e1", "/quick"), "Accept", "*/*", "Prentice-Link", token).StatusCode
	}
	if code := asks(slow); code != http.StatusServiceUnavailable {
		t.Errorf("one more of the same visitor: %d", code)
	}
	if code := asks(quick); code != http.StatusOK {
		t.Errorf("another visitor: %d", code)
	}
	for _, c := range conns {
		c.Close()
	}
	soon(t, "there is room again", func() bool { return asks(slow) == http.StatusOK })
}
