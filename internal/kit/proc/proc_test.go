package proc_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/proc"
)

// TestMain plays the parent that is killed, when it is told to.
func TestMain(m *testing.M) {
	if os.Getenv("PLAY_PARENT") != "" {
		proc.Run(context.Background(), proc.Spec{Argv: []string{"/bin/sh", "-c", "echo $$; exec sleep 300"}, Out: os.Stdout}) //nolint:errcheck // it is killed
		return
	}
	os.Exit(m.Run())
}

func sh(script string, args ...string) proc.Spec {
	return proc.Spec{Argv: append([]string{"sh", "-c", script, "sh"}, args...), Grace: 200 * time.Millisecond}
}

func run(t *testing.T, ctx context.Context, s proc.Spec) (proc.Exit, string, error) {
	t.Helper()
	var out bytes.Buffer
	s.Out = &out
	exit, err := proc.Run(ctx, s)
	return exit, out.String(), err
}

func TestHowAProgramEnds(t *testing.T) {
	t.Setenv("OURS", "must not be seen")
	for _, c := range []struct {
		name, script string
		exit         proc.Exit
		out          string
	}{
		{"well", "echo done", proc.Exit{}, "done\n"},
		{"with a code", "exit 7", proc.Exit{Code: 7}, ""},
		{"by a signal", "kill -KILL $$", proc.Exit{Code: 137, Signal: "SIGKILL"}, ""},
		{"with both outputs in order", "echo a; echo b >&2; echo c", proc.Exit{}, "a\nb\nc\n"},
		{"without our environment", `echo "[$OURS]"`, proc.Exit{}, "[]\n"},
		{"with nothing to read", "cat", proc.Exit{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			exit, out, err := run(t, t.Context(), sh(c.script))
			if err != nil || exit != c.exit || out != c.out {
				t.Errorf("got %+v %q %v, want %+v %q", exit, out, err, c.exit, c.out)
			}
		})
	}
}

func TestTheEnvironmentIsExactlyWhatWasGiven(t *testing.T) {
	s := proc.Spec{Argv: []string{"env"}, Env: []string{"ONE=1", "TWO=2"}}
	if _, out, err := run(t, t.Context(), s); err != nil || out != "ONE=1\nTWO=2\n" {
		t.Errorf("got %q %v", out, err)
	}
}

func TestAProgramIsLookedForOnItsOwnPath(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "greet"), []byte("#!/bin/sh\necho hello\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := proc.Spec{Argv: []string{"greet"}, Env: []string{"PATH=" + folder}}
	if _, out, err := run(t, t.Context(), s); err != nil || out != "hello\n" {
		t.Errorf("got %q %v", out, err)
	}
}

func TestAProgramThatCannotStartSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		spec proc.Spec
		says string
	}{
		{"no command", proc.Spec{}, "name a program"},
		{"no such program", proc.Spec{Argv: []string{"no-such-program"}}, "install it, or write its full path"},
		{"no such file", proc.Spec{Argv: []string{"/no/such/file"}}, "install the program"},
		{"not executable", proc.Spec{Argv: []string{plain}}, "make the file executable"},
		{"no such folder", proc.Spec{Argv: []string{"true"}, Dir: "/no/such/folder"}, "there is no folder /no/such/folder"},
		{"too long", proc.Spec{Argv: []string{"true", strings.Repeat("x", 4<<20)}}, "pass big values in a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := run(t, t.Context(), c.spec)
			if !errors.Is(err, proc.ErrStart) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %.300v, want ErrStart with %q", err, c.says)
			}
		})
	}
}

func TestALineOfTenMegabytesArrivesWhole(t *testing.T) {
	_, out, err := run(t, t.Context(), sh("head -c 10485760 /dev/zero | tr '\\0' x"))
	if err != nil || len(out) != 10<<20 {
		t.Errorf("got %d bytes, %v", len(out), err)
	}
}

// slow is a writer that takes nothing until it is opened.
type slow struct {
	open chan struct{}
	n    atomic.Int64
}

func (s *slow) Write(p []byte) (int, error) {
	<-s.open
	s.n.Add(int64(len(p)))
	return len(p), nil
}

// late is a writer that is late for everything.
type late struct{ bytes.Buffer }

func (l *late) Write(p []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return l.Buffer.Write(p)
}

func TestWhatAProgramPrintedIsKeptThoughADaemonHoldsItsOutput(t *testing.T) {
	var out late
	s := sh("setsid sleep 0.6 & head -c 60000 /dev/zero | tr '\\0' x")
	s.Out = &out
	if _, err := proc.Run(t.Context(), s); err != nil || out.Len() != 60000 {
		t.Errorf("%d bytes of 60000 arrived: %v", out.Len(), err)
	}
}

func TestASlowWriterSlowsTheProgramAndLosesNothing(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "done")
	w := &slow{open: make(chan struct{})}
	s := sh(`head -c 1000000 /dev/zero; touch "$1"`, mark)
	s.Out = w
	ended := make(chan error, 1)
	go func() { _, err := proc.Run(t.Context(), s); ended <- err }()
	select {
	case <-ended:
		t.Fatal("the program did not wait for its reader")
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the program wrote a megabyte to a reader that took nothing")
	}
	close(w.open)
	if err := <-ended; err != nil || w.n.Load() != 1000000 {
		t.Errorf("got %d bytes, %v", w.n.Load(), err)
	}
}

func TestAProgramEndsAllTheSameWhenItsOutputCannotBeKept(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "done")
	r, w := io.Pipe()
	r.CloseWithError(errors.New("the disk is full"))
	s := sh(`head -c 1000000 /dev/zero; touch "$1"`, mark)
	s.Out = w
	exit, err := proc.Run(t.Context(), s)
	if !exit.OK() || !errors.Is(err, proc.ErrOutput) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %+v %v", exit, err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error("the program was stopped half-way")
	}
}

// await reads the first line that a program prints.
func await(t *testing.T, ctx context.Context, s proc.Spec) (line string, ended <-chan result) {
	t.Helper()
	r, w := io.Pipe()
	s.Out = w
	done := make(chan result, 1)
	go func() {
		exit, err := proc.Run(ctx, s)
		w.Close()
		done <- result{exit, err}
	}()
	in := bufio.NewReader(r)
	line, err := in.ReadString('\n')
	if err != nil {
		t.Fatalf("the program printed nothing: %v", err)
	}
	go io.Copy(io.Discard, in) //nolint:errcheck // what comes later does not matter
	return strings.TrimSpace(line), done
}

type result struct {
	exit proc.Exit
	err  error
}

func TestCancellingGivesAProgramTimeToTidyUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := sh(`trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done`)
	s.Grace = time.Minute
	_, ended := await(t, ctx, s)
	cancel()
	if r := <-ended; !errors.Is(r.err, proc.ErrCanceled) || r.exit.Code != 3 || r.exit.TimedOut {
		t.Errorf("got %+v", r)
	}
}

func TestCancellingEndsAProgramThatDoesNotListen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pid, ended := await(t, ctx, sh(`trap '' TERM; (while :; do sleep 1; done) & echo $!; wait; while :; do sleep 1; done`))
	cancel()
	if r := <-ended; !errors.Is(r.err, proc.ErrCanceled) || r.exit.Signal != "SIGKILL" {
		t.Errorf("got %+v", r)
	}
	vanishes(t, pid)
}

func TestADeadlineIsToldApartFromACancel(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	exit, _, err := run(t, ctx, sh("sleep 300"))
	if !errors.Is(err, proc.ErrTimeout) || !exit.TimedOut {
		t.Errorf("got %+v %v", exit, err)
	}
}

func TestNothingIsStartedWhenTheWorkIsCancelledAlready(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mark := filepath.Join(t.TempDir(), "started")
	if _, _, err := run(t, ctx, sh(`touch "$1"`, mark)); !errors.Is(err, proc.ErrCanceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("it was started")
	}
}

func TestADaemonOutlivesTheProgramThatStartedIt(t *testing.T) {
	exit, out, err := run(t, t.Context(), sh(`setsid sleep 300 & echo $!`))
	if err != nil || !exit.OK() || exit.Strays {
		t.Fatalf("got %+v %v", exit, err)
	}
	pid := number(t, out)
	if syscall.Kill(pid, 0) != nil {
		t.Error("the daemon was ended with its starter")
	}
	syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it was ours
}

func TestWhatAProgramLeavesBehindIsEndedAndTold(t *testing.T) {
	exit, out, err := run(t, t.Context(), sh(`sleep 300 & echo $!`))
	if err != nil || exit.Code != 0 || !exit.Strays {
		t.Errorf("got %+v %v", exit, err)
	}
	vanishes(t, strings.TrimSpace(out))
}

func TestAReaderThatNeverEndsDoesNotKeepTheProgram(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	s := sh("exit 4")
	s.Stdin = r
	if exit, _, err := run(t, t.Context(), s); err != nil || exit.Code != 4 {
		t.Errorf("got %+v %v", exit, err)
	}
}

func TestStandardInputArrives(t *testing.T) {
	s := sh("cat")
	s.Stdin = strings.NewReader("to be read")
	if _, out, err := run(t, t.Context(), s); err != nil || out != "to be read" {
		t.Errorf("got %q %v", out, err)
	}
}

func TestAProgramDoesNotOutliveAKilledPrentice(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "PLAY_PARENT=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	parent.Process.Kill() //nolint:errcheck // it is ours
	parent.Wait()         //nolint:errcheck // it was killed
	vanishes(t, strings.TrimSpace(line))
}

func TestWhatACrashLeftIsFoundByItsMark(t *testing.T) {
	mark := fmt.Sprintf("PLAY_STEP=%d here", os.Getpid())
	orphan, other, theirs, daemon := exec.Command("sleep", "300"), exec.Command("sleep", "300"), exec.Command("sleep", "300"), exec.Command("sleep", "300")
	orphan.Env, daemon.Env = []string{"A=1", mark, "OURS=1"}, []string{mark, "OURS=1"}
	other.Env, theirs.Env = []string{mark + " and more", "OURS=1"}, []string{mark, "OURS=2"}
	daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	for _, c := range []*exec.Cmd{orphan, other, theirs, daemon} {
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer c.Process.Kill() //nolint:errcheck // it is ours
		go c.Wait()            //nolint:errcheck // only to reap it
	}
	ended, err := proc.EndMarked(t.Context(), proc.Session(), mark, "OURS=1")
	if err != nil || ended != 1 {
		t.Errorf("ended %d, %v", ended, err)
	}
	vanishes(t, strconv.Itoa(orphan.Process.Pid))
	for name, c := range map[string]*exec.Cmd{"one with another mark": other, "one with only the first mark": theirs, "a daemon": daemon} {
		if syscall.Kill(c.Process.Pid, 0) != nil {
			t.Errorf("%s was ended", name)
		}
	}
}

func TestNobodyIsEndedWithoutAMarkOrASession(t *testing.T) {
	for _, c := range []struct {
		mark    string
		session int
	}{{"", proc.Session()}, {"=x", proc.Session()}, {"A=1", -1}} {
		if _, err := proc.EndMarked(t.Context(), c.session, c.mark); err == nil {
			t.Errorf("mark %q, session %d: no error", c.mark, c.session)
		}
	}
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// vanishes waits until a process is gone or only waits to be reaped by someone
// else.
func vanishes(t *testing.T, pid string) {
	t.Helper()
	for range 6000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", number(t, pid)))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is still there", pid)
}
