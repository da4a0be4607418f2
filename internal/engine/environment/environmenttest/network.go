package environmenttest

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

func names(t *testing.T, b *bench) {
	one, two := b.web("one"), b.web("two")
	two.Aliases = []string{"second"}
	s := b.spec(t, one, two)
	b.makes(t, s)
	for _, name := range []string{"one", "two"} {
		if got := b.ready(t, s.ID, name, 8080); got != "this is "+name {
			t.Errorf("%s says at its port: %q", name, got)
		}
	}
	for from, to := range map[string]string{"one": "two", "two": "one"} {
		if got := b.says(t, s.ID, from, get(to+":8080")); got != "this is "+to+"[0]" {
			t.Errorf("%s asks %s: %q", from, to, got)
		}
	}
	if got := b.says(t, s.ID, "one", get("second:8080")); got != "this is two[0]" {
		t.Errorf("two under its other name: %q", got)
	}
	if got := b.says(t, s.ID, "one", get("localhost:8080")); got != "this is one[0]" {
		t.Errorf("one at its own loopback: %q", got)
	}
	if c, err := b.Dial(t.Context(), s.ID, "one", 8081); err == nil {
		c.Close()
		t.Error("a port at which nothing listens was connected to")
	}
}

func apart(t *testing.T, b *bench) {
	front, middle, back := b.web("front"), b.web("middle"), b.web("back")
	front.Networks, middle.Networks, back.Networks = []string{"outer"}, []string{"outer", "inner"}, []string{"inner"}
	s := b.spec(t, front, middle, back)
	s.Networks = []string{"outer", "inner"}
	b.makes(t, s)
	for _, name := range []string{"front", "middle", "back"} {
		b.ready(t, s.ID, name, 8080)
	}
	for _, c := range []struct{ from, to, want string }{
		{"front", "middle", "this is middle[0]"}, {"middle", "front", "this is front[0]"},
		{"middle", "back", "this is back[0]"}, {"back", "middle", "this is middle[0]"},
		{"front", "back", "unreached[0]"}, {"back", "front", "unreached[0]"},
	} {
		if got := b.says(t, s.ID, c.from, get(c.to+":8080")); got != c.want {
			t.Errorf("%s asks %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
	for _, at := range strings.Fields(b.addresses(t, s.ID, "back")) {
		if got := b.says(t, s.ID, "front", get(at+":8080")); got == "this is back[0]" {
			t.Errorf("front reaches back at %s, with which it shares no network", at)
		}
	}
}

// addresses are those that a service has beside its loopback.
func (b *bench) addresses(t *testing.T, id, service string) string {
	t.Helper()
	out, _, err := b.performs(t, id, service, `busybox ip -4 -o addr 2>/dev/null | busybox awk '$2 != "lo" {split($4, a, "/"); print a[1]}'`)
	if err != nil || out == "" {
		t.Fatalf("%s has no address: %v", service, err)
	}
	return out
}

func pairwise(t *testing.T, b *bench) {
	one, two := b.spec(t, b.web("alpha")), b.spec(t, b.web("beta"))
	b.makes(t, one)
	b.makes(t, two)
	b.ready(t, one.ID, "alpha", 8080)
	b.ready(t, two.ID, "beta", 8080)
	for _, c := range []struct{ from, service, to, other string }{{one.ID, "alpha", two.ID, "beta"}, {two.ID, "beta", one.ID, "alpha"}} {
		for _, at := range append(strings.Fields(b.addresses(t, c.to, c.other)), c.other) {
			if got := b.says(t, c.from, c.service, get(at+":8080")); strings.Contains(got, c.other) {
				t.Errorf("%s reaches %s of another environment at %s", c.service, c.other, at)
			}
		}
	}
}

// listening counts those who come to a port of the machine.
func listening(t *testing.T) (port int, came *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	came = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, came
}

func machine(t *testing.T, b *bench) {
	s := b.spec(t, b.web("web"))
	b.makes(t, s)
	b.ready(t, s.ID, "web", 8080)
	port, came := listening(t)
	own, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	where := []string{"127.0.0.1", "10.0.2.2", "10.88.0.1", "10.89.0.1", "172.17.0.1", "host.containers.internal"}
	for _, a := range own {
		if n, is := a.(*net.IPNet); is && n.IP.To4() != nil {
			where = append(where, n.IP.String())
		}
	}
	for _, at := range strings.Fields(b.addresses(t, s.ID, "web")) { // the first address of its network is that of its gateway, where it has one
		if i := strings.LastIndexByte(at, '.'); i > 0 {
			where = append(where, at[:i]+".1")
		}
	}
	var script strings.Builder
	for _, at := range where {
		fmt.Fprintf(&script, "busybox timeout 3 busybox wget -q -O /dev/null http://%s:%d/ 2>/dev/null & ", at, port)
	}
	b.says(t, s.ID, "web", script.String()+"wait")
	if n := came.Load(); n > 0 {
		t.Errorf("a service reached the machine %d times", n)
	}
	for _, at := range []string{"169.254.169.254", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]"} {
		if got := b.says(t, s.ID, "web", `busybox timeout 4 busybox wget -q -O - "http://`+at+`/latest/meta-data/" 2>/dev/null || echo unreached`); got != "unreached[0]" {
			t.Errorf("a service reached the metadata address %s: %q", at, got)
		}
	}
}

func everywhere(t *testing.T, b *bench) {
	port, _ := listening(t) // it is taken on the machine, and free in the environment
	sv := b.Service("wide", fmt.Sprintf(`mkdir -p /tmp/www && echo wide >/tmp/www/index.html && exec busybox httpd -f -p 0.0.0.0:%d -h /tmp/www`, port))
	sv.Ports = []int{port, 80}
	s := b.spec(t, sv)
	before := ports(t)
	b.makes(t, s)
	if got := b.ready(t, s.ID, "wide", port); got != "wide" {
		t.Errorf("it says: %q", got)
	}
	for p := range ports(t) {
		if !before[p] && p == fmt.Sprintf("%04X", port) {
			t.Errorf("port %s of the machine was bound", p)
		}
	}
	if n := len(ports(t)) - len(before); n > 0 {
		t.Logf("%d ports of the machine are more than before, of this or other programs", n)
	}
}

// ports are those at which something of the machine listens, as the kernel lists them.
func ports(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, _ := os.ReadFile("/proc/net/" + table)
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 3 && f[3] == "0A" {
				found[f[1][strings.LastIndexByte(f[1], ':')+1:]] = true
			}
		}
	}
	return found
}
