package sandbox

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A job is told apart by its host name: it stands on the command line of bwrap, also
// of the one that is process 1 of the job and ends all others when it ends. A bwrap
// that is killed while it begins leaves that process behind: it has not yet asked to
// die with its parent.
func newName() string {
	return "sandbox-" + strconv.Itoa(os.Getpid()) + "-" + strings.ToLower(rand.Text()[:10])
}

// endStrays ends what is left of a job, and of all jobs of a prentice that is gone
// where the name is "".
func endStrays(name string) {
	for range 200 {
		pids := strays(name)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may have ended just now
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func strays(name string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file) // one that has ended has none
		_, rest, found := bytes.Cut(line, []byte("\x00--hostname\x00"))
		owner, _, _ := bytes.Cut(rest, []byte{0})
		if !found || !isOf(string(owner), name) || !strings.HasSuffix(program(line), "bwrap") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func program(line []byte) string {
	first, _, _ := bytes.Cut(line, []byte{0})
	return string(first)
}

// isOf says whether a host name is the one that is looked for, or of a prentice that
// is no more.
func isOf(owner, name string) bool {
	if name != "" {
		return owner == name
	}
	part := strings.Split(owner, "-")
	if len(part) != 3 || part[0] != "sandbox" {
		return false
	}
	pid, err := strconv.Atoi(part[1])
	return err == nil && syscall.Kill(pid, 0) == syscall.ESRCH
}
