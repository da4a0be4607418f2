package checkrun_test

import (
	"context"
	"fmt"
	"math/rand/v2"
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

// Every third time it is one of its bubblewraps that is killed, and not the check.
func TestACheckThatIsKilledLeavesNothing(t *testing.T) {
	if keep := os.Getenv("CHECKRUN_KILLED"); keep != "" {
		sleeping(t, keep).judged(t.Context()) // it never ends by itself
		return
	}
	keep := filepath.Join(t.TempDir(), "prentice")
	sleeping(t, keep) // there is a sandbox
	seed := time.Now().UnixNano()
	moments := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // nothing is to be kept secret
	var makers []int
	bwraps := 0
	for i := range cycles() {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "CHECKRUN_KILLED="+keep, "TMPDIR="+t.TempDir())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		makers = append(makers, cmd.Process.Pid)
		time.Sleep(time.Duration(5+moments.IntN(400)) * time.Millisecond) // anywhere: while it is tried, unpacked, at work
		if i%3 == 2 && killOne(cmd.Process.Pid, moments) {
			bwraps++
			time.Sleep(time.Duration(moments.IntN(20)) * time.Millisecond)
		}
		cmd.Process.Signal(syscall.SIGKILL) //nolint:errcheck // it may have ended by itself
		cmd.Wait()                          //nolint:errcheck // it was killed
	}
	r := newRepository(t)
	r.keep = keep
	if o := r.has("one", "cache: .cache\n", "true").has("two", "", "true").judged(t.Context()); o["one"].Truth != prentice.Pass || o["two"].Truth != prentice.Pass {
		t.Errorf("what comes after does not pass: %+v", o)
	}
	nothingGoesOn(t, "sleep 63[123]")
	left := leftBy(makers, keep)
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	t.Logf("%d kills at any moment (seed %d), of which %d of a bubblewrap: %d processes, mounts, control groups and folders are left", len(makers), seed, bwraps, len(left))
}

// killOne kills a bubblewrap that a process has begun, if there is one.
func killOne(maker int, moments *rand.Rand) bool {
	out, _ := exec.Command("pgrep", "-f", fmt.Sprintf("^/[^ ]*bwrap .*--hostname sandbox-%d-", maker)).Output()
	pids := strings.Fields(string(out))
	if len(pids) == 0 {
		return false
	}
	pid, err := strconv.Atoi(pids[moments.IntN(len(pids))])
	return err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil
}

// leftBy is what is still there of processes that were killed.
func leftBy(makers []int, keep string) (left []string) {
	for _, maker := range makers {
		for _, pattern := range []string{"/tmp/prentice-check-%d-*", "/sys/fs/cgroup/*/prentice-sandbox-%d-*", "/sys/fs/cgroup/*/*/*/prentice-sandbox-%d-*", keep + "/runs/*/*-%d-*"} {
			some, _ := filepath.Glob(fmt.Sprintf(pattern, maker))
			for _, folder := range some {
				if _, err := os.Stat(filepath.Join(folder, "result.json")); err != nil { // one that has ended is kept
					left = append(left, folder)
				}
			}
		}
		if out, _ := exec.Command("pgrep", "-f", "--", fmt.Sprintf("--hostname sandbox-%d-", maker)).Output(); len(out) > 0 {
			left = append(left, "processes "+string(out))
		}
	}
	if mounts, err := os.ReadFile("/proc/self/mountinfo"); err != nil || strings.Contains(string(mounts), " prentice ") {
		left = append(left, "a mount")
	}
	return left
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
