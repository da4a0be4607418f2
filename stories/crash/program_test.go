package crash

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/outlive/helpertest"
	"prentice/internal/kit/overlaytest"
)

// program is one build of prentice that can be told where to die.
type program struct{ path, version string }

func build(t *testing.T, version string) program {
	t.Helper()
	return program{compile(t, "prentice/cmd/prentice", "-tags", "crashproof", "-overlay", helped(t), "-ldflags", "-s -w -X main.version="+version), version}
}

// helped is an overlay in which the helper for hosts is built in, as make build does it.
func helped(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := helpertest.Folder(folder); err != nil {
		t.Fatal(err)
	}
	name := helpertest.File()
	to, err := filepath.Abs(filepath.Join("..", "..", "internal", "kit", "outlive", "helper", name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "overlay.json")
	if err := overlaytest.Write(path, overlaytest.Replaced{to: filepath.Join(folder, name)}); err != nil {
		t.Fatal(err)
	}
	return path
}

func compile(t *testing.T, pkg string, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(pkg))
	c := exec.Command("go", slices.Concat([]string{"build", "-o", path}, flags, []string{pkg})...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
	return path
}

// server is a prentice up.
type server struct {
	process *os.Process
	url     string
	ready   chan struct{} // closed once it answers; url is there then
	ended   chan struct{}
	killed  bool // by SIGKILL; read it after ended
	said    said
}

// said is what a process says on both its outputs.
type said struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// up starts a server in a session of its own, as an init system does: what a
// crash leaves behind is looked for there.
// It dies where the file wish says.
func up(p program, w where, wish string) (*server, error) {
	s := &server{ready: make(chan struct{}), ended: make(chan struct{})}
	args := []string{"up", "--listen", "127.0.0.1:0", "--data", w.data, "--team", w.team, "--owner", owner}
	if w.database != "" {
		args = append(args, "--database", w.database)
	}
	if w.replica != "" {
		args = append(args, "--replica", w.replica)
	}
	c := exec.Command(p.path, args...)
	c.Dir, c.Stderr = w.data, &s.said
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.data, "PRENTICE_CRASH=" + wish, "PRENTICE_CRASH_OF=" + w.of}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s.process = c.Process
	go func() {
		for lines := bufio.NewScanner(io.TeeReader(out, &s.said)); lines.Scan(); {
			if _, after, found := strings.Cut(lines.Text(), "ready at "); found {
				s.url, _, _ = strings.Cut(after, " ")
				close(s.ready)
			}
		}
		c.Wait() //nolint:errcheck // how it ended is in its state
		status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
		s.killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
		close(s.ended)
	}()
	return s, nil
}

var errEnded = errors.New("the program has ended")

// answers waits until the server answers, or has ended.
func (s *server) answers() error {
	select {
	case <-s.ready:
		return nil
	case <-s.ended:
		return errEnded
	case <-time.After(most):
		return fmt.Errorf("not ready after %s", most)
	}
}

func (s *server) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// end ends it and waits.
func (s *server) end(signal syscall.Signal) {
	s.process.Signal(signal) //nolint:errcheck // it may have ended
	select {
	case <-s.ended:
	case <-time.After(most):
		s.process.Kill() //nolint:errcheck // it may have ended
		<-s.ended
	}
}

// caller asks a server as someone.
type caller struct {
	url, token string
	http       *http.Client
}

// call performs an operation and reads its answer into out.
func (c caller) call(op, key string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, c.url+"/v1/op/"+op, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.token)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	got, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if got.StatusCode != http.StatusOK {
		return &refusal{op, got.StatusCode, strings.TrimSpace(string(raw))}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// refusal is an answer that says no.
type refusal struct {
	op     string
	status int
	says   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %d %s", r.op, r.status, r.says) }
