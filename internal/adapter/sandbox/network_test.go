package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/egress"
)

// far is a host on loopback that a job may reach, by the name far.example.
type far struct {
	*httptest.Server
	port  string
	asked atomic.Int64
}

func newFar(t *testing.T) *far {
	t.Helper()
	f := &far{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		fmt.Fprintln(w, "far away")
	}))
	t.Cleanup(f.Close)
	_, f.port, _ = net.SplitHostPort(f.Listener.Addr().String())
	return f
}

// egress lets a job reach the host and nothing else.
func (f *far) egress(t *testing.T) *egress.Proxy {
	t.Helper()
	p := &egress.Proxy{Resolve: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}}
	for _, text := range []string{"far.example:" + f.port, "127.0.0.1:" + f.port} {
		r, err := egress.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Rules = append(p.Rules, r)
	}
	return p
}

func TestAJobReachesTheHostsThatItIsGiven(t *testing.T) {
	s, f := made(t), newFar(t)
	p := f.egress(t)
	var said bytes.Buffer
	exit, err := s.Run(t.Context(), sandbox.Job{
		Argv: []string{"/bin/sh", "-c", `curl -sS --max-time 20 "$URL"; curl -sS --max-time 20 -p "$URL"; echo kept >r; kill -9 -1 2>/dev/null; exec curl -sS --max-time 20 "$URL"`}, Out: &said,
		Env: map[string]string{"URL": "http://far.example:" + f.port + "/"}, Egress: p, Results: &sandbox.Results{Give: []string{"r"}, To: &bytes.Buffer{}},
	})
	if err != nil || !strings.HasPrefix(said.String(), "far away\nfar away\n") || strings.Contains(said.String(), "curl:") {
		t.Error(exit, err, said.String())
	}
	if list := p.Requests(); len(list) != 1 || list[0].Host != "far.example:"+f.port || list[0].Times < 2 || list[0].Got < 200 {
		t.Errorf("%+v", list)
	}
	said.Reset()
	if exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"curl", "-sS", "http://127.0.0.1:" + f.port}, Out: &said}); err != nil || exit.OK() {
		t.Error("a job that is given none has a network: ", exit, err, said.String())
	}
}

// What a job with a network tries beside what it is given. $PORT is where the machine listens,
// $FAR what may be reached.
var outwards = []struct{ name, script string }{
	{"a port of the machine", `python3 -c 'import socket,os; socket.create_connection(("127.0.0.1",int(os.environ["PORT"])),2)'`},
	{"what it may reach, but not by the proxy", `python3 -c 'import socket,os; socket.create_connection(("127.0.0.1",int(os.environ["FAR"])),2)'`},
	{"an abstract socket of the machine", `python3 -c 'import socket,os; s=socket.socket(socket.AF_UNIX); s.connect("\0"+os.environ["ABSTRACT"])'`},
	{"another port of the same host", `curl -fsS --max-time 5 "http://127.0.0.1:$PORT"`},
	{"another port, through a tunnel", `curl -fsS --max-time 5 -p "http://127.0.0.1:$PORT"`},
	{"the machine by a name that its own names file has", `curl -fsS --max-time 5 "http://localhost:$PORT" --noproxy ''`},
	{"an address as a number", `curl -fsS --max-time 5 -p "http://2130706433:$PORT"`},
	{"IPv4 within IPv6", `curl -gfsS --max-time 5 -p "http://[::ffff:127.0.0.1]:$PORT"`},
	{"this machine's own metadata", `curl -fsS --max-time 5 "http://169.254.169.254/latest/meta-data"`},
	{"a request that names another host in its header", `printf 'GET http://127.0.0.1:%s/ HTTP/1.1\r\nHost: far.example:%s\r\nConnection: close\r\n\r\n' "$PORT" "$FAR" | python3 -c 'import socket,sys; s=socket.create_connection(("127.0.0.1",3128)); s.sendall(sys.stdin.buffer.read()); sys.exit(b" 200 " not in s.recv(100))'`},
	{"two requests in one", `printf 'GET http://far.example:%s/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET http://127.0.0.1:%s/ HTTP/1.1\r\nHost: x\r\n\r\n' "$FAR" "$PORT" | python3 -c 'import socket,sys; s=socket.create_connection(("127.0.0.1",3128)); s.settimeout(2); s.sendall(sys.stdin.buffer.read())
b=b""
try:
  while 1:
    d=s.recv(999)
    if not d: break
    b+=d
except OSError: pass
sys.exit(b.count(b" 200 ")<2)'`},
	{"a name with NUL", `python3 -c 'import socket,os,sys; s=socket.create_connection(("127.0.0.1",3128)); s.sendall(("CONNECT evil.example\0.far.example:"+os.environ["FAR"]+" HTTP/1.1\r\n\r\n").encode()); sys.exit(b" 200 " not in s.recv(100))'`},
	{"a name in DNS", `python3 -c 'import socket; socket.getaddrinfo("far.example",80)'`},
	{"by what was left open", `for f in /proc/[0-9]*/fd/*; do case "$(readlink "$f")" in socket:*|*.test) echo "$f"; exit 0;; esac; done; exit 1`},
	{"this program", `[ -e /proc/1/exe ] && readlink /proc/*/exe | grep -q -e '[.]test$' -e prentice`},
	{"hand out another socket by what is open", `python3 -c '
import socket,array
l=socket.socket(); l.bind(("127.0.0.1",0)); l.listen()
for n in range(3,10):
  try: s=socket.socket(fileno=n); s.sendmsg([b"x"],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array("i",[l.fileno()]))]); raise SystemExit(0)
  except OSError: pass
raise SystemExit(1)'`},
}

func TestAJobThatIsGivenAHostReachesNothingElse(t *testing.T) {
	s, o, f := made(t), newOutside(t), newFar(t)
	for _, a := range outwards {
		t.Run(a.name, func(t *testing.T) {
			var said bytes.Buffer
			exit, err := s.Run(t.Context(), sandbox.Job{
				Argv: []string{"/bin/sh", "-c", a.script}, Out: &said, Limits: sandbox.Limits{Time: 20 * time.Second}, Egress: f.egress(t),
				Env: map[string]string{"PORT": fmt.Sprint(o.port), "FAR": f.port, "ABSTRACT": o.abstract()},
			})
			switch {
			case err != nil:
				t.Fatal(err)
			case exit.OK():
				t.Errorf("it succeeded: %s", said.String())
			case exit.Code == 125 || exit.TimedOut || strings.Contains(said.String(), "bwrap:"):
				t.Errorf("it was not tried: %s: %s", exit, said.String())
			case o.reached.Load():
				t.Error("it reached a listener of the machine")
			}
		})
	}
	for _, a := range attempts { // and what it may not without a network it may not with one either
		exit, err := s.Run(t.Context(), sandbox.Job{
			Argv: []string{"/bin/sh", "-c", a.script}, Limits: sandbox.Limits{Time: 20 * time.Second}, Egress: f.egress(t),
			Env: o.env(),
		})
		if err != nil || exit.OK() || o.reached.Load() {
			t.Errorf("%s: %s %v", a.name, exit, err)
		}
	}
}

func TestAJobWithANetworkThatIsCancelledLeavesNothing(t *testing.T) {
	s, f := made(t), newFar(t)
	for i := range 15 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*8)*time.Millisecond)
		if _, err := s.Run(ctx, sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep 641 & sleep 642"}, Egress: f.egress(t)}); err == nil && ctx.Err() == nil {
			t.Error("it ended by itself")
		}
		cancel()
	}
	nothingLeft(t, "sleep 64[12]")
}
