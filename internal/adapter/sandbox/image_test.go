package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/container/containertest"
)

// contained is a sandbox of containers, and the ID of an image with what attempts use.
func contained(t *testing.T, e *containertest.Engine) (*sandbox.Containers, string) {
	t.Helper()
	c, err := sandbox.NewContainers(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if left := e.Left(); len(left) > 0 {
			t.Error("left: ", left)
		}
	})
	python, _ := filepath.Glob("/usr/lib/python3.[0-9]*")
	return c, e.Image("localhost/box", containertest.Made{Programs: []string{"/usr/bin/python3", "head", "truncate"}, Folders: python})
}

// differs are the attempts by what is there in every container, and cannot be used.
var differs = map[string]string{
	"the control groups":               `mkdir /sys/fs/cgroup/planted || mkdir /sys/fs/cgroup/*/planted || for f in /sys/fs/cgroup/*/*.max /sys/fs/cgroup/*.max; do echo 1 >"$f" && exit 0; done; exit 1`,
	"write over what it sees of /etc":  `echo x >/etc/hosts || echo x >/etc/passwd || echo x >/etc/planted`,
	"write to the system's libraries":  `echo x >/bin/planted || echo x >/lib/planted`,
	"what the kernel knows of devices": `for f in /sys/kernel/mm/transparent_hugepage/enabled /sys/class/net/lo/mtu /sys/kernel/uevent_seqnum; do echo 1 >"$f" && exit 0; done; exit 1`,
	"the clock":                        `date -s 2001-01-01; [ "$(date +%Y)" = 2001 ]`,
	"put something into /dev":          `touch /dev/planted`,
}

func TestNothingOfTheMachineIsReachedFromAContainer(t *testing.T) {
	containertest.Each(t, func(t *testing.T, e *containertest.Engine) {
		c, image := contained(t, e)
		o := newOutside(t)
		if exit, err := c.Run(t.Context(), sandbox.Job{Argv: []string{"python3", "-c", "import socket, ctypes, fcntl, os"}, Image: image}); err != nil || !exit.OK() {
			t.Fatal("what attempts are made with is not there: ", exit, err)
		}
		t.Setenv("OF_THE_MACHINE", "secret")
		for _, a := range attempts {
			if script, found := differs[a.name]; found {
				a.script = script
			}
			t.Run(a.name, func(t *testing.T) {
				var said bytes.Buffer
				exit, err := c.Run(t.Context(), sandbox.Job{
					Argv: []string{"/bin/sh", "-c", a.script}, Image: image, Out: &said, Limits: sandbox.Limits{Time: 20 * time.Second},
					Env: o.env(),
				})
				switch {
				case err != nil:
					t.Fatal(err)
				case exit.OK():
					t.Errorf("it succeeded: %s", said.String())
				case strings.Contains(said.String(), "a-secret-of-the-machine"):
					t.Errorf("it read the secret: %s", said.String())
				case exit.Code == 125 || exit.TimedOut:
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
	})
}

func TestEveryLimitEndsWhatExceedsItInAContainer(t *testing.T) {
	containertest.Each(t, func(t *testing.T, e *containertest.Engine) {
		c, image := contained(t, e)
		for _, a := range exceeding {
			t.Run(a.name, func(t *testing.T) {
				var said bytes.Buffer
				if a.limits.Time > 0 {
					a.limits.Time = max(a.limits.Time, 5*time.Second) // a container has to begin, too
				}
				exit, err := c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", a.script}, Image: image, Out: &said, Limits: a.limits})
				if err != nil {
					t.Fatal(err)
				}
				if all := strings.ReplaceAll(exit.String()+" "+said.String(), "I/O error", "No space left"); exit.OK() || !strings.Contains(all, a.want) || strings.Contains(all, "all of it") {
					t.Errorf("%s, wants %q", all, a.want)
				}
			})
		}
		exit, err := c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "yes"}, Image: image, Limits: sandbox.Limits{Output: 1 << 20, Time: 20 * time.Second}})
		if exit.TimedOut || prentice.KindOf(err) != prentice.Limited {
			t.Error(exit, err)
		}
		var b bytes.Buffer
		_, err = c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "/bin/truncate -s 1T huge"}, Image: image, Limits: sandbox.Limits{Results: 1 << 20, Time: 20 * time.Second}, Results: &sandbox.Results{Give: []string{"huge"}, To: &b}})
		if prentice.KindOf(err) != prentice.Limited || b.Len() > 2<<20 {
			t.Error(err, b.Len())
		}
		for _, left := range []string{"sleep 611", "sleep 612", "sleep 613"} {
			if out, _ := exec.Command("pgrep", "-f", left).Output(); len(out) > 0 {
				t.Errorf("%q goes on as %s", left, out)
			}
		}
	})
}

func TestAJobInAnImageFindsItsFilesAndBringsBackWhatIsAskedFor(t *testing.T) {
	containertest.Each(t, func(t *testing.T, e *containertest.Engine) {
		c, image := contained(t, e)
		script := `set -e; cat in/text in/link; pwd; mkdir out; echo one >out/a.xml; echo no >out/c.txt; ln -s /etc/passwd out/d.xml; [ ! -e /etc/shadow ]; echo x >/tmp/y; echo x >"$HOME/z"; exit ` + "$CODE"
		job := sandbox.Job{Argv: []string{"/bin/sh", "-c", script}, Image: image, Env: map[string]string{"CODE": "0"}, Results: &sandbox.Results{Give: []string{"out/*.xml", "gone"}, Whole: true},
			Files: []sandbox.File{file("in/text", "of the tree\n"), {Path: "in/link", Link: "text"}}}
		for code, want := range map[string]string{"0": "work/out/a.xml", "3": "work/in/text work/out/a.xml work/out/c.txt"} {
			var said, back bytes.Buffer
			job.Env["CODE"], job.Out, job.Results.To = code, &said, &back
			exit, err := c.Run(t.Context(), job)
			if err != nil || fmt.Sprint(exit.Code) != code || said.String() != "of the tree\nof the tree\n/work\n" {
				t.Errorf("%v %v %q", exit, err, said.String())
			}
			var names []string
			for name := range brought(t, back.Bytes()) {
				names = append(names, name)
			}
			if got := strings.Join(sorted(names), " "); got != want {
				t.Errorf("code %s brought %s", code, got)
			}
		}
		// Much of it goes through unharmed, and what a failed job left is found by its next.
		var said, back bytes.Buffer
		exit, err := c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "head -c 50000000 /dev/urandom >big; md5sum <big; yes | head -c 9000000; exit 1"}, Image: image, Out: &said, Results: &sandbox.Results{Whole: true, To: &back}})
		if exit.Code != 1 || err != nil || len(said.Bytes()) != 36+9000000 {
			t.Fatal(exit, err, said.Len())
		}
		sum := said.String()[:36]
		said.Reset()
		exit, err = c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "md5sum <big"}, Image: image, Out: &said, Packed: &back})
		if !exit.OK() || err != nil || said.String() != sum {
			t.Error(exit, err, said.String(), sum)
		}
	})
}

func TestACancelledJobLeavesNoContainer(t *testing.T) {
	containertest.Each(t, func(t *testing.T, e *containertest.Engine) {
		c, image := contained(t, e)
		for i := range 8 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*60)*time.Millisecond)
			_, err := c.Run(ctx, sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep 614 & sleep 615"}, Image: image})
			if err == nil && ctx.Err() == nil {
				t.Error("it ended by itself")
			}
			cancel()
			if left := e.Left(); len(left) > 0 {
				t.Error("left: ", left)
			}
		}
		nothingLeft(t, "sleep 61[45]", os.Getpid())
	})
}

func TestWhatAKilledPrenticeLeftWithAnEngineEndsAtOnceAndIsRemovedAtTheNextStart(t *testing.T) {
	if image := os.Getenv("SANDBOX_KILLED_IN"); image != "" {
		c, err := sandbox.NewContainers(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep 616 & sleep 617"}, Image: image, //nolint:errcheck // it never ends
			Services: []sandbox.Service{{Name: "db", Image: image, Command: []string{"/bin/sh", "-c", "sleep 618"}, Health: "true"}}})
		return
	}
	containertest.Each(t, func(t *testing.T, e *containertest.Engine) {
		_, image := contained(t, e)
		for i := range 6 {
			cmd := exec.Command(os.Args[0], "-test.run=^"+strings.Split(t.Name(), "/")[0]+"$")
			cmd.Env = append(os.Environ(), "SANDBOX_KILLED_IN="+image)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(100+200*i) * time.Millisecond) // anywhere: while it is made, begun, at work
			cmd.Process.Kill()                                      //nolint:errcheck // it is there
			cmd.Wait()                                              //nolint:errcheck // it was killed
		}
		nothingLeft(t, "sleep 61[678]")
		t.Log("left by the killed: ", len(e.Left()))
		again, err := sandbox.NewContainers(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
}
