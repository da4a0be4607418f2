package proc

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// EndMarked ends, with SIGKILL, every process of a session that was started with
// all the marks (NAME=value) in its environment, and waits until they are gone.
// It is for the children that a crash of ours left behind: those that made a
// session of their own, as daemons do, are not touched. Session 0 is the one
// whose leader is outside our PID namespace, as in a container that was entered
// from its host; a negative one is unknown. It says how many it ended.
func EndMarked(ctx context.Context, session int, marks ...string) (ended int, err error) {
	if session < 0 || len(marks) == 0 || slices.ContainsFunc(marks, empty) {
		return 0, fmt.Errorf("end the processes marked %q of session %d: both must be known", marks, session)
	}
	killed := map[int]bool{}
	for {
		found := marked(session, marks)
		if len(found) == 0 {
			return len(killed), nil
		}
		for _, pid := range found {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				return len(killed), fmt.Errorf("end process %d: %w", pid, err)
			}
			killed[pid] = true
		}
		select {
		case <-ctx.Done():
			return len(killed), ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Session is the session that our children belong to, unless they leave it, or
// -1 when the system does not say.
func Session() int {
	session, err := unix.Getsid(0)
	if err != nil {
		return -1
	}
	return session
}

func empty(mark string) bool { return len(mark) < 3 || mark[0] == '=' }

// marked lists the processes that carry all the marks. One that is dead and not
// yet reaped has no environment any more.
func marked(session int, marks []string) []int {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []int
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if of, err := unix.Getsid(pid); err != nil || of != session {
			continue
		}
		environ, err := os.ReadFile(file)
		if err == nil && carries(environ, marks) {
			found = append(found, pid)
		}
	}
	return found
}

func carries(environ []byte, marks []string) bool {
	environ = append([]byte{0}, environ...)
	for _, mark := range marks {
		if !bytes.Contains(environ, []byte("\x00"+mark+"\x00")) {
			return false
		}
	}
	return true
}
