package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/needtest"
)

func made(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	needtest.Program(t, "bwrap")
	s, err := sandbox.New(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// outside is what stands on the machine for a job to reach at: a folder that every
// user may write, a socket, a port, a process, a secret.
type outside struct {
	dir, socket, secret string
	port                int
	process             *exec.Cmd
	reached             atomic.Bool
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{dir: t.TempDir()}
	o.socket, o.secret = filepath.Join(o.dir, "socket"), filepath.Join(o.dir, "secret")
	for d := o.dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o777) //nolint:errcheck // one that is another's stays
	}
	if err := os.WriteFile(o.secret, []byte("a-secret-of-the-machine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, at := range [][2]string{{"unix", o.socket}, {"unix", "@prentice-" + filepath.Base(o.dir)}, {"tcp", "127.0.0.1:0"}} {
		l, err := net.Listen(at[0], at[1])
		if err != nil {
			t.Fatal(err)
		}
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			o.port = a.Port
		}
		t.Cleanup(func() { l.Close() }) //nolint:errcheck // the test is over
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				o.reached.Store(true)
				c.Close() //nolint:errcheck // nothing is said
			}
		}()
	}
	os.Chmod(o.socket, 0o777) //nolint:errcheck // looked at below
	o.process = exec.Command("sleep", "600")
	if err := o.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.process.Process.Kill(); o.process.Wait() }) //nolint:errcheck // it may be gone
	return o
}

// leaveOpen leaves a file of the machine open to all that this process begins, at each
// descriptor that a shell can name, as the program that starts prentice may have done.
func (o *outside) leaveOpen(t *testing.T) {
	t.Helper()
	for {
		fd, err := syscall.Open(o.secret, syscall.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) }) //nolint:errcheck // the test is over
		if fd >= 9 {
			return
		}
	}
}

// The attempts end with code 0 if they succeed. $DIR is a folder of the machine that
// everyone may write, $SOCKET a socket in it, $SECRET a file, $PORT and $ABSTRACT where
// the machine listens, $PID a process of the machine.
var attempts = []struct{ name, script string }{
	{"write to a folder of the machine", `echo x >"$DIR/planted"`},
	{"make that folder and look whether it is the machine's", `mkdir -p "$DIR" && cat "$SECRET"`},
	{"write to the system", `echo x >/usr/bin/planted`},
	{"write to the system's libraries", `echo x >/lib/planted`},
	{"write over what it sees of /etc", `echo x >/etc/ssl/openssl.cnf`},
	{"remount the system writable", `mount -o remount,rw /usr`},
	{"mount a file system", `mount -t tmpfs none /usr/local`},
	{"mount by a user namespace of its own", `unshare -Ur true`},
	{"a mount namespace of its own", `unshare -m true`},
	{"unmount what hides", `umount /usr`},
	{"chroot", `chroot / true || exit 1`},
	{"the root of process 1", `cat /proc/1/root"$SECRET"`},
	{"the root of the one before", `cat /proc/self/root/../.."$SECRET"`},
	{"the folder that prentice is in", `cat /proc/1/cwd"$SECRET"`},
	{"the memory of process 1", `head -c 1 /proc/1/mem`},
	{"files that were left open", `for f in /proc/self/fd/* /proc/1/fd/*; do case "$(readlink "$f")" in *filter.bpf*|*secret*) exit 0;; esac; done; exit 1`},
	{"write by what was left open", `for n in 3 4 5 6 7 8 9; do ( echo x >&$n ) 2>/dev/null && exit 0; done; exit 1`},
	{"a socket of the machine", `python3 -c 'import socket,os; s=socket.socket(socket.AF_UNIX); s.connect(os.environ["SOCKET"])'`},
	{"an abstract socket of the machine", `python3 -c 'import socket,os; s=socket.socket(socket.AF_UNIX); s.connect("\0"+os.environ["ABSTRACT"])'`},
	{"a port of the machine", `python3 -c 'import socket,os; socket.create_connection(("127.0.0.1",int(os.environ["PORT"])),2)'`},
	{"a port of the machine by IPv6", `python3 -c 'import socket,os; socket.create_connection(("::ffff:127.0.0.1",int(os.environ["PORT"])),2)'`},
	{"an address in the world", `python3 -c 'import socket; socket.create_connection(("192.0.2.1",80),1)'`},
	{"a name in the world", `python3 -c 'import socket; socket.getaddrinfo("example.com",80)'`},
	{"raw packets", `python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'`},
	{"sockets of virtual machines", `python3 -c 'import socket; socket.socket(40, socket.SOCK_STREAM)'`},
	{"the kernel's own algorithms by socket", `python3 -c 'import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)'`},
	{"a signal to a process of the machine", `kill -0 "$PID" && [ "$(cat /proc/"$PID"/comm)" = sleep ]`},
	{"a signal to all that it may", `kill -9 -1; exit 1`},
	{"see processes of the machine", `cat /proc/[0-9]*/cmdline | tr '\0' ' ' | grep -q 'sleep [6]00'`},
	{"the environment of what began it", `cat /proc/*/environ | tr '\0' '\n' | grep -q OF_THE_MACHINE`},
	{"its own environment", `env | grep -q OF_THE_MACHINE`},
	{"passwords of the machine", `cat /etc/shadow`},
	{"homes of the machine", `ls /home/* /root`},
	{"the run folder of the machine", `[ -n "$(ls -A /run)" ]`},
	{"what others left in /tmp", `[ -n "$(ls -A /tmp)" ]`},
	{"the socket of an engine of containers", `[ -e /var/run/docker.sock ] || [ -e /run/docker.sock ] || [ -e /run/podman/podman.sock ]`},
	{"the message bus", `[ -e /run/dbus/system_bus_socket ] || [ -e /run/systemd/private ]`},
	{"a disk", `ls /dev/*da /dev/loop* /dev/mem /dev/kmsg`},
	{"make a device", `mknod /tmp/d b 254 0 || mknod /tmp/m c 1 1`},
	{"put something into /dev", `touch /dev/planted`},
	{"settings of the kernel", `echo 1 >/proc/sys/kernel/core_pattern || echo 1 >/proc/sysrq-trigger`},
	{"the control groups", `ls /sys/fs/cgroup`},
	{"rights by a program that is root's", `su -c true || sudo -n true || ping -c1 127.0.0.1`},
	{"become root", `python3 -c 'import os; os.setuid(0)'`},
	{"a file that makes root", `cp /bin/sh /tmp/s && chmod 4755 /tmp/s && /tmp/s -p -c '[ "$(id -u)" = 0 ]'`},
	{"load a filter of its own into the kernel", `python3 -c 'import ctypes; l=ctypes.CDLL(None,use_errno=True); r=l.syscall(321,0,0,0); import sys; sys.exit(0 if r!=-1 or ctypes.get_errno()!=1 else 1)'`},
	{"io_uring", `python3 -c 'import ctypes,sys; l=ctypes.CDLL(None,use_errno=True); r=l.syscall(425,1,ctypes.create_string_buffer(256)); sys.exit(0 if r!=-1 or ctypes.get_errno()!=1 else 1)'`},
	{"the keys of the kernel", `python3 -c 'import ctypes,sys; l=ctypes.CDLL(None,use_errno=True); r=l.syscall(425 and 250,0,-3,0); sys.exit(0 if r!=-1 or ctypes.get_errno()!=1 else 1)'`},
	{"type into the terminal", `python3 -c 'import fcntl,sys; [fcntl.ioctl(0, 0x5412, b"x")]'`},
	{"a debugger on process 1", `python3 -c 'import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.ptrace(16,1,0,0)==0 else 1)'`},
	{"the clock", `date -s 2001-01-01`},
	{"the name of the machine", `hostname planted`},
	{"raise its limits", `ulimit -n 1048576`},
	{"a core file that a handler of the machine takes", `[ "$(ulimit -c)" != 0 ]`},
}

func TestNothingOfTheMachineIsReached(t *testing.T) {
	o := newOutside(t)
	o.leaveOpen(t)
	s := made(t)
	t.Setenv("OF_THE_MACHINE", "secret")
	for _, a := range attempts {
		t.Run(a.name, func(t *testing.T) {
			var said bytes.Buffer
			exit, err := s.Run(t.Context(), sandbox.Job{
				Argv: []string{"/bin/sh", "-c", a.script}, Out: &said, Limits: sandbox.Limits{Time: 20 * time.Second},
				Env: map[string]string{
					"DIR": o.dir, "SOCKET": o.socket, "SECRET": o.secret, "PORT": fmt.Sprint(o.port),
					"ABSTRACT": "prentice-" + filepath.Base(o.dir), "PID": fmt.Sprint(o.process.Process.Pid),
				},
			})
			switch {
			case err != nil:
				t.Fatal(err)
			case exit.OK():
				t.Errorf("it succeeded: %s", said.String())
			case strings.Contains(said.String(), "a-secret-of-the-machine"):
				t.Errorf("it read the secret: %s", said.String())
			case exit.Code == 125 || exit.TimedOut || strings.Contains(said.String(), "bwrap:"):
				t.Errorf("it was not tried: %s: %s", exit, said.String())
			case o.reached.Load():
				t.Error("it reached a listener of the machine")
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(o.dir, "planted")); len(left) > 0 {
		t.Error("left on the machine: ", left)
	}
	if err := o.process.Process.Signal(syscall.Signal(0)); err != nil {
		t.Error("a process of the machine is gone: ", err)
	}
}

func TestEveryLimitEndsWhatExceedsIt(t *testing.T) {
	s := made(t)
	for _, c := range []struct {
		name, script string
		limits       sandbox.Limits
		want         string // in what it says or how it ends
	}{
		{"time", `sleep 60`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
		{"time, and it does not listen", `trap '' TERM INT HUP; while :; do sleep 1; done`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
		{"time, and a child went away on its own", `setsid sleep 611 & setsid sh -c 'trap "" TERM; sleep 612' & sleep 613`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
		{"processes", `i=0; while [ $i -lt 100 ]; do sleep 5 & i=$((i+1)); done; wait`, sandbox.Limits{Processes: 30, Time: 20 * time.Second}, "fork"},
		{"a fork bomb", `f() { f | f & }; f; sleep 30`, sandbox.Limits{Processes: 40, Time: 2 * time.Second}, ""},
		{"memory", `python3 -c 'x = bytearray(600*1024*1024); print("all of it")'`, sandbox.Limits{Memory: 128 << 20}, "exit code"},
		{"memory of many together", `for i in 1 2 3 4 5 6; do python3 -c 'import time; x = bytearray(60*1024*1024); time.sleep(3); print("mine stays")' & done; wait; [ "$(jobs | wc -l)" = 9 ]`, sandbox.Limits{Memory: 128 << 20}, "exit code"},
		{"disk", `head -c 20000000 /dev/zero >/work/big`, sandbox.Limits{Disk: 4 << 20}, "No space left"},
		{"disk, in another folder", `head -c 20000000 /dev/zero >/tmp/big`, sandbox.Limits{Disk: 4 << 20}, "No space left"},
		{"disk, by many files", `i=0; while head -c 9000 /dev/zero >/work/$i; do i=$((i+1)); done; exit 1`, sandbox.Limits{Disk: 1 << 20}, "No space left"},
		{"open files", `python3 -c 'f = [open("/dev/null") for _ in range(60)]; print("all of it")'`, sandbox.Limits{Open: 40}, "Too many open files"},
		{"memory that is shared", `head -c 100000000 /dev/zero >/dev/shm/big`, sandbox.Limits{}, "No space left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said bytes.Buffer
			exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", c.script}, Out: &said, Limits: c.limits})
			if err != nil {
				t.Fatal(err)
			}
			if all := exit.String() + " " + said.String(); exit.OK() || !strings.Contains(all, c.want) || strings.Contains(all, "all of it") {
				t.Errorf("%s, wants %q", all, c.want)
			}
		})
	}
	t.Run("output", func(t *testing.T) {
		exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "yes"}, Limits: sandbox.Limits{Output: 1 << 20}})
		if exit.OK() || prentice.KindOf(err) != prentice.Limited {
			t.Error(exit, err)
		}
	})
	for _, left := range []string{"sleep 611", "sleep 612", "sleep 613"} {
		if out, _ := exec.Command("pgrep", "-f", left).Output(); len(out) > 0 {
			t.Errorf("%q goes on as %s", left, out)
		}
	}
}

func TestAJobFindsItsTreeAndNothingElse(t *testing.T) {
	s := made(t)
	var said bytes.Buffer
	tree := fstest.MapFS{
		"work/a/b.txt": {Data: []byte("of the tree"), Mode: 0o640},
		"work/run.sh":  {Data: []byte("#!/bin/sh\ncat a/b.txt\necho written >a/b.txt\nid -un\npwd\n"), Mode: 0o755},
		"srv/page":     {Data: []byte("a page"), Mode: 0o644},
		"usr/bin/ls":   {Data: []byte("planted")},
	}
	exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"./run.sh"}, Tree: tree, Scratch: []string{"/srv"}, Out: &said})
	if err != nil || !exit.OK() || said.String() != "of the treesandbox\n/work\n" {
		t.Error(exit, err, said.String())
	}
	said.Reset()
	exit, err = s.Run(t.Context(), sandbox.Job{Argv: []string{"cat", "/srv/page"}, Tree: tree, Scratch: []string{"/srv"}, Out: &said})
	if err != nil || !exit.OK() || said.String() != "a page" {
		t.Error(exit, err, said.String())
	}
	exit, err = s.Run(t.Context(), sandbox.Job{Argv: []string{"true"}, Tree: os.DirFS(filepath.Join(t.TempDir(), "missing"))})
	if prentice.KindOf(err) != prentice.Invalid {
		t.Error("a tree that is not there: ", exit, err)
	}
	if exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"no-such-program"}}); err != nil || exit.Code != 127 {
		t.Error("a program that is not there: ", exit, err)
	}
	if _, err := s.Run(t.Context(), sandbox.Job{}); prentice.KindOf(err) != prentice.Invalid {
		t.Error("no program: ", err)
	}
}

func TestAJobReadsWhatItIsAsked(t *testing.T) {
	s := made(t)
	theirs, ask, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close() //nolint:errcheck // the test is over
	said, out := io.Pipe()
	over := make(chan error, 1)
	go func() {
		_, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"sh", "-c", `while read -r line <&4; do echo "<$line>"; done; echo over`}, Ask: theirs, Out: out})
		out.Close() //nolint:errcheck // it gives none
		over <- err
	}()
	for _, word := range []string{"one", "two"} { // one is answered before the other is asked
		fmt.Fprintln(ask, word)
		buf := make([]byte, len(word)+3)
		if _, err := io.ReadFull(said, buf); err != nil || string(buf) != "<"+word+">\n" {
			t.Fatalf("%q, %v", buf, err)
		}
	}
	ask.Close() //nolint:errcheck // it is all
	if rest, err := io.ReadAll(said); err != nil || string(rest) != "over\n" {
		t.Errorf("%q, %v", rest, err)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestACancelledJobLeavesNothing(t *testing.T) {
	s := made(t)
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*4)*time.Millisecond)
		_, err := s.Run(ctx, sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep 614 & sleep 615"}, Out: io.Discard})
		if err == nil && ctx.Err() == nil {
			t.Error("it ended by itself")
		}
		cancel()
	}
	nothingLeft(t, "sleep 61[45]", os.Getpid())
}

func TestWhatAKilledPrenticeLeftEndsAtTheLatestWithTheNextStart(t *testing.T) {
	if dir := os.Getenv("SANDBOX_KILLED"); dir != "" {
		s, err := sandbox.New(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep 616 & sleep 617"}}) //nolint:errcheck // it never ends
	}
	needtest.Program(t, "bwrap")
	makers := []int{os.Getpid()}
	for i := range 10 {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "SANDBOX_KILLED="+t.TempDir())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		makers = append(makers, cmd.Process.Pid)
		time.Sleep(time.Duration(20+30*i) * time.Millisecond) // anywhere: while it is tried, begun, at work
		cmd.Process.Kill()                                    //nolint:errcheck // it is there
		cmd.Wait()                                            //nolint:errcheck // it was killed
	}
	made(t)
	nothingLeft(t, "sleep 61[67]", makers...)
}

// nothingLeft waits until no process is left, and no control group that one of the makers made.
func nothingLeft(t *testing.T, processes string, makers ...int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		out, _ := exec.Command("pgrep", "-f", processes).Output()
		var groups []string
		for _, maker := range makers {
			for _, below := range []string{"*", "*/*/*"} {
				some, _ := filepath.Glob(fmt.Sprintf("/sys/fs/cgroup/%s/prentice-sandbox-%d-*", below, maker))
				groups = append(groups, some...)
			}
		}
		if len(out) == 0 && len(groups) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left: processes %q, groups %v", out, groups)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
