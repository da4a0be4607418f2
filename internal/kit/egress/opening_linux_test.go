package egress

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// pair are two ends of a Unix socket.
func pair(t *testing.T) (ours *net.UnixConn, theirs *os.File) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[0]), "ours")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "theirs")
	t.Cleanup(func() { c.Close(); theirs.Close() })
	return c.(*net.UnixConn), theirs
}

func TestAnOpeningLeadsOutOfANetworkOfItsOwn(t *testing.T) {
	if out, err := exec.Command("unshare", "--user", "--map-root-user", "--net", "busybox", "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Skipf("no network of a program's own can be made here: %s", out)
	}
	p := newProxied(t, "good.example:PORT", "127.0.0.1:PORT")
	ours, theirs := pair(t)
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	script := `readlink /proc/$$/fd/* | grep -e socket: -e egress; exec curl -sS --max-time 20 http://good.example:` + p.port + `/through`
	argv := Opening("/proc/self/fd/4", "3", []string{"sh", "-c", script})
	c := exec.Command("unshare", append([]string{"--user", "--map-root-user", "--net", "sh", "-c", `busybox ip link set lo up; exec "$@"`, "sh"}, argv...)...)
	c.ExtraFiles = []*os.File{theirs, own}
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	l, err := Receive(t.Context(), ours)
	if err != nil {
		c.Wait()
		t.Fatal(err, out.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	through := &Proxy{Rules: p.Rules, Resolve: p.Resolve}
	done := make(chan error, 1)
	go func() { done <- through.Serve(ctx, l) }()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "GET good.example:") || !strings.Contains(got, "/through") {
		t.Errorf("%s", got)
	}
}

func TestOnlyASocketThatListensIsTakenFromAnOpening(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	unix, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	there, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	fd := func(f interface{ File() (*os.File, error) }) int {
		file, err := f.File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return int(file.Fd())
	}
	plain, err := os.Open("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	good := fd(listener.(*net.TCPListener))
	for _, c := range []struct {
		name  string
		fds   []int
		taken bool
	}{
		{"a socket that listens", []int{good}, true},
		{"two of them", []int{good, good}, false},
		{"none", nil, false},
		{"a file", []int{int(plain.Fd())}, false},
		{"a socket that is joined to another", []int{fd(there.(*net.TCPConn))}, false},
		{"a Unix socket that listens", []int{fd(unix.(*net.UnixListener))}, false},
	} {
		ours, theirs := pair(t)
		if err := syscall.Sendmsg(int(theirs.Fd()), []byte{1}, syscall.UnixRights(c.fds...), nil, 0); err != nil {
			t.Fatal(err)
		}
		l, err := Receive(t.Context(), ours)
		if (err == nil) != c.taken {
			t.Errorf("%s: %v", c.name, err)
		}
		if l != nil {
			l.Close()
		}
	}
	ours, theirs := pair(t)
	theirs.Close()
	if _, err := Receive(t.Context(), ours); err == nil {
		t.Error("something is taken from an opening that is gone")
	}
}
