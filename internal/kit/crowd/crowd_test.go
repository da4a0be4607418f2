package crowd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// serve is a server with a bound: / says what it was sent, /stream begins and goes
// on until it is over.
func serve(t *testing.T, b *Bound, over chan struct{}) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestTimeout)
			return
		}
		fmt.Fprintf(w, "heard %d", len(raw))
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		w.Header().Set("Connection", "close")
		fmt.Fprintln(w, "begun")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-over:
		case <-r.Context().Done():
			return
		}
		fmt.Fprintln(w, "ended")
	})
	s := &http.Server{Handler: mux}
	b.Clock = time.Now
	b.Guard(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-ended }) //nolint:errcheck // the test is over
	return l.Addr().String()
}

func dial(t *testing.T, address, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

const slowBody = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nmore to come"

func TestABodyThatDoesNotComeEndsTheRequest(t *testing.T) {
	b := &Bound{Most: 10, Reading: 50 * time.Millisecond, Writing: time.Minute, Size: 2_000_000}
	c := dial(t, serve(t, b, nil), slowBody)
	answer, err := io.ReadAll(c) // until the server closes
	if err != nil || !strings.Contains(string(answer), "408") {
		t.Errorf("%q, %v", answer, err)
	}
}

func TestABodyThatIsTooLargeIsNotRead(t *testing.T) {
	address := serve(t, &Bound{Most: 10, Reading: time.Minute, Writing: time.Minute, Size: 10}, nil)
	res, err := http.Post("http://"+address, "text/plain", strings.NewReader("eleven bytes"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestTimeout {
		t.Error(res.Status)
	}
}

func TestAStreamOutlivesTheTimeOfABody(t *testing.T) {
	over := make(chan struct{})
	b := &Bound{Most: 10, Reading: time.Nanosecond, Writing: time.Minute, Size: 100}
	address := serve(t, b, over)
	in := bufio.NewReader(dial(t, address, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"))
	for line := ""; !strings.Contains(line, "begun"); {
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	close(over)
	rest, err := io.ReadAll(in)
	if !strings.Contains(string(rest), "ended") {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestOneMoreIsLetInAsLongAsAnyWaits(t *testing.T) {
	address := serve(t, &Bound{Most: 5, Reading: time.Minute, Writing: time.Minute, Size: 2_000_000}, nil)
	stream := bufio.NewReader(dial(t, address, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"))
	if line, err := stream.ReadString('\n'); !strings.Contains(line, "200") {
		t.Fatal(line, err)
	}
	var slow []net.Conn
	for range 20 {
		slow = append(slow, dial(t, address, slowBody))
	}
	res, err := (&http.Client{Transport: &http.Transport{}, Timeout: time.Minute}).Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status)
	}
	_ = slow[0].SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := slow[0].Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("the first that waited is still there: %v", err)
	}
	for { // the stream is still there
		line, err := stream.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(line, "begun") {
			return
		}
	}
}

func TestWhoFloodsPushesOutThemselves(t *testing.T) {
	now := time.Unix(0, 0)
	b := &Bound{Most: 4, Clock: func() time.Time { now = now.Add(time.Second); return now }}
	b.Guard(&http.Server{})
	come := func(address string) (*conn, net.Conn) {
		c := &conn{address: address}
		return c, b.note(c, http.StateNew)
	}
	friend, _ := come("10.0.0.1:1")
	first, _ := come("10.0.0.2:1")
	second, _ := come("10.0.0.2:2")
	come("10.0.0.2:3")
	if _, out := come("10.0.0.2:4"); out != net.Conn(first) {
		t.Errorf("%v made room for one more of the crowd", out)
	}
	if _, out := come("10.0.0.3:1"); out != net.Conn(second) {
		t.Errorf("%v made room for a stranger", out)
	}
	for c, g := range b.all {
		g.waits = false
		_ = c
	}
	if last, out := come("10.0.0.4:1"); out != net.Conn(last) {
		t.Errorf("%v was ended in the middle of an answer", out)
	}
	if b.all[friend] == nil || len(b.all) != 4 {
		t.Errorf("%d are left", len(b.all))
	}
}

// conn is a connection of which only the address matters.
type conn struct {
	net.Conn
	address string
}

func (c *conn) RemoteAddr() net.Addr { a, _ := net.ResolveTCPAddr("tcp", c.address); return a }

// All addresses of a network of IPv6 may be one machine's.
func TestANetworkFloodsAsOne(t *testing.T) {
	now := time.Unix(0, 0)
	b := &Bound{Most: 4, Clock: func() time.Time { return now }}
	b.Guard(&http.Server{})
	honest := &conn{address: "192.0.2.1:1"}
	b.note(honest, http.StateNew)
	for i := range 20 {
		now = now.Add(time.Second)
		if out := b.note(&conn{address: fmt.Sprintf("[2001:db8::%x]:1", i+1)}, http.StateNew); out == honest {
			t.Fatalf("the one who floods pushed out another with connection %d", i)
		}
	}
}

// A stream to someone who reads nothing goes into the buffers of the system first; when
// those take nothing more, it has its time and no longer.
func TestWhoReadsNothingOfAStreamIsLeft(t *testing.T) {
	left := make(chan error, 1)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for part := make([]byte, 64<<10); ; {
			if _, err := w.Write(part); err != nil {
				left <- err
				return
			}
		}
	})}
	(&Bound{Most: 10, Reading: time.Minute, Writing: 100 * time.Millisecond, Size: 100, Clock: time.Now}).Guard(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-ended }) //nolint:errcheck // the test is over
	dial(t, l.Addr().String(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-left:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("left with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("it holds the stream still")
	}
}
