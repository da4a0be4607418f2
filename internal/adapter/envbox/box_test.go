package envbox_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/engine/environment"
	"prentice/internal/engine/environment/environmenttest"
	"prentice/internal/kit/needtest"
)

// made is a box of a folder of its own.
func made(t *testing.T, dir string) *envbox.Box {
	t.Helper()
	needtest.Program(t, "bwrap")
	needtest.Program(t, "busybox")
	b, err := envbox.New(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func service(name, script string) environment.Service {
	return environment.Service{Name: name, Command: []string{"/bin/sh", "-c", script}}
}

func TestTheSandboxKeepsWhatABackEndPromises(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "environments")
	var open *envbox.Box
	t.Cleanup(func() {
		if open != nil {
			open.Close()
		}
	})
	environmenttest.Check(t, environmenttest.World{
		Open: func(t *testing.T) environment.Backend {
			if open != nil {
				open.Close()
			}
			open = made(t, dir)
			return open
		},
		Service:  service,
		NoMemory: os.Geteuid() != 0, // then there is no control group here
		Left:     func(t *testing.T, id string) []string { return left(t, dir, id) },
	})
}

// left is what the machine has of an environment.
func left(t *testing.T, dir, id string) (list []string) {
	t.Helper()
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range lines {
		if text, _ := os.ReadFile(file); bytes.Contains(text, []byte(id)) {
			list = append(list, "the process "+file)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), id) {
		list = append(list, fmt.Sprint("a mount ", err))
	}
	groups, _ := filepath.Glob("/sys/fs/cgroup/*prentice-env-*" + id)
	more, _ := filepath.Glob("/sys/fs/cgroup/*/*prentice-env-*" + id)
	list = append(append(list, groups...), more...)
	files, _ := filepath.Glob(filepath.Join(dir, "*"+id+"*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"+id+"*"))
	return append(append(list, files...), hidden...)
}

// printed is what a service printed until now.
func printed(t *testing.T, b *envbox.Box, id, service string) string {
	t.Helper()
	r, err := b.Logs(t.Context(), id, service, time.Time{}, false)
	if err != nil {
		return err.Error()
	}
	defer r.Close()
	text, _ := io.ReadAll(r)
	return strings.TrimSpace(string(text))
}

// safe is a buffer that is written to while it is read.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
