package statetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// changing are the programs that change something for a file step, or come between
// changes; writing are those of them that write content.
var (
	changing = []string{"base64", "chmod", "cp", "mkdir", "mv", "rm", "sync"}
	writing  = []string{"base64", "cp"}
)

// killedAt makes the nth call of one of some programs end the whole step with SIGKILL: before
// it is made, or in the middle of what it writes.
func (w world) killedAt(n int, tools []string) {
	w.t.Helper()
	bin := w.at(".bin")
	if err := errors.Join(os.RemoveAll(bin), os.MkdirAll(bin, 0o755)); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range tools {
		half := ""
		if len(tools) == len(writing) {
			half = fmt.Sprintf(`/usr/bin/%s "$@"; for f in "$0.out" "$(eval "echo \${$#}")"; do test ! -f "$f/file" || : >"$f/file"; done`, name)
			if name == "base64" {
				half = `/usr/bin/base64 "$@" | head -c 2`
			}
		}
		text := fmt.Sprintf("#!/bin/sh\nn=0\n{ read -r n <%[1]s/n; } 2>/dev/null || :\nn=$((n + 1))\necho $n >%[1]s/n\n[ $n = %[2]d ] || exec /usr/bin/%[3]s \"$@\"\n%[4]s\n: >%[1]s/killed\nkill -9 0\n", bin, n, name, half)
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	(*w.env)[0] = "PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin"
}

// healthy is the end of that. It says whether anything was killed.
func (w world) healthy() bool {
	(*w.env)[0] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
	_, err := os.Stat(w.at(".bin/killed"))
	return err == nil
}

// A file is what it was or what it is to be, whenever the step is killed; the next try makes
// it, and what is put back leaves nothing beside it, even where there was no next try.
func TestAKilledStepLeavesNoHalfOfAFile(t *testing.T) {
	t.Parallel()
	for where, tools := range map[string][]string{"before a change": changing, "in the middle of writing": writing} {
		for then, again := range map[string]bool{"tried again": true, "put back": false} {
			t.Run(where+", "+then, func(t *testing.T) {
				t.Parallel()
				n := 1
				for torn(t, tools, n, again) {
					n++
				}
				if t.Logf("killed at %d calls", n-1); n < 3 {
					t.Error("these are too few")
				}
			})
		}
	}
}

func torn(t *testing.T, tools []string, n int, again bool) (killed bool) {
	w := newWorld(t, false)
	w.write("app.conf", "old\n", 0o600)
	after := "new\n"
	step := w.step("file", after, map[string]string{"path": w.at("app.conf"), "backup": "yes"})
	is := func(when string, allowed ...string) {
		if got := w.read("app.conf"); !strings.Contains("|"+strings.Join(allowed, "|")+"|", "|"+got+"|") {
			t.Fatalf("killed at call %d, %s it holds %q", n, when, got)
		}
	}
	w.killedAt(n, tools)
	w.apply(step) //nolint:errcheck // it was killed
	killed = w.healthy()
	is("then", "old\n", after)
	if again {
		if out, err := w.apply(step); err != nil || !out.OK {
			t.Fatalf("killed at call %d, the next try: %+v %v\n%s", n, out, err, w.log)
		}
		is("after the next try", after)
		w.killedAt(n, tools)
		w.apply(undo(step)) //nolint:errcheck // as above
		killed = w.healthy() || killed
		is("while it is put back", "old\n", after)
	}
	if out, err := w.apply(undo(step)); err != nil || !out.OK {
		t.Fatalf("killed at call %d, it is put back: %+v %v\n%s", n, out, err, w.log)
	}
	is("put back", "old\n")
	w.clean()
	if left, _ := filepath.Glob(w.at("app.conf.*")); len(left) > 0 { //nolint:errcheck // the pattern is good
		t.Fatalf("killed at call %d, it leaves %v", n, left)
	}
	if t.Failed() {
		t.Fatalf("killed at call %d, again %v", n, again)
	}
	return killed
}

// On a disk that is really full, a file stays as it is, and so does what was kept of it.
func TestOnAFullDiskAFileStaysAsItIs(t *testing.T) {
	both(t, "a file", func(t *testing.T, w world) {
		if err := syscall.Mount("none", w.folder, "tmpfs", 0, "size=4m"); err != nil {
			t.Skipf("SKIPPED: a small disk cannot be mounted here: %v", err)
		}
		t.Cleanup(func() { syscall.Unmount(w.folder, syscall.MNT_DETACH) }) //nolint:errcheck // the folder is removed next
		const size = 32 << 10
		old, wanted := strings.Repeat("old\n", size/4), strings.Repeat("new\n", size/4)
		w.write("app.conf", old, 0o644)
		step := w.step("file", wanted, map[string]string{"path": w.at("app.conf")})
		for _, left := range []int{20 << 10, 52 << 10} { // there is no room for what is kept; or for the new content
			w.fill(left)
			out, err := w.apply(step)
			if err == nil && out.OK || w.read("app.conf") != old {
				t.Fatalf("with %d bytes left: %+v %v, and it is as it was: %v", left, out, err, w.read("app.conf") == old)
			}
			w.fill(-1)
			if out, err := w.apply(undo(step)); err != nil || !out.OK || w.read("app.conf") != old {
				t.Errorf("with %d bytes left, it is put back: %+v %v", left, out, err)
			}
			w.clean()
		}
		if out, err := w.apply(step); err != nil || !out.OK || w.read("app.conf") != wanted {
			t.Fatalf("with room: %+v %v", out, err)
		}
		w.fill(20 << 10)
		out, err := w.apply(undo(step))
		if err == nil && out.OK || w.read("app.conf") != wanted {
			t.Errorf("put back without room: %+v %v", out, err)
		}
		w.fill(-1)
		if out, err := w.apply(undo(step)); err != nil || !out.OK || w.read("app.conf") != old {
			t.Errorf("put back at last: %+v %v", out, err)
		}
		w.clean()
	})
}

// fill leaves so much room on the disk of the folder; -1 is all there is.
func (w world) fill(left int) {
	w.t.Helper()
	name := w.at("filler")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	if left < 0 {
		return
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(w.folder, &disk); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, make([]byte, int(disk.Bavail)*int(disk.Bsize)-left), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Of two that replace a file at once, the one that comes second is told so and changes nothing.
func TestOfTwoThatReplaceAFileAtOnceOneIsToldSo(t *testing.T) {
	both(t, "a file", func(t *testing.T, w world) {
		w.write("app.conf", "old\n", 0o644)
		slow := w.step("file", "slow\n", map[string]string{"path": w.at("app.conf"), "validate": "touch " + w.at("looks") + "; until test -e " + w.at("go") + "; do sleep 0.01; done; test -s %s"})
		quick := w.step("file", "quick\n", map[string]string{"path": w.at("app.conf")})
		quick.ID = "other"
		type end struct {
			says string
			err  error
		}
		first := make(chan end, 1)
		work := w.work(slow)
		go func() {
			out, err := w.kind("file").Apply(t.Context(), work)
			first <- end{out.Says, err}
		}()
		for give := time.Now().Add(time.Minute); w.read("looks") == "" && time.Now().Before(give); time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(w.at("looks")); err == nil {
				break
			}
		}
		if out, err := w.kind("file").Apply(t.Context(), w.work(quick)); err != nil || !out.OK {
			t.Errorf("the second: %+v %v", out, err)
		}
		w.write("go", "", 0o600)
		if e := <-first; e.err != nil || !strings.Contains(e.says, "was changed by others while it was being replaced; nothing was changed") {
			t.Errorf("the first: %+v", e)
		}
		if got := w.read("app.conf"); got != "quick\n" {
			t.Errorf("it holds %q", got)
		}
		if out, err := w.apply(undo(slow)); err != nil || out.OK || w.read("app.conf") != "quick\n" {
			t.Errorf("the first is put back over the second: %+v %v", out, err)
		}
		if out, err := w.apply(undo(quick)); err != nil || !out.OK || w.read("app.conf") != "old\n" {
			t.Errorf("the second is put back: %+v %v", out, err)
		}
	})
}
