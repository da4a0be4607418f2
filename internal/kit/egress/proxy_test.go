package egress

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// proxied is a proxy that is served, with a host that answers on loopback and is called
// good.example.
type proxied struct {
	*testing.T
	*Proxy
	at   string
	far  *httptest.Server
	port string
	hits atomic.Int64
	stop func()
}

func newProxied(t *testing.T, rules ...string) *proxied {
	t.Helper()
	p := &proxied{T: t, Proxy: &Proxy{}}
	p.far = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.hits.Add(1)
		fmt.Fprintf(w, "%s %s %s %v %s", r.Method, r.Host, r.URL, r.Header, r.Header.Get("User-Agent"))
	}))
	t.Cleanup(p.far.Close)
	_, p.port, _ = net.SplitHostPort(strings.TrimPrefix(p.far.URL, "http://"))
	for _, text := range rules {
		r, err := ParseRule(strings.ReplaceAll(text, "PORT", p.port))
		if err != nil {
			t.Fatal(err)
		}
		p.Rules = append(p.Rules, r)
	}
	p.Resolve = func(_ context.Context, name string) ([]netip.Addr, error) {
		if name == "gone.example" {
			return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.at = l.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, l) }()
	var over bool
	p.stop = func() {
		if over {
			return
		}
		over = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(p.stop)
	return p
}

// says writes bytes to the proxy and gives the first line of its answer and the rest.
func (p *proxied) says(request string) (status, rest string) {
	p.Helper()
	c, err := net.Dial("tcp", p.at)
	if err != nil {
		p.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(c, strings.ReplaceAll(request, "PORT", p.port))
	r := bufio.NewReader(c)
	status, _ = r.ReadString('\n')
	all, err := io.ReadAll(r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.Errorf("%.40q: it neither answers nor ends", request)
	}
	return strings.TrimSpace(status), string(all)
}

func TestOnlyWhatIsNamedIsReached(t *testing.T) {
	p := newProxied(t, "good.example:PORT", "127.0.0.1:PORT", "gone.example:PORT")
	for _, c := range []struct{ name, request, want string }{
		{"a named host", "GET http://good.example:PORT/a?b HTTP/1.1\r\nHost: good.example\r\nConnection: close\r\n\r\n", "200"},
		{"its header does not choose the host", "GET http://good.example:PORT/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "200"},
		{"nor is another host allowed by its header", "GET http://evil.example:PORT/ HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n", "403"},
		{"another port", "GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n", "403"},
		{"a host below", "GET http://a.good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"one that ends alike", "GET http://evilgood.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"a user before it", "GET http://good.example:x@evil.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"a user at it", "GET http://u@good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"another scheme", "GET ftp://good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"encrypted, in plain", "GET https://good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"no host", "GET / HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n", "403"},
		{"NUL", "GET http://evil.example\x00.good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"an escaped NUL", "GET http://evil.example%00.good.example:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"a host that no one knows", "GET http://gone.example:PORT/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "502"},
		{"CONNECT to what is named", "CONNECT good.example:PORT HTTP/1.1\r\nHost: x\r\n\r\nGET /in HTTP/1.0\r\n\r\n", "200"},
		{"CONNECT to an address that is named", "CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\nGET /in HTTP/1.0\r\n\r\n", "200"},
		{"CONNECT to another", "CONNECT evil.example:PORT HTTP/1.1\r\nHost: good.example:PORT\r\n\r\n", "403"},
		{"CONNECT without a port", "CONNECT good.example HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"CONNECT with a path", "CONNECT good.example:PORT/x HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"CONNECT with a user", "CONNECT good.example:PORT@evil.example:PORT HTTP/1.1\r\nHost: x\r\n\r\n", "4"},
		{"CONNECT with NUL", "CONNECT evil.example\x00.good.example:PORT HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"CONNECT with a URL", "CONNECT http://good.example:PORT HTTP/1.1\r\nHost: x\r\n\r\n", "403"},
		{"no HTTP at all", "\x05\x01\x00\r\n\r\n", "400"},
	} {
		before := p.hits.Load()
		status, rest := p.says(c.request)
		if !strings.Contains(status, " "+c.want) {
			t.Errorf("%s: %s %s", c.name, status, rest)
		}
		if reached := p.hits.Load() > before; reached != (c.want == "200") {
			t.Errorf("%s: reached is %v", c.name, reached)
		}
	}
	p.stop()
	var list []string
	for _, r := range p.Requests() {
		list = append(list, strings.ReplaceAll(fmt.Sprintf("%s %d %s", r.Host, r.Times, r.Why), p.port, "PORT"))
		if r.Why == "" && r.Failed == 0 && (r.Sent == 0 || r.Got == 0) {
			t.Errorf("nothing is counted: %+v", r)
		}
	}
	all := strings.Join(list, "\n")
	for _, want := range []string{"127.0.0.1:PORT 1 ", "good.example:PORT 3 ", "evil.example:PORT 2 it is not named", "gone.example:PORT 1 ", "good.example:80 1 it is not named"} {
		if !strings.Contains(all, want) {
			t.Errorf("not recorded: %s in\n%s", want, all)
		}
	}
}

func TestHeadersBetweenAProgramAndItsProxyGoNoFurther(t *testing.T) {
	p := newProxied(t, "good.example:PORT", "127.0.0.1:PORT")
	status, rest := p.says("GET http://GOOD.example.:PORT/a HTTP/1.1\r\nHost: evil.example\r\nProxy-Authorization: Basic x\r\nConnection: close, X-Mine\r\nX-Mine: y\r\nUpgrade: h2c\r\nX-Kept: z\r\n\r\n")
	if !strings.Contains(status, "200") || !strings.Contains(rest, "GET good.example:"+p.port+" /a map[Connection:[close] X-Kept:[z]]") {
		t.Errorf("%s %s", status, rest)
	}
}

func TestANameThatLeadsToTheNeighboursIsRefusedUnlessTheirAddressIsNamed(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []string
		apart bool
		want  string
	}{
		{"a name that leads to loopback", []string{"good.example:PORT"}, false, "which must be named as well: 127.0.0.1:PORT"},
		{"with its address", []string{"good.example:PORT", "127.0.0.1:PORT"}, false, ""},
		{"with its address at another port", []string{"good.example:PORT", "127.0.0.1"}, false, "must be named"},
		{"another address", []string{"good.example:PORT", "127.0.0.2:PORT"}, false, "must be named"},
		{"apart from this machine, whatever is named", []string{"good.example:PORT", "127.0.0.1:PORT"}, true, "127.0.0.1 is this machine"},
	} {
		p := newProxied(t, c.rules...)
		p.Apart = c.apart
		status, rest := p.says("GET http://good.example:PORT/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if (c.want == "") != strings.Contains(status, "200") || !strings.Contains(rest, strings.ReplaceAll(c.want, "PORT", p.port)) {
			t.Errorf("%s: %s %s", c.name, status, rest)
		}
	}
}

func TestWhatIsResolvedIsWhatIsDialled(t *testing.T) {
	p := newProxied(t, "good.example:PORT", "127.0.0.1:PORT")
	asked := 0
	p.Resolve = func(context.Context, string) ([]netip.Addr, error) {
		asked++
		if asked > 1 {
			return []netip.Addr{netip.MustParseAddr("192.168.1.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("127.0.0.1")}, nil
	}
	if status, rest := p.says("GET http://good.example:PORT/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.Contains(status, "200") || asked != 1 {
		t.Errorf("%s %s, asked %d times", status, rest, asked)
	}
}

func TestAProxyHasLimits(t *testing.T) {
	p := newProxied(t, "good.example:PORT", "127.0.0.1:PORT")
	p.stop()
	big := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/silent" {
			<-r.Context().Done()
			return
		}
		w.Write(make([]byte, 1<<20))
	}))
	t.Cleanup(big.Close)
	start := func(l Limits) *proxied {
		q := newProxied(t, "127.0.0.1:"+strings.TrimPrefix(big.URL, "http://127.0.0.1:"))
		q.stop()
		q = &proxied{T: t, Proxy: &Proxy{Rules: q.Rules, Limits: l}, port: strings.TrimPrefix(big.URL, "http://127.0.0.1:")}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		q.at = listener.Addr().String()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- q.Serve(ctx, listener) }()
		q.stop = func() { cancel(); <-done }
		t.Cleanup(func() { cancel() })
		return q
	}
	few := start(Limits{Bytes: 300_000})
	for _, request := range []string{"GET http://127.0.0.1:PORT/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n"} {
		if _, rest := few.says(request); len(rest) > 400_000 {
			t.Errorf("%d bytes came through", len(rest))
		}
	}
	if !few.Over() {
		t.Error("nothing says that it was too much")
	}
	quiet := start(Limits{Idle: 200 * time.Millisecond})
	if _, rest := quiet.says("CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\nGET /silent HTTP/1.0\r\n\r\n"); strings.Contains(rest, "HTTP") {
		t.Error(rest)
	}
	one := start(Limits{Connections: 1})
	first, err := net.Dial("tcp", one.at)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(first, "CONNECT 127.0.0.1:"+one.port+" HTTP/1.1\r\nHost: x\r\n\r\n")
	bufio.NewReader(first).ReadString('\n')
	second := make(chan string, 1)
	go func() {
		status, _ := one.says("GET http://127.0.0.1:PORT/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		second <- status
	}()
	select {
	case got := <-second:
		t.Errorf("a second connection was let in: %s", got)
	case <-time.After(150 * time.Millisecond):
	}
	first.Close()
	if got := <-second; !strings.Contains(got, "200") {
		t.Error(got)
	}
	first, err = net.Dial("tcp", one.at)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	io.WriteString(first, "CONNECT 127.0.0.1:"+one.port+" HTTP/1.1\r\nHost: x\r\n\r\n")
	bufio.NewReader(first).ReadString('\n')
	ended := make(chan struct{})
	go func() { one.stop(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("a connection goes on when the proxy has ended")
	}
}

func TestWhoAsksForVeryManyHostsIsStillRecorded(t *testing.T) {
	p := newProxied(t)
	transport := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse("http://" + p.at) }}
	defer transport.CloseIdleConnections()
	for i := range mostHosts + 50 {
		answer, err := transport.RoundTrip(httptest.NewRequest("GET", fmt.Sprintf("http://h%d.example/", i), nil).WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	list := p.Requests()
	times := 0
	for _, r := range list {
		times += r.Times
	}
	if len(list) != mostHosts+1 || times != mostHosts+50 {
		t.Errorf("%d hosts, %d requests", len(list), times)
	}
}
