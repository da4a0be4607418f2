package ssh

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/outlive"
	"prentice/internal/kit/outlive/helpertest"
	"prentice/internal/kit/outlive/sshtest"
)

// helpedWorld is a host whose steps are begun by the helper.
type helpedWorld struct {
	*lazyWorld
	home  string
	way   *way
	mu    sync.Mutex // guards what follows
	lacks []string   // why it had no helper
}

func (w *helpedWorld) helpers(list outlive.Helpers) {
	w.reach.Helpers = func() outlive.Helpers { return list }
}

func newHelpedWorld(t *testing.T) *helpedWorld {
	t.Helper()
	w := &helpedWorld{lazyWorld: newLazyWorld(t), home: t.TempDir()}
	w.reach.pace = pace{}
	w.helpers(helpertest.Build(t))
	w.reach.Unhelped = func(_, why string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lacks = append(w.lacks, why)
	}
	l, known, err := sshtest.New(w.key).Raise("127.0.0.1:0", w.home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := os.WriteFile(w.reach.Known[0], []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	w.way, err = w.reach.way(prentice.Work{Target: prentice.Target{Ref: "host/helped", Address: "me@" + l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// start begins a script, and gives what it printed.
func (w *helpedWorld) start(key, script string) string {
	w.t.Helper()
	var out strings.Builder
	a := outlive.Ask{Action: outlive.Start, Key: key, Token: "t", Script: script, Grace: time.Second}
	r, err := w.way.Ask(w.t.Context(), a, "t", func(_ int64, p []byte) error { out.Write(p); return nil })
	if err != nil || r.State != outlive.Ended || r.Code != 0 {
		w.t.Fatalf("%+v %v", r, err)
	}
	return out.String()
}

// keeper is the process that keeps a script.
const keeper = `cat "/proc/$PPID/comm"; echo $PPID`

func (w *helpedWorld) helper() string {
	return filepath.Join(w.home, ".prentice", "helper-"+w.reach.Helpers()[0].Digest)
}

func TestAHelperIsPutOnAHostOnceAndBeginsOneStepAfterTheOther(t *testing.T) {
	w := newHelpedWorld(t)
	one, two := w.start("a", keeper), w.start("b", keeper)
	if one != two {
		t.Errorf("one is kept by %q, the other by %q", one, two)
	}
	about, err := os.Stat(w.helper())
	if err != nil || len(w.lacks) > 0 {
		t.Fatalf("%v %v", err, w.lacks)
	}
	w.reach.Close()
	if three := w.start("c", keeper); three == one {
		t.Error("one goes on whose connection is gone")
	}
	if again, err := os.Stat(w.helper()); err != nil || !os.SameFile(about, again) || !about.ModTime().Equal(again.ModTime()) {
		t.Errorf("it was put there anew: %v", err)
	}
}

func TestAHelperThatIsGoneIsBegunAnew(t *testing.T) {
	w := newHelpedWorld(t)
	one := w.start("a", "echo $PPID")
	pid, err := strconv.Atoi(strings.TrimSpace(one))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if two := w.start("b", "echo $PPID"); two == one || len(w.lacks) > 0 {
		t.Errorf("kept by %q, lacks %q", two, w.lacks)
	}
}

func TestStepsAtOnceHaveAHelperEach(t *testing.T) {
	w := newHelpedWorld(t)
	var all sync.WaitGroup
	seen := make([]string, 6)
	for i := range seen {
		all.Go(func() {
			a := outlive.Ask{Action: outlive.Start, Key: "k" + strconv.Itoa(i), Token: "t", Script: "echo $PPID; sleep 0.5", Grace: time.Second}
			var r outlive.Report
			var err error
			if r, err = w.way.Ask(t.Context(), a, "t", func(_ int64, p []byte) error { seen[i] += string(p); return nil }); err != nil || r.State != outlive.Ended || r.Code != 0 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	all.Wait()
	kept := map[string]bool{}
	for _, s := range seen {
		kept[s] = true
	}
	if len(kept) != len(seen) || len(w.reach.lanes.spare) != 1 {
		t.Errorf("kept by %q, of which %d stay", seen, len(w.reach.lanes.spare))
	}
}

func TestWhereAHelperCannotBeRunTheWrapperIs(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w *helpedWorld) error
		why   string
	}{
		"it was swapped": {func(w *helpedWorld) error {
			return errors.Join(os.Mkdir(filepath.Dir(w.helper()), 0o700), os.WriteFile(w.helper(), []byte("#!/bin/sh\ntouch ~/spoiled\n"), 0o700))
		}, "is not what prentice put there"},
		"there is none for its kind": {func(w *helpedWorld) error {
			w.helpers(outlive.Helpers{{Kind: "Moon x86_64", Digest: "0"}})
			return nil
		}, `no helper for a host of the kind "Linux `},
		"it does not run there": {func(w *helpedWorld) error {
			one := w.reach.Helpers()[0]
			one.Program, one.Digest = []byte("neither a program nor a script\n"), "af3c4f4cf0b0d4bd0e42ee7b9b1ae7f7a4d4b5f0a2a7b8f1a3f4f2f1e0d9c8b7"
			w.helpers(outlive.Helpers{one})
			return nil
		}, "could not be written"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHelpedWorld(t)
			if err := c.spoil(w); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"a", "b"} {
				if kept := w.start(key, keeper); !strings.HasPrefix(kept, "sh\n") {
					t.Errorf("kept by %q", kept)
				}
			}
			if len(w.lacks) != 1 || !strings.Contains(w.lacks[0], c.why) {
				t.Errorf("told %q, want %q", w.lacks, c.why)
			}
			if _, err := os.Stat(filepath.Join(w.home, "spoiled")); err == nil {
				t.Error("it was run")
			}
		})
	}
}

// What is not begun does not put a helper anywhere.
func TestALookPutsNothingOnAHost(t *testing.T) {
	w := newHelpedWorld(t)
	if _, err := w.way.Ask(t.Context(), outlive.Ask{Action: outlive.Look, Key: "k", Token: "t"}, "", nothing); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(w.home); err != nil || len(left) > 0 {
		t.Errorf("left are %v %v", left, err)
	}
}

// glance looks at a host.
func (w *helpedWorld) glance(ctx context.Context, script, shell string, log io.Writer) (prentice.Outcome, error) {
	return w.reach.Glance(ctx, prentice.Work{Target: prentice.Target{Ref: "host/helped", Address: "me@" + w.way.place.address}, Step: prentice.PlannedStep{ID: "see", Body: script}, Log: log}, shell)
}

func TestALookGoesAlongTheLaneThatIsThere(t *testing.T) {
	w := newHelpedWorld(t)
	parent := func() string {
		var out strings.Builder
		if o, err := w.glance(t.Context(), `cat "/proc/$PPID/comm"; echo "$PPID"`, "", &out); err != nil || !o.OK {
			t.Fatalf("%+v %v", o, err)
		}
		return out.String()
	}
	if before := parent(); strings.HasPrefix(before, "prentice-helper") {
		t.Errorf("there was none yet: %q", before)
	}
	kept := w.start("a", keeper)
	if one, two := parent(), parent(); one != kept || two != kept {
		t.Errorf("the step was kept by %q, the looks by %q and %q", kept, one, two)
	}
	w.reach.lanes.take(w.way.ID()).channel.Close()
	if again := parent(); !strings.HasPrefix(again, "prentice-helper") || again == kept {
		t.Errorf("a lane that is over: %q", again)
	}
	w.reach.Close()
	if cold := parent(); strings.HasPrefix(cold, "prentice-helper") {
		t.Errorf("on a new connection: %q", cold)
	}
}

// A look is the same, whichever way it goes.
func TestALookAlongALaneIsALook(t *testing.T) {
	w := newHelpedWorld(t)
	for _, along := range []bool{false, true} {
		if along {
			w.start("a", "true")
		}
		for name, c := range map[string]struct {
			script, shell, out, says string
			code                     int
		}{
			"its output and its code":   {"echo fine; echo wrong >&2; printf 'no line end'; exit 7", "", "fine\nwrong\nno line end", "exit code 7: no line end", 7},
			"at the first that fails":   {"echo one\nfalse\necho two", "", "one\n", "exit code 1: one", 1},
			"nothing to read":           {"read line || echo empty", "", "empty\n", "exit code 0", 0},
			"a signal":                  {"kill -9 $$", "", "", "exit code 137", 137},
			"much":                      {"head -c 3000001 /dev/zero | tr '\\0' x", "", strings.Repeat("x", 3000001), "exit code 0", 0},
			"what looks like an answer": {"echo '@look end 3 none room'", "", "@look end 3 none room\n", "exit code 0", 0},
			"left behind":               {"trap '' TERM; (trap '' TERM; exec sleep 300) & echo begun", "", "begun\n", "exit code 0 (it left processes behind, which were ended; start a daemon with setsid)", 0},
			"in bash":                   {"words=(one two); echo ${words[1]}", "bash", "two\n", "exit code 0", 0},
		} {
			if !along && (name == "left behind" || name == "a signal") {
				continue // the hosts of this test say neither of a shell
			}
			var out strings.Builder
			o, err := w.glance(t.Context(), c.script, c.shell, &out)
			if err != nil || o.Code != c.code || o.Says != c.says || out.String() != c.out {
				t.Errorf("along %v, %s: %+v %v, %d bytes %.40q", along, name, o, err, out.Len(), out.String())
			}
		}
		if _, err := w.glance(t.Context(), "true", "nosuchshell", nil); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "there is no nosuchshell on helped") {
			t.Errorf("along %v, no such shell: %v", along, err)
		}
		var raw []byte
		for within := 500 * time.Millisecond; len(raw) == 0 && within < 5*time.Minute; within *= 2 { // a busy machine begins late
			ctx, cancel := context.WithTimeout(t.Context(), within)
			_, err := w.glance(ctx, "echo $$ >\"$HOME/pid\"\nsleep 600", "", nil)
			cancel()
			if prentice.KindOf(err) != prentice.Canceled || !strings.Contains(err.Error(), "its time was up") {
				t.Errorf("along %v, too long: %v", along, err)
			}
			raw, _ = os.ReadFile(filepath.Join(w.home, "pid"))
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
		if err != nil || syscall.Kill(pid, 0) == nil {
			t.Errorf("along %v, too long: %d goes on, %v", along, pid, err)
		}
	}
}

// What looks ends when its connection is gone.
func TestALookEndsWithItsLane(t *testing.T) {
	w := newHelpedWorld(t)
	w.start("a", "true")
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.glance(t.Context(), "echo $$ >\"$HOME/pid.new\"; mv \"$HOME/pid.new\" \"$HOME/pid\"\ntest -e \"$HOME/again\" || { touch \"$HOME/again\"; sleep 300; }", "", nil) //nolint:errcheck // what it left is looked at
	}()
	file := filepath.Join(w.home, "pid")
	for range 6000 {
		if _, err := os.Stat(file); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	raw, _ := os.ReadFile(file)
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	w.reach.Close()
	<-done
	for range 6000 {
		if syscall.Kill(pid, 0) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it goes on")
}
