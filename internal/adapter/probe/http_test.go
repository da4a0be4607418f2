package probe_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
)

type options = prentice.Options

// answers is a web server whose answers are held against much.
func answers(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"status": "ok", "queue": 12}`)
	})
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "version 4.7 is well") })
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "["+strings.Repeat("1,", 1<<19)+"1]")
	})
	mux.HandleFunc("/nothing", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.Header.Get("X-Team"), body)
	})
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if password != "hunter2hunter2" && r.Header.Get("Authorization") != "Bearer hunter2hunter2" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	mux.HandleFunc("/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/text", http.StatusFound) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// given is secrets that any machine may have.
func given(_ context.Context, machine, name string) (string, error) {
	if name != "web" || machine != "127.0.0.1" {
		return "", prentice.Errorf(prentice.Refused, "no secret %s for %s", name, machine)
	}
	return "hunter2hunter2", nil
}

func TestAnAnswerIsHeldAgainstAllThatItsProbeWants(t *testing.T) {
	s := answers(t)
	for _, c := range []struct {
		path  string
		o     options
		truth prentice.Truth
		says  string // behind the address
	}{
		{"/health", options{"expect": {"json.status == 'ok' && json.queue < 100"}}, prentice.Pass, " answered 200"},
		{"/health", options{"expect": {"status == 200", "json.queue < 10"}}, prentice.Fail, " answered 200, and it is not so that json.queue < 10"},
		{"/health", options{"expect": {"json.depth < 10"}}, prentice.Fail, " answered 200, of which json.depth < 10 cannot be said: no such key: depth"},
		{"/health", options{"expect": {"headers['content-type'] == 'application/json' && body.contains('ok')"}}, prentice.Pass, " answered 200"},
		{"/text", options{"expect": {"json.ok == true"}}, prentice.Fail, ""},
		{"/nothing", options{"expect": {"json.ok == true"}}, prentice.Fail, " answered 204 with no body, which is no JSON"},
		{"/large", options{"expect": {"json.size() > 1"}}, prentice.Fail, " answered 200 with more than 1 MiB, of which no condition can be worked out"},
		{"/large", options{"matches": {"z"}}, prentice.Fail, ` answered 200 without a match of "z" in its first 1 MiB`},
		{"/text", options{"matches": {`version 4\.\d+`, "well$"}}, prentice.Pass, " answered 200"},
		{"/text", options{"matches": {`version 5`}}, prentice.Fail, ` answered 200 without a match of "version 5"`},
		{"/text", options{"status": {"204", "300-399"}}, prentice.Fail, " answered 200, not 204, 300-399"},
		{"/text", options{"status": {"200-299"}}, prentice.Pass, " answered 200"},
		{"/health", options{"has_headers": {"content-type: ^application/json"}}, prentice.Pass, " answered 200"},
		{"/health", options{"has_headers": {"Content-Type: ^text/"}}, prentice.Fail, ` answered 200 with another Content-Type than "^text/"`},
		{"/health", options{"has_headers": {"X-Trace: ."}}, prentice.Fail, " answered 200 without the header X-Trace"},
		{"/echo", options{"method": {"POST"}, "body": {"ping"}, "headers": {"Host: shop.test", "X-Team: web"}, "matches": {"^POST shop.test web ping$"}}, prentice.Pass, " answered 200"},
		{"/near", options{"redirects": {"none"}}, prentice.Fail, " answered 302"},
		{"/near", options{"redirects": {"none"}, "status": {"302"}}, prentice.Pass, " answered 302"},
		{"/who", nil, prentice.Fail, " answered 401"},
		{"/who", options{"user": {"ann"}, "password": {"web"}}, prentice.Pass, " answered 200"},
		{"/who", options{"bearer": {"web"}}, prentice.Pass, " answered 200"},
		{"/who", options{"bearer": {"other"}}, prentice.NotSeen, ""},
		{"/text", options{"trust": {"/does/not/exist.pem"}}, prentice.NotSeen, ""},
		{"/text", options{"ip": {"4"}}, prentice.Pass, " answered 200"},
		{"/text", options{"ip": {"6"}}, prentice.Fail, ""},
	} {
		q := prentice.Probe{Kind: "http", Target: s.URL + c.path, Options: c.o, Timeout: time.Minute}
		if found := probe.New().Kinds()[0].Lint(q); len(found) > 0 {
			t.Errorf("%s %v: lint says %+v", c.path, c.o, found)
		}
		seen := probe.New().Give(given).Probe(t.Context(), q)
		if seen.Truth != c.truth || c.says != "" && seen.Says != s.URL+c.path+c.says {
			t.Errorf("%s %v: got %s %q", c.path, c.o, seen.Truth, seen.Says)
		}
	}
}

// dripper answers a byte at a time and never ends; in says whether already its headers.
func dripper(t *testing.T, early string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Read(make([]byte, 4096)) //nolint:errcheck // a request fits
				io.WriteString(c, early)
				for {
					if _, err := c.Write([]byte("x")); err != nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestATargetThatAnswersAByteAtATimeEndsAtItsTimeout(t *testing.T) {
	for _, early := range []string{"HTTP/1.1 200 OK\r\nX-Slow: ", "HTTP/1.1 200 OK\r\n\r\n"} {
		for _, o := range []options{nil, {"matches": {"never"}}, {"expect": {"body.contains('never')"}}} {
			q := prentice.Probe{Kind: "http", Target: "http://" + dripper(t, early) + "/", Contains: "never", Options: o, Timeout: 100 * time.Millisecond}
			if seen := probe.New().Probe(t.Context(), q); !seen.Failed() || !strings.HasSuffix(seen.Says, "no answer in time") {
				t.Errorf("%q %v: %s %q", early, o, seen.Truth, seen.Says)
			}
		}
	}
}

func TestWhoAsksIsToldToNoOneElse(t *testing.T) {
	var leaked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Team") != "" {
			leaked.Add(1)
		}
	}))
	defer other.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(other.URL, "http://"))
	for _, to := range []string{other.URL, "http://localhost:" + port} { // another port, and another host
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, to+"/", http.StatusFound)
		}))
		defer s.Close()
		q := prentice.Probe{Kind: "http", Target: s.URL + "/", Options: options{"bearer": {"web"}, "headers": {"X-Team: web"}, "redirects": {"any"}}}
		if seen := probe.New().Give(given).Probe(t.Context(), q); !seen.OK() {
			t.Errorf("%s: %+v", to, seen)
		}
	}
	if leaked.Load() > 0 {
		t.Errorf("%d others were told who asks", leaked.Load())
	}
}

func TestASecretThatATargetGivesBackIsNotShown(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/in" {
			return
		}
		http.Redirect(w, r, "/out?was="+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), http.StatusFound)
	}))
	defer s.Close()
	q := prentice.Probe{Kind: "http", Target: s.URL + "/in", Options: options{"bearer": {"web"}}}
	if seen := probe.New().Give(given).Probe(t.Context(), q); !seen.OK() || strings.Contains(seen.Says, "hunter2") {
		t.Errorf("got %+v", seen)
	}
}

func TestAProxyIsUsedOnlyWhenItIsNamed(t *testing.T) {
	var through atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { through.Add(1) }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	q := prentice.Probe{Kind: "http", Target: "http://shop.invalid/"}
	if seen := probe.New().Probe(t.Context(), q); seen.OK() || through.Load() != 0 {
		t.Errorf("without one: %+v, %d requests through it", seen, through.Load())
	}
	q.Options = options{"proxy": {proxy.URL}}
	if seen := probe.New().Probe(t.Context(), q); !seen.OK() || through.Load() != 1 {
		t.Errorf("with one: %+v, %d requests through it", seen, through.Load())
	}
}

func TestALookKnowsWhereItsTimeWent(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	file := trusts(t, s)
	q := prentice.Probe{Kind: "http", Target: s.URL, Status: 404, Options: options{"trust": {file}}}
	seen := probe.New().Probe(t.Context(), q)
	p := seen.Phases
	if !seen.OK() || p.Connect <= 0 || p.TLS <= 0 || p.FirstByte <= 0 || p.DNS != 0 || p.Connect+p.TLS+p.FirstByte > seen.Latency {
		t.Errorf("got %+v", seen)
	}
}

func TestWhatIsWrongWithAProbeOfAPageIsSaid(t *testing.T) {
	for want, o := range map[string]options{
		`status "99" is not`:                       {"status": {"99"}},
		`status "300-200" is not`:                  {"status": {"300-200"}},
		`matches "(" is no pattern`:                {"matches": {"("}},
		`has_headers "X Y: z" is not`:              {"has_headers": {"X Y: z"}},
		`expect "json.": `:                         {"expect": {"json."}},
		`there is no "queue" here`:                 {"expect": {"queue < 3"}},
		`method "DELETE" is not`:                   {"method": {"DELETE"}},
		`a GET has no body`:                        {"body": {"x"}},
		`headers "X-A" is not a header`:            {"headers": {"X-A: a\r\nB: c"}},
		`header Authorization would hold a secret`: {"headers": {"Authorization: Bearer x"}},
		`user and password go together`:            {"user": {"ann"}},
		`bearer is not the name of a secret`:       {"bearer": {"../keys"}},
		`redirects "all" is not`:                   {"redirects": {"all"}},
		`a POST is not sent on to another host`:    {"method": {"POST"}, "redirects": {"any"}},
		`proxy "shop:80" is not`:                   {"proxy": {"shop:80"}},
		`ip "5" is not`:                            {"ip": {"5"}},
		`trust "ca.pem" depends on`:                {"trust": {"ca.pem"}},
	} {
		found := probe.New().Kinds()[0].Lint(prentice.Probe{Kind: "http", Target: "http://shop/", Options: o})
		if len(found) == 0 || !found[0].Error || !strings.Contains(found[0].Text, want) || found[0].Hint == "" {
			t.Errorf("%v: %+v, wants %q", o, found, want)
		}
	}
}
