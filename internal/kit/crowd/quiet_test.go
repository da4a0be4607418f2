package crowd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener without a network, so that its time can be a made one.
type pipes struct {
	come chan net.Conn
	end  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.come:
		return c, nil
	case <-p.end:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// both asks a guarded server in HTTP/1.1 and in HTTP/2, in a time that is made.
func both(t *testing.T, handler http.HandlerFunc, ask func(t *testing.T, c *http.Client)) {
	for _, name := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &http.Server{Handler: handler, Protocols: new(http.Protocols)}
				s.Protocols.SetHTTP1(true)
				s.Protocols.SetUnencryptedHTTP2(true)
				(&Bound{Most: 100, Reading: 30 * time.Second, Writing: 30 * time.Second, Size: 100, Clock: time.Now, Long: func(*http.Request) bool { return true }}).Guard(s)
				l := pipes{make(chan net.Conn), make(chan struct{})}
				ended := make(chan error, 1)
				go func() { ended <- s.Serve(l) }()
				tr := &http.Transport{Protocols: new(http.Protocols), DialContext: func(context.Context, string, string) (net.Conn, error) {
					here, there := net.Pipe()
					l.come <- there
					return here, nil
				}}
				tr.Protocols.SetHTTP1(name == "HTTP/1.1")
				tr.Protocols.SetUnencryptedHTTP2(name != "HTTP/1.1")
				ask(t, &http.Client{Transport: tr})
				tr.CloseIdleConnections()
				close(l.end)
				s.Close() //nolint:errcheck // the test is over
				<-ended
			})
		})
	}
}

func TestAStreamMayBeQuietForLongerThanAPartOfAnAnswerMayTake(t *testing.T) {
	both(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "begun by "+r.Proto)
		_ = http.NewResponseController(w).Flush()
		time.Sleep(5 * time.Minute)
		if r.URL.Path == "/says" {
			fmt.Fprintln(w, "ended")
		}
	}, func(t *testing.T, c *http.Client) {
		for path, want := range map[string]string{"/says": "ended\n", "/is-silent": ""} {
			for range 2 { // the second comes on the same connection
				res, err := c.Get("http://x" + path)
				if err != nil {
					t.Fatal(err)
				}
				all, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || string(all) != "begun by "+res.Proto+"\n"+want {
					t.Errorf("%s: %q, %v", path, all, err)
				}
			}
		}
	})
}

func TestABodyWaitsForWhoIsSlowToReadIt(t *testing.T) {
	both(t, func(w http.ResponseWriter, r *http.Request) {
		in := bufio.NewReader(r.Body)
		first, _ := in.ReadString('\n')
		time.Sleep(5 * time.Minute)
		rest, err := io.ReadAll(in)
		fmt.Fprint(w, first, string(rest), err)
	}, func(t *testing.T, c *http.Client) {
		body, to := io.Pipe()
		go func() {
			fmt.Fprintln(to, "first")
			time.Sleep(2 * time.Minute)
			fmt.Fprint(to, strings.Repeat("x", 10))
			to.Close()
		}()
		res, err := c.Post("http://x", "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		all, err := io.ReadAll(res.Body)
		if err != nil || string(all) != "first\nxxxxxxxxxx<nil>" {
			t.Errorf("%q, %v", all, err)
		}
	})
}

func TestWhoDoesNotReadIsLeft(t *testing.T) {
	var left atomic.Value
	both(t, func(w http.ResponseWriter, r *http.Request) {
		part := make([]byte, 64<<10)
		for {
			if _, err := w.Write(part); err != nil {
				left.Store(err)
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				left.Store(err)
				return
			}
		}
	}, func(t *testing.T, c *http.Client) {
		left = atomic.Value{}
		res, err := c.Get("http://x")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if left.Load() == nil {
			t.Error("the server still writes to who does not read")
		}
		res.Body.Close()
	})
}

func TestTheRestOfABodyThatAHandlerLeavesHasItsTimeToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/reads" {
				_, _ = io.ReadAll(r.Body)
			}
			fmt.Fprintln(w, "answered")
		})}
		(&Bound{Most: 100, Reading: 30 * time.Second, Writing: 30 * time.Second, Size: 100, Clock: time.Now, Long: func(*http.Request) bool { return true }}).Guard(s)
		l := pipes{make(chan net.Conn), make(chan struct{})}
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(l) }()
		for _, path := range []string{"/reads", "/does-not"} {
			here, there := net.Pipe()
			l.come <- there
			fmt.Fprintf(here, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na", path)
			left := make(chan string, 1)
			go func() {
				all, _ := io.ReadAll(here)
				left <- string(all)
			}()
			select {
			case all := <-left: // the time to take an answer may be over with that of the body
				if path == "/reads" && !strings.Contains(all, "answered") {
					t.Errorf("%s: %q", path, all)
				}
			case <-time.After(time.Hour):
				t.Errorf("%s: the connection is still there", path)
				here.Close() //nolint:errcheck // the server is to end
				<-left
			}
		}
		close(l.end)
		s.Close() //nolint:errcheck // the test is over
		<-ended
	})
}
