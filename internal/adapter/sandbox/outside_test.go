package sandbox_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// outside is what stands on the machine for a job to reach at: a folder that every
// user may write, a socket, a port, a process, a secret.
type outside struct {
	dir, socket, secret string
	shared              string // a file in the machine's shared memory
	segment             int    // the key of a segment of it
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
	for _, at := range [][2]string{{"unix", o.socket}, {"unix", "@" + o.abstract()}, {"tcp", "127.0.0.1:0"}} {
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
	o.share(t)
	return o
}

// share puts something into the memory that processes of the machine share.
func (o *outside) share(t *testing.T) {
	t.Helper()
	o.shared, o.segment = "/dev/shm/prentice-"+filepath.Base(filepath.Dir(o.dir)), 0x70000000+os.Getpid()
	if err := os.WriteFile(o.shared, []byte("a-secret-of-the-machine"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(o.shared) }) //nolint:errcheck // the test is over
	id, err := unix.SysvShmGet(o.segment, 4096, unix.IPC_CREAT|0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.SysvShmCtl(id, unix.IPC_RMID, nil) }) //nolint:errcheck // the test is over
}

// abstract is the name of a socket that stands in no folder: it is of the machine, so
// that it must be of this test alone.
func (o *outside) abstract() string {
	return fmt.Sprintf("prentice-%d-%s", os.Getpid(), filepath.Base(o.dir))
}

// env tells a script where all of it is.
func (o *outside) env() map[string]string {
	return map[string]string{
		"DIR": o.dir, "SOCKET": o.socket, "SECRET": o.secret, "PORT": strconv.Itoa(o.port), "HEXPORT": fmt.Sprintf("%04X", o.port),
		"ABSTRACT": o.abstract(), "PID": strconv.Itoa(o.process.Process.Pid), "SHARED": o.shared, "SEGMENT": strconv.Itoa(o.segment),
	}
}

// perform does an attempt on the machine, without a sandbox.
func (o *outside) perform(t *testing.T, script string) (string, error) {
	t.Helper()
	left, err := os.OpenFile(o.secret, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer left.Close() //nolint:errcheck // it was only lent
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", script)
	cmd.Dir, cmd.Env, cmd.ExtraFiles = o.dir, os.Environ(), []*os.File{left}
	for name, value := range o.env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	said, err := cmd.CombinedOutput()
	return string(said), err
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
