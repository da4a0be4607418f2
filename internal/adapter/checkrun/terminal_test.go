//go:build linux

package checkrun_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"prentice/internal/adapter/checkrun"
)

// person is who sits at a terminal: what is shown there, and what is typed.
type person struct {
	t     *testing.T
	ours  *os.File
	mu    sync.Mutex
	shown strings.Builder
}

func newPerson(t *testing.T) (p *person, terminal *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	p = &person{t: t, ours: ours}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := ours.Read(buf)
			if err != nil {
				return
			}
			p.mu.Lock()
			p.shown.Write(buf[:n])
			p.mu.Unlock()
		}
	}()
	t.Cleanup(func() { ours.Close(); terminal.Close() }) //nolint:errcheck // the test is over
	return p, terminal
}

func (p *person) types(text string) {
	p.t.Helper()
	if _, err := p.ours.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) sizes(rows, columns uint16) {
	p.t.Helper()
	if err := unix.IoctlSetWinsize(int(p.ours.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) await(what string, is func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("%s: not within a minute: %q", what, p.shown.String())
		}
	}
}

func (p *person) sees(text string) {
	p.t.Helper()
	p.await(text, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return strings.Contains(p.shown.String(), text)
	})
}

// A session of its own keeps a shell from the terminal of the person; so it has one, whose
// size follows theirs, and at which Ctrl-C ends what runs and not the shell.
func TestAShellInWhatACheckLeftHasATerminalOfItsOwn(t *testing.T) {
	r := newRepository(t)
	if o := r.has("a", "", "echo kept >trace; exit 1").one("a"); len(o.Findings) != 1 {
		t.Fatal(o)
	}
	p, terminal := newPerson(t)
	p.sizes(33, 101)
	over := make(chan error, 1)
	go func() {
		_, err := r.desk.Enter(t.Context(), checkrun.Entry{Keep: r.keep, Check: "a", In: terminal, Out: terminal})
		over <- err
	}()
	p.types("cat trace; stty size\n")
	p.sees("kept\r\n33 101")
	p.sizes(44, 122)
	syscall.Kill(os.Getpid(), syscall.SIGWINCH) //nolint:errcheck // as the kernel does it for a terminal of ours
	p.await("the new size", func() bool {
		p.types("stty size\n")
		time.Sleep(50 * time.Millisecond)
		p.mu.Lock()
		defer p.mu.Unlock()
		return strings.Contains(p.shown.String(), "44 122")
	})
	sleep := fmt.Sprintf("sleep 6599.%d", os.Getpid())
	p.types(sleep + "\n")
	p.await("what runs", func() bool { return exec.Command("pgrep", "-f", "^"+sleep).Run() == nil })
	p.types("\x03")
	p.types("echo alive=$((40+2))\n")
	p.sees("alive=42")
	nothingGoesOn(t, "^"+sleep)
	p.types("exit\n")
	if err := <-over; err != nil {
		t.Error(err)
	}
}
