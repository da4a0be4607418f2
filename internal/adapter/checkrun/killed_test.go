package checkrun_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
)

// cycles is how often a check is killed: 20 times, or as PRENTICE_KILLS says.
func cycles() int {
	if n, err := strconv.Atoi(os.Getenv("PRENTICE_KILLS")); err == nil && n > 0 {
		return n
	}
	return 20
}

// sleeping is a repository whose checks go on for ever, with a child that went away.
func sleeping(t *testing.T, keep string) *repository {
	r := newRepository(t)
	r.keep = keep
	return r.has("one", "cache: .cache\n", "echo begun; setsid sleep 631 & sleep 632").has("two", "artifacts: x\n", "sleep 633")
}

func TestACheckThatIsKilledLeavesNothing(t *testing.T) {
	if keep := os.Getenv("CHECKRUN_KILLED"); keep != "" {
		sleeping(t, keep).judged(t.Context()) // it never ends
		return
	}
	keep := filepath.Join(t.TempDir(), "prentice")
	sleeping(t, keep) // there is a sandbox
	var makers []int
	for i := range cycles() {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "CHECKRUN_KILLED="+keep)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		makers = append(makers, cmd.Process.Pid)
		time.Sleep(time.Duration(10+(i*37)%500) * time.Millisecond) // anywhere: while it is tried, unpacked, at work
		cmd.Process.Signal(syscall.SIGKILL)                         //nolint:errcheck // it is there
		cmd.Wait()                                                  //nolint:errcheck // it was killed
	}
	r := newRepository(t)
	r.keep = keep
	if o := r.has("one", "cache: .cache\n", "true").has("two", "", "true").judged(t.Context()); o["one"].Truth != prentice.Pass || o["two"].Truth != prentice.Pass {
		t.Errorf("what comes after does not pass: %+v", o)
	}
	nothingGoesOn(t, "sleep 63[123]")
	var left []string
	for _, maker := range makers {
		for _, pattern := range []string{"/tmp/prentice-check-%d-*", "/sys/fs/cgroup/*/prentice-sandbox-%d-*", "/sys/fs/cgroup/*/*/*/prentice-sandbox-%d-*", keep + "/runs/*/*-%d-*"} {
			some, _ := filepath.Glob(fmt.Sprintf(pattern, maker))
			left = append(left, some...)
		}
	}
	if mounts, err := os.ReadFile("/proc/self/mountinfo"); err != nil || strings.Contains(string(mounts), " prentice ") {
		left = append(left, "a mount")
	}
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestACheckThatIsInterruptedIsUnknownAndLeavesNothing(t *testing.T) {
	r := sleeping(t, filepath.Join(t.TempDir(), "prentice"))
	for i := range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(5+i*60)*time.Millisecond)
		for name, o := range r.judged(ctx) {
			if o.Truth != prentice.NotSeen {
				t.Errorf("%s: %+v", name, o)
			}
		}
		cancel()
	}
	nothingGoesOn(t, "sleep 63[123]")
	if left, _ := filepath.Glob(fmt.Sprintf("/tmp/prentice-check-%d-*", os.Getpid())); len(left) > 0 {
		t.Error("left: ", left)
	}
	if runs := append(checkrun.Runs(r.keep, "one"), checkrun.Runs(r.keep, "two")...); len(runs) > 0 {
		t.Error("runs that have not ended: ", runs)
	}
}

func TestTwoAtOnceHaveVerdictsOfTheirOwn(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "prentice")
	done := make(chan prentice.Truth)
	for i := range 4 {
		go func() {
			r := newRepository(t)
			r.keep, r.held = keep, true
			r.files["code"] = strconv.Itoa(i%2) + "\n"
			done <- r.has("one", "cache: ~/.c\nartifacts: out\n", "cp code out; echo $$ >~/.c/x; exit $(cat code)").one("one").Truth
		}()
	}
	count := map[prentice.Truth]int{}
	for range 4 {
		count[<-done]++
	}
	if count[prentice.Pass] != 2 || count[prentice.Fail] != 2 {
		t.Error(count)
	}
}
