package probe_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/kit/freeport"
)

// world is a web server that behaves in many ways, by path.
func world(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "all is well") })
	mux.HandleFunc("/503", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(strings.Repeat("x", 70<<10) + "far behind"))
	})
	mux.HandleFunc("/longer", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(strings.Repeat("x", 4<<20) + "too late"))
	})
	mux.HandleFunc("/halves", func(w http.ResponseWriter, r *http.Request) { // each write arrives by itself
		for _, part := range []string{strings.Repeat("x", 32<<10) + "al", "l is w", "ell"} {
			w.Write([]byte(part))
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("all is well"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/capitals", func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := strings.Cut(r.Host, ":")
		http.Redirect(w, r, "http://LOCALHOST:"+port+"/ok", http.StatusFound)
	})
	mux.HandleFunc("/dot", func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := strings.Cut(r.Host, ":")
		http.Redirect(w, r, "http://localhost.:"+port+"/ok", http.StatusFound)
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://login.test/", http.StatusFound)
	})
	mux.HandleFunc("/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/half", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
	})
	mux.HandleFunc("/hangup", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// vacant is an address that no one listens on.
func vacant(t *testing.T) string {
	t.Helper()
	port, err := freeport.Give()
	if err != nil {
		t.Fatal(err)
	}
	return freeport.Address(port)
}

func TestWhatALookSees(t *testing.T) {
	s := world(t)
	secure := httptest.NewTLSServer(s.Config.Handler)
	defer secure.Close()
	address := strings.TrimPrefix(s.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	nobody := vacant(t)
	withPassword := "http://ann:hunter2@" + address + "/secret"
	for _, c := range []struct {
		name   string
		probe  prentice.Probe
		truth  prentice.Truth
		status int
		says   string
	}{
		{"a page that answers", prentice.Probe{Kind: "http", Target: s.URL + "/ok"}, prentice.Pass, 200, s.URL + "/ok answered 200"},
		{"a page that answers 503", prentice.Probe{Kind: "http", Target: s.URL + "/503"}, prentice.Fail, 503, s.URL + "/503 answered 503"},
		{"a 503 that is wanted", prentice.Probe{Kind: "http", Target: s.URL + "/503", Status: 503}, prentice.Pass, 503, s.URL + "/503 answered 503"},
		{"a 200 when another was wanted", prentice.Probe{Kind: "http", Target: s.URL + "/ok", Status: 204}, prentice.Fail, 200, s.URL + "/ok answered 200, not 204"},
		{"the wanted text", prentice.Probe{Kind: "http", Target: s.URL + "/ok", Contains: "is well"}, prentice.Pass, 200, s.URL + "/ok answered 200 with the wanted text"},
		{"another text", prentice.Probe{Kind: "http", Target: s.URL + "/ok", Contains: "is fine"}, prentice.Fail, 200, s.URL + `/ok answered 200 without the text "is fine"`},
		{"the wanted text far behind", prentice.Probe{Kind: "http", Target: s.URL + "/long", Contains: "far behind"}, prentice.Pass, 200, s.URL + "/long answered 200 with the wanted text"},
		{"the wanted text too far behind", prentice.Probe{Kind: "http", Target: s.URL + "/longer", Contains: "too late"}, prentice.Fail, 200, s.URL + `/longer answered 200 without the text "too late" in its first 4 MiB`},
		{"the wanted text in parts", prentice.Probe{Kind: "http", Target: s.URL + "/halves", Contains: "all is well"}, prentice.Pass, 200, s.URL + "/halves answered 200 with the wanted text"},
		{"the wanted text, and no end", prentice.Probe{Kind: "http", Target: s.URL + "/endless", Contains: "well", Timeout: 20 * time.Second}, prentice.Pass, 200, s.URL + "/endless answered 200 with the wanted text"},
		{"the same host in capitals", prentice.Probe{Kind: "http", Target: "http://localhost:" + port + "/capitals"}, prentice.Pass, 200, "http://localhost:" + port + "/capitals (redirected to http://LOCALHOST:" + port + "/ok) answered 200"},
		{"the same host with a dot", prentice.Probe{Kind: "http", Target: "http://localhost:" + port + "/dot"}, prentice.Pass, 200, "http://localhost:" + port + "/dot (redirected to http://localhost:" + port + "/ok) answered 200"},
		{"half a page", prentice.Probe{Kind: "http", Target: s.URL + "/half", Contains: "whole"}, prentice.Fail, 200, s.URL + "/half: it hung up before it had answered"},
		{"a redirect within the host", prentice.Probe{Kind: "http", Target: s.URL + "/near"}, prentice.Pass, 200, s.URL + "/near (redirected to " + s.URL + "/ok) answered 200"},
		{"a redirect to another host", prentice.Probe{Kind: "http", Target: s.URL + "/away"}, prentice.Fail, 302, s.URL + "/away answered 302 and led to another host, login.test; probe that address, or expect status 302"},
		{"a redirect that is wanted", prentice.Probe{Kind: "http", Target: s.URL + "/near", Status: 302}, prentice.Pass, 302, s.URL + "/near answered 302"},
		{"redirects without end", prentice.Probe{Kind: "http", Target: s.URL + "/round"}, prentice.Fail, 302, s.URL + "/round answered 302 after 5 redirects"},
		{"a page that never comes", prentice.Probe{Kind: "http", Target: s.URL + "/slow", Timeout: 30 * time.Millisecond}, prentice.Fail, 0, s.URL + "/slow: no answer in time"},
		{"a server that hangs up", prentice.Probe{Kind: "http", Target: s.URL + "/hangup"}, prentice.Fail, 0, s.URL + "/hangup: it hung up before it had answered"},
		{"a certificate that no one trusts", prentice.Probe{Kind: "http", Target: secure.URL + "/ok"}, prentice.Fail, 0, secure.URL + "/ok: its certificate is signed by no one who is trusted here"},
		{"nobody", prentice.Probe{Kind: "http", Target: "http://" + nobody + "/"}, prentice.Fail, 0, "http://" + nobody + "/: nothing listens there (connection refused)"},
		{"a password, which is not shown", prentice.Probe{Kind: "http", Target: withPassword}, prentice.Pass, 200, "http://ann:xxxxx@" + address + "/secret answered 200"},
		{"a port that is open", prentice.Probe{Kind: "tcp", Target: address}, prentice.Pass, 0, address + " takes connections"},
		{"a port that is closed", prentice.Probe{Kind: "tcp", Target: nobody}, prentice.Fail, 0, nobody + ": nothing listens there (connection refused)"},
		{"a command that succeeds", prentice.Probe{Kind: "command", Target: "test 1 -lt 2"}, prentice.Pass, 0, "test: exit code 0"},
		{"a command that says no", prentice.Probe{Kind: "command", Target: `sh -c "echo a; echo 'disk is full' >&2; exit 2"`}, prentice.Fail, 2, "sh: exit code 2: disk is full"},
		{"a command that hangs", prentice.Probe{Kind: "command", Target: "sleep 300", Timeout: 30 * time.Millisecond}, prentice.Fail, 0, "sleep: no answer in time"},
		{"a command that is not there", prentice.Probe{Kind: "command", Target: "no-such-program"}, prentice.NotSeen, 0, ""},
		{"a command line that is not whole", prentice.Probe{Kind: "command", Target: "echo 'x"}, prentice.NotSeen, 0, ""},
		{"a kind that no one knows", prentice.Probe{Kind: "pigeon", Target: "x"}, prentice.NotSeen, 0, `"pigeon" is not a kind of probe: use one of http, tcp, command, tls, dns, icmp, grpc, postgres, mysql, domain`},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := probe.New().Probe(t.Context(), c.probe)
			if seen.Truth != c.truth || seen.Status != c.status || c.says != "" && seen.Says != c.says {
				t.Errorf("got %s %d %q", seen.Truth, seen.Status, seen.Says)
			}
			if seen.Says == "" || seen.Time.IsZero() || seen.Latency <= 0 {
				t.Errorf("incomplete: %+v", seen)
			}
		})
	}
}

func TestALookThatIsStoppedHasSeenNothing(t *testing.T) {
	s := world(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	seen := probe.New().Probe(ctx, prentice.Probe{Kind: "http", Target: s.URL + "/slow", Timeout: time.Minute})
	if seen.Truth != prentice.NotSeen {
		t.Errorf("got %+v", seen)
	}
}

func TestEveryLookOpensItsOwnConnection(t *testing.T) {
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	p := probe.New()
	for range 3 {
		p.Probe(t.Context(), prentice.Probe{Kind: "http", Target: s.URL})
	}
	if opened.Load() != 3 {
		t.Errorf("%d connections for 3 looks", opened.Load())
	}
}
