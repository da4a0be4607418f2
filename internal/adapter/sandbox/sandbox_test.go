package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/needtest"
)

func made(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	needtest.Program(t, "bwrap")
	s, err := sandbox.New(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// exceeding are jobs that use more than they may, and what they say then.
var exceeding = []struct {
	name, script string
	limits       sandbox.Limits
	want         string // in what it says or how it ends
}{
	{"time", `sleep 60`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
	{"time, and it does not listen", `trap '' TERM INT HUP; while :; do sleep 1; done`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
	{"time, and a child went away on its own", `setsid sleep 611 & setsid sh -c 'trap "" TERM; sleep 612' & sleep 613`, sandbox.Limits{Time: 300 * time.Millisecond}, "its time was up"},
	{"processes", `i=0; while [ $i -lt 100 ]; do sleep 5 & i=$((i+1)); done; wait`, sandbox.Limits{Processes: 30, Time: 20 * time.Second}, "fork"},
	{"a fork bomb", `f() { f | f & }; f; sleep 30`, sandbox.Limits{Processes: 40, Time: 2 * time.Second}, ""},
	{"memory", `python3 -c 'x = bytearray(600*1024*1024); print("all of it")'`, sandbox.Limits{Memory: 128 << 20}, "exit code"},
	{"memory of many together", `for i in 1 2 3 4 5 6; do python3 -c 'import time; x = bytearray(60*1024*1024); time.sleep(3); print("mine stays")' & done; wait; [ "$(jobs | wc -l)" = 9 ]`, sandbox.Limits{Memory: 128 << 20}, "exit code"},
	{"disk", `head -c 20000000 /dev/zero >/work/big`, sandbox.Limits{Disk: 4 << 20}, "No space left"},
	{"disk, in another folder", `head -c 20000000 /dev/zero >/tmp/big`, sandbox.Limits{Disk: 4 << 20}, "No space left"},
	{"disk, by many files", `i=0; while head -c 9000 /dev/zero >/work/$i; do i=$((i+1)); done; exit 1`, sandbox.Limits{Disk: 1 << 20}, "No space left"},
	{"open files", `python3 -c 'f = [open("/dev/null") for _ in range(60)]; print("all of it")'`, sandbox.Limits{Open: 40}, "Too many open files"},
	{"memory that is shared", `head -c 100000000 /dev/zero >/dev/shm/big`, sandbox.Limits{}, "No space left"},
}

func TestEveryLimitEndsWhatExceedsIt(t *testing.T) {
	s := made(t)
	for _, c := range exceeding {
		t.Run(c.name, func(t *testing.T) {
			var said bytes.Buffer
			exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", c.script}, Out: &said, Limits: c.limits})
			if err != nil {
				t.Fatal(err)
			}
			if all := exit.String() + " " + said.String(); exit.OK() || !strings.Contains(all, c.want) || strings.Contains(all, "all of it") {
				t.Errorf("%s, wants %q", all, c.want)
			}
		})
	}
	t.Run("output", func(t *testing.T) {
		exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "yes"}, Limits: sandbox.Limits{Output: 1 << 20}})
		if exit.OK() || prentice.KindOf(err) != prentice.Limited {
			t.Error(exit, err)
		}
	})
	for _, left := range []string{"sleep 611", "sleep 612", "sleep 613"} {
		if out, _ := exec.Command("pgrep", "-f", left).Output(); len(out) > 0 {
			t.Errorf("%q goes on as %s", left, out)
		}
	}
}

func TestAJobFindsItsTreeAndNothingElse(t *testing.T) {
	s := made(t)
	var said bytes.Buffer
	tree := fstest.MapFS{
		"work/a/b.txt": {Data: []byte("of the tree"), Mode: 0o640},
		"work/run.sh":  {Data: []byte("#!/bin/sh\ncat a/b.txt\necho written >a/b.txt\nid -un\npwd\n"), Mode: 0o755},
		"srv/page":     {Data: []byte("a page"), Mode: 0o644},
		"usr/bin/ls":   {Data: []byte("planted")},
	}
	exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"./run.sh"}, Tree: tree, Scratch: []string{"/srv"}, Out: &said})
	if err != nil || !exit.OK() || said.String() != "of the treesandbox\n/work\n" {
		t.Error(exit, err, said.String())
	}
	said.Reset()
	exit, err = s.Run(t.Context(), sandbox.Job{Argv: []string{"cat", "/srv/page"}, Tree: tree, Scratch: []string{"/srv"}, Out: &said})
	if err != nil || !exit.OK() || said.String() != "a page" {
		t.Error(exit, err, said.String())
	}
	exit, err = s.Run(t.Context(), sandbox.Job{Argv: []string{"true"}, Tree: os.DirFS(filepath.Join(t.TempDir(), "missing"))})
	if prentice.KindOf(err) != prentice.Invalid {
		t.Error("a tree that is not there: ", exit, err)
	}
	if exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"no-such-program"}}); err != nil || exit.Code != 127 {
		t.Error("a program that is not there: ", exit, err)
	}
	if _, err := s.Run(t.Context(), sandbox.Job{}); prentice.KindOf(err) != prentice.Invalid {
		t.Error("no program: ", err)
	}
}

func TestAJobReadsWhatItIsAsked(t *testing.T) {
	s := made(t)
	theirs, ask, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close() //nolint:errcheck // the test is over
	said, out := io.Pipe()
	over := make(chan error, 1)
	go func() {
		_, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"sh", "-c", `while read -r line <&4; do echo "<$line>"; done; echo over`}, Ask: theirs, Out: out})
		out.Close() //nolint:errcheck // it gives none
		over <- err
	}()
	for _, word := range []string{"one", "two"} { // one is answered before the other is asked
		fmt.Fprintln(ask, word)
		buf := make([]byte, len(word)+3)
		if _, err := io.ReadFull(said, buf); err != nil || string(buf) != "<"+word+">\n" {
			t.Fatalf("%q, %v", buf, err)
		}
	}
	ask.Close() //nolint:errcheck // it is all
	if rest, err := io.ReadAll(said); err != nil || string(rest) != "over\n" {
		t.Errorf("%q, %v", rest, err)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestACancelledJobLeavesNothing(t *testing.T) {
	s, mark := made(t), fmt.Sprintf("614.%d", os.Getpid())
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*4)*time.Millisecond)
		_, err := s.Run(ctx, sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep " + mark + " & sleep " + mark}, Out: io.Discard})
		if err == nil && ctx.Err() == nil {
			t.Error("it ended by itself")
		}
		cancel()
	}
	nothingLeft(t, "sleep "+mark, os.Getpid())
}

func TestWhatAKilledPrenticeLeftEndsAtTheLatestWithTheNextStart(t *testing.T) {
	if dir := os.Getenv("SANDBOX_KILLED"); dir != "" {
		s, err := sandbox.New(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "setsid sleep " + os.Getenv("SANDBOX_MARK") + " & sleep " + os.Getenv("SANDBOX_MARK")}}) //nolint:errcheck // it never ends
	}
	needtest.Program(t, "bwrap")
	makers, mark := []int{os.Getpid()}, fmt.Sprintf("616.%d", os.Getpid()) // of this test alone
	for i := range 10 {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "SANDBOX_KILLED="+t.TempDir(), "SANDBOX_MARK="+mark)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		makers = append(makers, cmd.Process.Pid)
		time.Sleep(time.Duration(20+30*i) * time.Millisecond) // anywhere: while it is tried, begun, at work
		cmd.Process.Kill()                                    //nolint:errcheck // it is there
		cmd.Wait()                                            //nolint:errcheck // it was killed
	}
	made(t)
	nothingLeft(t, "sleep "+mark, makers...)
}

// nothingLeft waits until no process is left, and no control group that one of the makers made.
func nothingLeft(t *testing.T, processes string, makers ...int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		out, _ := exec.Command("pgrep", "-f", processes).Output()
		var groups []string
		for _, maker := range makers {
			for _, below := range []string{"*", "*/*/*"} {
				some, _ := filepath.Glob(fmt.Sprintf("/sys/fs/cgroup/%s/prentice-sandbox-%d-*", below, maker))
				groups = append(groups, some...)
			}
		}
		if len(out) == 0 && len(groups) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left: processes %q, groups %v", out, groups)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
