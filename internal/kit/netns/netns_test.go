package netns

import (
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestASocketOfAnotherNetworkEndsNoThread(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: it needs root")
	}
	there := exec.Command("unshare", "--net", "sleep", "100")
	there.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // of the thread that begins it
	if err := there.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- there.Wait() }()
	defer func() { there.Process.Kill() }()
	own, _ := os.Readlink("/proc/self/ns/net")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if ns, _ := os.Readlink("/proc/" + strconv.Itoa(there.Process.Pid) + "/ns/net"); ns != "" && ns != own {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it has no network of its own")
		}
	}
	for range 200 {
		if _, err := Listen(there.Process.Pid, "no such word", netip.MustParseAddrPort("127.0.0.1:0")); err == nil {
			t.Fatal("another process is taken for it")
		}
		l, err := Listen(there.Process.Pid, ":", netip.MustParseAddrPort("0.0.0.0:0"))
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("it died with a thread: %v", err)
	default:
	}
	here, err := os.ReadFile("/proc/thread-self/net/dev")
	if err != nil || strings.Count(string(here), "\n") < 4 {
		t.Errorf("this thread stayed there: %s %v", here, err)
	}
}

func TestANetworkApartHasALoopbackAndNothingElseAndIsGoneWhenItIsClosed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: it needs root")
	}
	a, err := NewApart()
	if err != nil {
		t.Fatal(err)
	}
	own, _ := os.Readlink("/proc/self/ns/net")
	if there, err := os.Readlink(a.Path()); err != nil || !strings.HasPrefix(there, "net:[") || there == own {
		t.Errorf("%s %v", there, err)
	}
	l, err := a.Listen(netip.MustParseAddrPort("127.0.0.1:3128"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("from outside"))
			c.Close()
		}
	}()
	for script, want := range map[string]string{
		"ls /sys/class/net; cat /proc/net/dev | wc -l": "3", // two lines of its head, and the loopback
		"exec 3<>/dev/tcp/127.0.0.1/3128; cat <&3":     "from outside",
		"echo >/dev/tcp/192.0.2.1/80":                  "unreachable",
		"echo >/dev/tcp/127.0.0.1/80":                  "refused",
	} {
		said, _ := exec.Command("nsenter", "--net="+a.Path(), "bash", "-c", script).CombinedOutput()
		if !strings.Contains(string(said), want) {
			t.Errorf("%s: %s", script, said)
		}
	}
	path := a.Path()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if there, err := os.Readlink(path); err == nil && strings.HasPrefix(there, "net:[") {
		t.Errorf("it is still there: %s", there)
	}
}
