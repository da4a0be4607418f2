package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
)

// A service holds a lock on its pid file while it lives. The kernel gives the
// lock back when the process ends, however it ends, and says who holds it: a
// number in the file could be that of another process by now, this cannot.

// PidFile is what a living service holds.
func PidFile(state, name string) string { return filepath.Join(state, name+".pid") }

// LogFile is what a service says.
func LogFile(state, name string) string { return filepath.Join(state, name+".log") }

// hold takes the pid file for this process.
func hold(state, name string) (*os.File, error) {
	f, err := os.OpenFile(PidFile(state, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, explained(err)
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err != nil {
		f.Close()
		pid, _ := Alive(state, name)
		return nil, prentice.Errorf(prentice.Conflict, "%s runs already as process %d", name, pid).Try("stop it first")
	}
	if err := errors.Join(f.Truncate(0), second(f.WriteString(strconv.Itoa(os.Getpid())+"\n"))); err != nil {
		return nil, errors.Join(explained(err), f.Close())
	}
	return f, nil
}

func second(_ int, err error) error { return err }

// Alive says which process a service is, and whether it lives.
func Alive(state, name string) (pid int, alive bool) {
	f, err := os.OpenFile(PidFile(state, name), os.O_RDWR, 0)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil || lock.Type == syscall.F_UNLCK || lock.Pid <= 1 {
		return 0, false
	}
	return int(lock.Pid), true
}

// status says whether a service lives; that it does not is the error.
func status(state, name string, stdout io.Writer) error {
	pid, alive := Alive(state, name)
	if !alive {
		return prentice.Errorf(prentice.NotFound, "%s does not run", name).Try("start it")
	}
	fmt.Fprintf(stdout, "%s runs as process %d\n", name, pid)
	return nil
}

// How long a service may take to answer after its start, and to end after being
// asked to.
const (
	startTime = 10 * time.Second
	stopTime  = 5 * time.Second
	lookAgain = 20 * time.Millisecond
)

// start runs the service as a process of its own session, so that it outlives
// anyone who started it, and returns when it answers.
func (s settings) start(ctx context.Context, stdout io.Writer) error {
	if pid, alive := Alive(s.state, s.name); alive {
		fmt.Fprintf(stdout, "%s runs already as process %d\n", s.name, pid)
		return nil
	}
	cmd, log, err := s.command()
	if err != nil {
		return err
	}
	defer log.Close()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return explained(err)
	}
	if err := cmd.Start(); err != nil {
		return prentice.Errorf(prentice.Unavailable, "start %s: %w", s.name, err).Try("look at %s", log.Name())
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait(); close(ended) }() // ends with the service, or with this program, which is done before it
	if err := s.answers(ctx, cmd.Process.Pid, ended); err != nil {
		cmd.Process.Kill()
		<-ended
		return prentice.Errorf(prentice.Unavailable, "%s did not start: %w%s", s.name, err, said(log.Name(), from)) // the reason says what to do
	}
	fmt.Fprintf(stdout, "%s runs as process %d\n", s.name, cmd.Process.Pid)
	return nil
}

// command is the service's process. Its environment is bare: nothing of the step
// that starts it may be found in it later.
func (s settings) command() (*exec.Cmd, *os.File, error) {
	bin, err := os.Executable()
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "find this program: %w", err)
	}
	if err := os.MkdirAll(s.state, 0o700); err != nil {
		return nil, nil, explained(err)
	}
	log, err := os.OpenFile(LogFile(s.state, s.name), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, explained(err)
	}
	cmd := exec.Command(bin, s.args()...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.state, log, log
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, log, nil
}

// answers waits until the process holds its pid file and its page can be read.
func (s settings) answers(ctx context.Context, pid int, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		if holder, alive := Alive(s.state, s.name); alive && holder == pid && page(ctx, client, s.port) {
			return nil
		}
		select {
		case err := <-ended:
			if err == nil {
				return errors.New("it ended at once")
			}
			return err
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", ctx.Err())
		case <-again.C:
		}
	}
}

func page(ctx context.Context, client *http.Client, port int) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", port), nil)
	if err != nil {
		return false
	}
	got, err := client.Do(r)
	if err != nil {
		return false
	}
	got.Body.Close()
	return got.StatusCode == http.StatusOK
}

// said is what a service gave as its reason since it was started: what it
// printed, without its log.
func said(log string, from int64) string {
	text, err := os.ReadFile(log)
	if err != nil || int64(len(text)) <= from {
		return ""
	}
	reasons := []string{""}
	for line := range strings.Lines(string(text[from:])) {
		line = strings.TrimPrefix(strings.Trim(line, " \t\r\n→"), "prentice: ")
		if line != "" && !strings.HasPrefix(line, "time=") {
			reasons = append(reasons, line)
		}
	}
	const most = 500
	reason := strings.Join(reasons, ": ")
	return reason[:min(most, len(reason))]
}

// stop ends a service, gently first. That it does not run is fine.
func stop(ctx context.Context, state, name string, stdout io.Writer) error {
	pid, alive := Alive(state, name)
	if !alive {
		fmt.Fprintf(stdout, "%s does not run\n", name)
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return prentice.Errorf(prentice.Unavailable, "stop %s, process %d: %w", name, pid, err).Try("look whose process it is")
		}
		if gone(ctx, state, name, pid) {
			fmt.Fprintf(stdout, "%s is stopped; it was process %d\n", name, pid)
			return nil
		}
	}
	return prentice.Errorf(prentice.Unavailable, "%s does not end: process %d", name, pid).Try("look at it with ps")
}

// gone waits until the process no longer holds the pid file.
func gone(ctx context.Context, state, name string, pid int) bool {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		if holder, alive := Alive(state, name); !alive || holder != pid {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
}

// Kill ends a service as a crash would, with no chance to tidy up.
func Kill(ctx context.Context, state, name string) (pid int, err error) {
	pid, alive := Alive(state, name)
	if !alive {
		return 0, prentice.Errorf(prentice.NotFound, "%s does not run", name).Try("start it first")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return pid, prentice.Errorf(prentice.Unavailable, "kill %s, process %d: %w", name, pid, err)
	}
	if !gone(ctx, state, name, pid) {
		return pid, prentice.Errorf(prentice.Unavailable, "%s does not end: process %d", name, pid)
	}
	return pid, nil
}
