package outlive_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
)

// What makes a claim dies at each call of the system with which it changes a folder or
// a file: a claim that was not finished is none, so that it may be made again.
func TestAClaimThatWasNotFinishedIsNone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		helper, shell := len(h.helpers) > 0, filepath.Base(h.argv[0])
		if shell == "bash" || helper && shell != "dash" {
			t.Skip("SKIPPED: another one has shown it")
		}
		for n := 1; ; n++ {
			if n > 200 {
				t.Fatal("there is no end of its calls")
			}
			died := h.killedAt(n)
			if _, err := os.Stat(h.home + "/.prentice/claim-k1/begun"); err == nil && helper { // it is the keeper too: what it has begun is lost with it
				t.Logf("killed at %d calls before it began the script", n-1)
				return
			}
			h.await("what was begun has ended", func() bool { return h.settles(t, n) })
			if got := h.effects(); got != "one\n" {
				t.Fatalf("killed at call %d, its effect is %q", n, got)
			}
			if err := errors.Join(os.RemoveAll(h.home+"/effect"), h.forgotten()); err != nil {
				t.Fatal(err)
			}
			if !died {
				t.Logf("killed at %d calls", n-1)
				return
			}
		}
	})
}

// settles looks, as the one who comes next does, and then begins it or follows it.
func (h *host) settles(t *testing.T, n int) bool {
	if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State == outlive.Lost {
		t.Fatalf("killed at call %d, it is %+v", n, r)
	}
	r, _ := h.ask(outlive.Ask{Action: outlive.Start, Script: effect})
	if r.State == outlive.Lost || r.State == outlive.Refused {
		t.Fatalf("killed at call %d, it is begun anew as %+v", n, r)
	}
	return r.State == outlive.Ended
}

func (h *host) forgotten() error {
	h.ask(outlive.Ask{Action: outlive.Forget})
	return os.RemoveAll(h.home + "/.prentice/over-k1")
}

// changes are the calls of the system that change a folder or make a file.
var changes = []uint64{syscall.SYS_OPEN, syscall.SYS_OPENAT, syscall.SYS_MKDIR, syscall.SYS_MKDIRAT, syscall.SYS_RENAME, syscall.SYS_RENAMEAT, 316,
	syscall.SYS_LINK, syscall.SYS_LINKAT, syscall.SYS_UNLINK, syscall.SYS_UNLINKAT, syscall.SYS_RMDIR, syscall.SYS_CLONE, syscall.SYS_FORK, syscall.SYS_VFORK}

// killedAt starts what makes a claim and ends it with SIGKILL where it is about to make
// its nth call that changes something; false when it made fewer. What it has begun goes on.
func (h *host) killedAt(n int) bool {
	h.t.Helper()
	runtime.LockOSThread() // one thread traces
	defer runtime.UnlockOSThread()
	c, text := h.command(outlive.Ask{Action: outlive.Start, Script: effect})
	if len(h.helpers) > 0 { // a shell begins it, which makes nothing
		c.Path, c.Args = h.helper(), []string{h.helper(), "prentice-helper", "1", "plain"}
	}
	c.SysProcAttr.Ptrace = true
	c.Stdin = h.file(strings.ReplaceAll(text, nonce, fmt.Sprintf("%0*d", len(nonce), n))) // each ask has one of its own
	if err := c.Start(); err != nil {
		h.t.Skipf("SKIPPED: no process can be traced here: %v", err)
	}
	defer c.Wait() //nolint:errcheck // how it ended is known
	return h.trace(c, n)
}

// file is a file that holds a text: a shell reads it in pieces, and not byte by byte.
func (h *host) file(text string) *os.File {
	h.t.Helper()
	name := h.home + "/asked"
	f, err := os.Create(name)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { f.Close() })
	return f
}

// trace follows all threads of a process, and no other process.
func (h *host) trace(c *exec.Cmd, n int) (died bool) {
	const all = 0x40000000 // __WALL
	pid := c.Process.Pid
	threads, inside := []int{pid}, map[int]bool{}
	for first := true; len(threads) > 0; {
		stopped := 0
		var status syscall.WaitStatus
		for _, id := range threads {
			how := syscall.WNOHANG | all
			if len(threads) == 1 {
				how = all
			}
			if got, err := syscall.Wait4(id, &status, how, nil); errors.Is(err, syscall.ECHILD) || got == id && (status.Exited() || status.Signaled()) {
				threads = slices.DeleteFunc(slices.Clone(threads), func(one int) bool { return one == id })
			} else if got == id {
				stopped = id
				break
			}
		}
		if stopped == 0 {
			time.Sleep(20 * time.Microsecond)
			continue
		}
		if first {
			first = false
			syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACEEXEC) //nolint:errcheck // the test says that nothing was killed
		}
		signal := 0
		switch stop := status.StopSignal(); {
		case status.TrapCause() == syscall.PTRACE_EVENT_CLONE:
			id, _ := syscall.PtraceGetEventMsg(stopped) //nolint:errcheck // it is stopped
			threads = append(threads, int(id))
		case stop == syscall.SIGTRAP|0x80:
			if inside[stopped] = !inside[stopped]; inside[stopped] && h.changing(stopped) {
				if n--; n == 0 {
					died = true
					syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it is ours
				}
			}
		case stop != syscall.SIGTRAP && stop != syscall.SIGSTOP:
			signal = int(stop)
		}
		syscall.PtraceSyscall(stopped, signal) //nolint:errcheck // it may have been killed
	}
	return died
}

// changing says whether a thread is about to make a call that changes something.
func (h *host) changing(thread int) bool {
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(thread, &regs) != nil || !slices.Contains(changes, regs.Orig_rax) {
		return false
	}
	how := uint64(0)
	switch regs.Orig_rax {
	case syscall.SYS_OPEN:
		how = regs.Rsi
	case syscall.SYS_OPENAT:
		how = regs.Rdx
	default:
		return true
	}
	return how&(syscall.O_CREAT|syscall.O_WRONLY|syscall.O_RDWR) != 0
}
