package probe_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"prentice"
	"prentice/internal/adapter/probe"
)

// alone is set where the test is in a network of its own, in which it may say who pings.
const alone = "PRENTICE_PROBE_ALONE"

func TestAMachineAnswersAPing(t *testing.T) {
	if os.Getenv(alone) == "" {
		elsewhere(t)
		return
	}
	if seen := see(t, "icmp", "127.0.0.1", nil); seen.Truth != prentice.NotSeen || !strings.Contains(seen.Says, "net.ipv4.ping_group_range") {
		t.Errorf("where it may not: %+v", seen)
	}
	set(t, "ping_group_range", "0 0")
	asked := map[string]options{"127.0.0.1": nil, "localhost": {"ip": {"4"}}}
	if _, err := os.Stat("/proc/net/if_inet6"); err == nil {
		asked["::1"] = options{"ip": {"6"}}
	}
	for target, o := range asked {
		if seen := see(t, "icmp", target, o); !seen.OK() || !strings.Contains(seen.Says, target+" answered a ping from ") {
			t.Errorf("%s: %+v", target, seen)
		}
	}
	if seen := see(t, "icmp", "192.0.2.1", nil); seen.Truth != prentice.NotSeen {
		t.Errorf("where no network is: %+v", seen)
	}
	set(t, "icmp_echo_ignore_all", "1")
	q := prentice.Probe{Kind: "icmp", Target: "127.0.0.1", Timeout: 50 * time.Millisecond}
	if seen := probe.New().Probe(t.Context(), q); !seen.Failed() {
		t.Errorf("a machine that is silent: %+v", seen)
	}
}

// elsewhere has the test that runs run in a network of its own.
func elsewhere(t *testing.T) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	c.Env = append(os.Environ(), alone+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// set sets what the network of this process is set to, and switches loopback on.
func set(t *testing.T, name, value string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd) //nolint:errcheck // it is the test's alone
	up, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	up.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up); err != nil {
		t.Fatal(err)
	}
}
