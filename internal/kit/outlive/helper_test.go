package outlive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
	"prentice/internal/kit/outlive/helpertest"
)

// helped is shells with the helper on the host.
func helped(t *testing.T, do func(t *testing.T, h *host)) {
	shells(t, func(t *testing.T, h *host) { h.put(); do(t, h) })
}

// unhelped is why a shell begins no helper; "" when it does.
func (h *host) unhelped() string {
	h.t.Helper()
	c, text := h.command(outlive.Ask{Action: outlive.Start, Script: effect})
	c.Stdin = strings.NewReader(text)
	var wrong bytes.Buffer
	c.Stderr = &wrong
	raw, _ := c.Output() // what it says counts
	a := outlive.NewAnswer(bytes.NewReader(raw), nonce)
	a.Word = "w1"
	_, err := a.Report(func(int64, []byte) error { return nil })
	if no, is := errors.AsType[*outlive.Unhelped](err); is {
		return no.Why
	}
	if err != nil {
		h.t.Fatalf("%v: %q %q", err, raw, wrong.String())
	}
	return ""
}

// learn begins the helper once, and keeps what is known of the host then.
func (h *host) learn() {
	h.t.Helper()
	c, text := h.command(outlive.Ask{Action: outlive.Start, Key: "k0", Script: "true"})
	c.Stdin = strings.NewReader(text)
	raw, err := c.Output()
	known, found := outlive.HostOf(raw, "w1")
	if err != nil || !found || !strings.HasPrefix(known.Kind, "Linux ") {
		h.t.Fatalf("%+v %v: %q", known, err, raw)
	}
	h.known = known
}

// A helper that others have swapped, or could have, is not run, on a host of which
// nothing is known and on one where it was run before.
func TestOnlyTheHelperThatWasPutThereIsRun(t *testing.T) {
	t.Parallel()
	spoiled := "#!/bin/sh\ntouch \"$HOME/spoiled\"\n"
	for name, c := range map[string]struct {
		spoil func(h *host) error
		why   string
	}{
		"a byte that is another, in a file of the same age": {func(h *host) error {
			about, err := os.Stat(h.helper())
			if err != nil {
				return err
			}
			other := bytes.Clone(h.helpers[0].Program)
			other[len(other)-1] ^= 1
			return errors.Join(os.WriteFile(h.helper(), other, 0o700), os.Chtimes(h.helper(), about.ModTime(), about.ModTime()))
		}, "swapped"},
		"its twin, which is another program": {func(h *host) error {
			return errors.Join(os.WriteFile(h.helper()+"x", []byte(spoiled), 0o700), os.Rename(h.helper()+"x", h.helper()))
		}, "swapped"},
		"another program": {func(h *host) error { return os.WriteFile(h.helper(), []byte(spoiled), 0o700) }, "swapped"},
		"a byte more": {func(h *host) error {
			return os.WriteFile(h.helper(), append(bytes.Clone(h.helpers[0].Program), 0), 0o700)
		}, "swapped"},
		"a link to it": {func(h *host) error {
			if err := os.Rename(h.helper(), h.helper()+"x"); err != nil {
				return err
			}
			return os.Symlink(h.helper()+"x", h.helper())
		}, "owner"},
		"in a folder that is a link": {func(h *host) error {
			folder := filepath.Dir(h.helper())
			if err := os.Rename(folder, folder+"x"); err != nil {
				return err
			}
			return os.Symlink(folder+"x", folder)
		}, "owner"},
		"a folder in its place": {func(h *host) error {
			return errors.Join(os.Remove(h.helper()), os.Mkdir(h.helper(), 0o700))
		}, "owner"},
		"not to be run":     {func(h *host) error { return os.Chmod(h.helper(), 0o600) }, "refused"},
		"none":              {func(h *host) error { return os.Remove(h.helper()) }, "missing"},
		"one for the moon":  {func(h *host) error { h.helpers[0].Kind = "Moon x86_64"; return nil }, "unknown"},
		"that of this host": {func(*host) error { return nil }, ""},
	} {
		for _, known := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, known %v", name, known), func(t *testing.T) {
				helped(t, func(t *testing.T, h *host) {
					h.helpers = append(outlive.Helpers(nil), h.helpers...)
					if known {
						h.learn()
					}
					if err := c.spoil(h); err != nil {
						t.Fatal(err)
					}
					if why := h.unhelped(); why != c.why {
						t.Errorf("got %q, want %q", why, c.why)
					}
					if _, err := os.Stat(filepath.Join(h.home, "spoiled")); err == nil {
						t.Error("it was run")
					}
					if want := map[bool]string{true: "one\n"}[c.why == ""]; h.effects() != want {
						t.Errorf("the effect is %q", h.effects())
					}
				})
			})
		}
	}
}

func TestAHelperOfAnotherUserIsNotRun(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: it needs root, to give a file away")
	}
	helped(t, func(t *testing.T, h *host) {
		if err := os.Chown(h.helper(), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if why := h.unhelped(); why != "owner" || h.effects() != "" {
			t.Errorf("got %q, effect %q", why, h.effects())
		}
	})
}

func TestAHelperIsPutOnAHostWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		one := helpertest.Build(t)[0]
		put := func(program []byte) string {
			t.Helper()
			c := exec.Command(h.argv[0], append(h.argv[1:], "-c", one.Put("w1"))...)
			c.Env = []string{"HOME=" + h.home, "PATH=/usr/local/bin:/usr/bin:/bin"}
			c.Stdin = bytes.NewReader(program)
			raw, err := c.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			return string(raw)
		}
		folder := filepath.Join(h.home, ".prentice")
		for _, part := range [][]byte{nil, one.Program[:len(one.Program)/2]} {
			if said := put(part); said != "@w1 helper room\n" {
				t.Errorf("cut off: %q", said)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("cut off: left are %v %v", left, err)
			}
		}
		for range 2 {
			if said := put(one.Program); said != "@w1 helper put\n" {
				t.Errorf("got %q", said)
			}
			about, err := os.Stat(filepath.Join(folder, "helper-"+one.Digest))
			if err != nil || about.Mode().Perm() != 0o700 {
				t.Errorf("%v %v", about, err)
			}
		}
		if err := errors.Join(os.RemoveAll(folder), os.Symlink(t.TempDir(), folder)); err != nil {
			t.Fatal(err)
		}
		if said := put(one.Program); said != "@w1 helper owner\n" {
			t.Errorf("a link in the way: %q", said)
		}
	})
}

// along is one ask after the other, of one helper.
func (h *host) along(asks ...outlive.Ask) (reports []outlive.Report, outs []string) {
	h.t.Helper()
	c, _ := h.command(outlive.Ask{Action: outlive.Look})
	in, err1 := c.StdinPipe()
	from, err2 := c.StdoutPipe()
	if err := errors.Join(err1, err2, c.Start()); err != nil {
		h.t.Fatal(err)
	}
	for _, a := range asks {
		_, text := h.command(a)
		if _, err := io.WriteString(in, text); err != nil {
			h.t.Fatal(err)
		}
		var out bytes.Buffer
		r, err := outlive.NewAnswer(from, nonce).Report(func(_ int64, p []byte) error { _, err := out.Write(p); return err })
		if err != nil {
			h.t.Fatal(err)
		}
		reports, outs = append(reports, r), append(outs, out.String())
	}
	in.Close()
	if err := c.Wait(); err != nil {
		h.t.Error(err)
	}
	return reports, outs
}

func TestAHelperAnswersOneAskAfterTheOther(t *testing.T) {
	t.Parallel()
	helped(t, func(t *testing.T, h *host) {
		reports, outs := h.along(
			outlive.Ask{Action: outlive.Start, Key: "a", Script: "echo $A; umask; exit 3", Env: []string{"A=first"}},
			outlive.Ask{Action: outlive.Start, Key: "b", Script: `echo "${A-none}"; cat`, Old: []string{"a"}},
			outlive.Ask{Action: outlive.Look, Key: "a"},
			outlive.Ask{Action: outlive.Stop, Key: "b", Grace: time.Hour},
			outlive.Ask{Action: outlive.Forget, Key: "b"},
			outlive.Ask{Action: outlive.Look, Key: "b"},
		)
		states := []outlive.State{outlive.Ended, outlive.Ended, outlive.Over, outlive.Ended, outlive.None, outlive.Over}
		for i, r := range reports {
			if r.State != states[i] || r.Code != []int{3, 0, 0, 0, 0, 0}[i] {
				t.Errorf("the answer %d is %+v", i, r)
			}
		}
		if outs[0] != "first\n0022\n" || outs[1] != "none\n" {
			t.Errorf("printed %q", outs)
		}
	})
}

// What one of the two began, the other takes up, stops and forgets: an upgrade comes in
// the middle of a step.
func TestWrapperAndHelperTakeUpWhatTheOtherBegan(t *testing.T) {
	t.Parallel()
	helped(t, func(t *testing.T, h *host) {
		helpers := h.helpers
		for _, c := range []struct {
			name          string
			first, second outlive.Helpers
		}{{"wrapper, then helper", nil, helpers}, {"helper, then wrapper", helpers, nil}} {
			h.helpers = c.first
			h.begin("echo first\nwhile test ! -e \"$HOME/go\"; do sleep 0.02; done\necho second; exit 4")
			h.helpers = c.second
			if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State != outlive.Running {
				t.Errorf("%s: looked: %+v", c.name, r)
			}
			if err := os.WriteFile(filepath.Join(h.home, "go"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: "echo again", From: 3}); r.State != outlive.Ended || r.Code != 4 || out != "st\nsecond\n" {
				t.Errorf("%s: %+v %q", c.name, r, out)
			}
			h.ask(outlive.Ask{Action: outlive.Anew})
			os.Remove(filepath.Join(h.home, "go"))
			h.helpers = c.first
			h.begin("trap '' TERM\nsleep 300 &\necho begun\nsleep 300")
			h.helpers = c.second
			if r, _ := h.ask(outlive.Ask{Action: outlive.Stop, Grace: time.Second}); r.State != outlive.Ended || r.Code != 137 || !r.Stopped {
				t.Errorf("%s: stopped: %+v", c.name, r)
			}
			if r, _ := h.ask(outlive.Ask{Action: outlive.Anew}); r.State != outlive.None {
				t.Errorf("%s: anew: %+v", c.name, r)
			}
		}
		h.helpers = helpers
		h.ask(outlive.Ask{Action: outlive.Start, Script: effect})
		h.ask(outlive.Ask{Action: outlive.Forget})
		h.helpers = nil
		if r, _ := h.ask(outlive.Ask{Action: outlive.Start, Script: effect}); r.State != outlive.Over || h.effects() != "one\n" {
			t.Errorf("begun after the proof: %+v, effect %q", r, h.effects())
		}
	})
}

func TestAnAskThatWasCutOffDoesNothing(t *testing.T) {
	t.Parallel()
	helped(t, func(t *testing.T, h *host) {
		_, text := h.command(outlive.Ask{Action: outlive.Start, Script: "touch \"$HOME/effect\"\n# end"})
		for _, part := range []string{"", text[:3], text[:len(text)/2], text[:len(text)-1], "ask -1\n" + text[8:], "ask 99999999999\n", strings.Replace(text, "grace=", "grade=", 1)} {
			c, _ := h.command(outlive.Ask{Action: outlive.Look})
			c.Stdin = strings.NewReader(part)
			if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), "hello") {
				t.Errorf("%v: %q", err, out)
			}
		}
		if left, err := os.ReadDir(filepath.Dir(h.helper())); err != nil || len(left) != 1 {
			t.Errorf("it did something: %v %v", left, err)
		}
	})
}

func TestAScriptDoesNotReadWhatTheHelperIsAsked(t *testing.T) {
	t.Parallel()
	if raw, _ := os.ReadFile("/proc/self/mounts"); os.Geteuid() == 0 || strings.Contains(string(raw), "hidepid=") {
		t.Skip("SKIPPED: root reads everything, and with hidepid nothing is hidden")
	}
	helped(t, func(t *testing.T, h *host) {
		if _, out := h.ask(outlive.Ask{Action: outlive.Start, Script: `head -c 1 "/proc/$PPID/mem" >/dev/null 2>&1 || : ; ls "/proc/$PPID/fd" >/dev/null 2>&1 && echo read || echo kept`}); out != "kept\n" {
			t.Errorf("got %q", out)
		}
	})
}

func TestAHelperThatNothingUsesGoesInTheEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		folder := filepath.Join(h.home, ".prentice")
		h.ask(outlive.Ask{Action: outlive.Look})
		long := time.Now().Add(-32 * 24 * time.Hour)
		for _, name := range []string{"helper-old", "helper-young"} {
			if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, name), nil, 0o700)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(filepath.Join(folder, "helper-old"), long, long); err != nil {
			t.Fatal(err)
		}
		if len(h.helpers) > 0 { // the one that is used stays, however long ago it was put there
			if err := os.Chtimes(h.helper(), long, long); err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range []string{"a", "b"} {
			h.ask(outlive.Ask{Action: outlive.Start, Key: key, Script: "true", Sweep: true})
		}
		left, _ := filepath.Glob(filepath.Join(folder, "helper-*"))
		if len(left) != 1+len(h.helpers) {
			t.Errorf("left are %v", left)
		}
		for _, file := range left {
			if filepath.Base(file) == "helper-old" {
				t.Error("the old one is still there")
			}
		}
	})
}

// The folder of a claim that went is that of a later one, if it is as the helper made it.
func TestAFolderThatAScriptChangedIsNotThatOfALaterOne(t *testing.T) {
	t.Parallel()
	for change, again := range map[string]bool{
		`:`:                           true,
		`echo printed`:                true,
		`ln "$d/status" "$d/another"`: false,
		`ln "$d/status" "$HOME/mine"`: false,
		`ln "$0" "$HOME/mine"`:        false,
		`mv "$d/read" "$d/x"; ln -s /dev/null "$d/read"`: false,
		`chmod 666 "$d/group"`:                           false,
		`mkdir "$d/folder"`:                              false,
		`rm "$d/left"`:                                   false,
		`echo more >"$d/s/more.sh"`:                      false,
		`setsid sh -c 'while test ! -e "$HOME/go"; do sleep 0.02; done; echo late' & `: false,
	} {
		t.Run(change, func(t *testing.T) {
			helped(t, func(t *testing.T, h *host) {
				const where = "stat -c '%i %w' \"${0%/s/*}\"" // a number is given anew, and not within the same moment
				reports, outs := h.along(
					outlive.Ask{Action: outlive.Start, Key: "a", Name: "one", Script: claim + change + "\n" + where + "\nexit 0" + strings.Repeat("\necho of the one before", 50)},
					outlive.Ask{Action: outlive.Forget, Key: "a"},
					outlive.Ask{Action: outlive.Start, Key: "b", Name: "two", Script: "touch \"$HOME/go\"; sleep 0.2\n" + where + "\necho \"$0\"", Good: well, Bad: ill},
					outlive.Ask{Action: outlive.Look, Key: "b", Good: well, Bad: ill},
				)
				lines := strings.Split(strings.TrimSpace(outs[0]), "\n")
				before, after, _ := strings.Cut(outs[2], "\n")
				if is := before == lines[len(lines)-1]; is != again {
					t.Errorf("the same folder: %v; %q", is, outs)
				}
				if r := reports[3]; r.State != outlive.Ended || r.Code != 0 || !strings.HasSuffix(after, "/claim-b/s/two.sh\n") || strings.Contains(outs[2], "late") || strings.Contains(outs[2], "before") {
					t.Errorf("got %+v, %q", reports, outs)
				}
				if left, _ := filepath.Glob(filepath.Join(h.home, ".prentice", "spare-*")); len(left) > 0 {
					t.Errorf("left are %v", left)
				}
			})
		})
	}
}

// The step that comes next need not be begun by the helper that kept the one before.
func TestTheFolderOfAStepThatAnotherProcessKeptIsThatOfTheNext(t *testing.T) {
	t.Parallel()
	for change, again := range map[string]bool{
		`:`:                    true,
		`echo printed`:         true,
		`chmod 666 "$d/group"`: false,
		`setsid sh -c 'while test ! -e "$HOME/go"; do sleep 0.02; done; echo late' & `: false,
	} {
		for _, by := range []string{"the wrapper", "a helper"} {
			t.Run(by+": "+change, func(t *testing.T) {
				helped(t, func(t *testing.T, h *host) {
					const where = "stat -c '%i %w' \"${0%/s/*}\""
					first := *h
					if by == "the wrapper" {
						first.helpers = nil
					}
					_, before := first.ask(outlive.Ask{Action: outlive.Start, Key: "a", Name: "one", Script: claim + change + "\n" + where})
					r, after := h.ask(outlive.Ask{Action: outlive.Start, Key: "b", Name: "two", Old: []string{"a"}, Script: "touch \"$HOME/go\"; sleep 0.2\n" + where})
					if r.State != outlive.Ended || r.Code != 0 || strings.Contains(after, "late") {
						t.Errorf("got %+v, %q", r, after)
					}
					if is := strings.HasSuffix(before, after); is != again {
						t.Errorf("the same folder: %v; %q, %q", is, before, after)
					}
					if r, _ := h.ask(outlive.Ask{Action: outlive.Look, Key: "a"}); r.State != outlive.Over {
						t.Errorf("the one before is %+v", r)
					}
				})
			})
		}
	}
}

func TestWhatIsKnownOfAHostIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	helped(t, func(t *testing.T, h *host) {
		h.learn()
		h.path = t.TempDir() // where there is neither uname nor sha256sum
		stat, err := exec.LookPath("stat")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(stat, filepath.Join(h.path, "stat")); err != nil {
			t.Fatal(err)
		}
		if r, out := h.ask(outlive.Ask{Action: outlive.Start, Key: "k2", Script: "echo fine"}); r.State != outlive.Ended || r.Code != 0 || out != "fine\n" {
			t.Errorf("%+v %q", r, out)
		}
	})
	if _, found := outlive.HostOf([]byte("@w1 host Linux $(id) plain x\n"), "w1"); found {
		t.Error("a command is taken for a kind")
	}
	const boot = ".75befe83-bd5f-4bfc-bf28-689961bcc9cc"
	none, found := outlive.HostOf([]byte("@w1 host Linux x86_64 plain "+boot+"\n"), "w1")
	for _, file := range []string{"1.2.3.4.123456789", "1.2.3.4.1234567" + boot, "1.2.3.1234567890.-" + boot, "1.2.3.4.123456789.$(id)", "1.2.3.4.123456789" + boot + "\""} {
		if host, _ := outlive.HostOf([]byte("@w1 host Linux x86_64 plain "+file+"\n"), "w1"); !found || host != none {
			t.Errorf("%q is taken for a file: %+v", file, host)
		}
	}
	if host, _ := outlive.HostOf([]byte("@w1 host Linux x86_64 plain 1.2.3.4.123456789"+boot+"\n"), "w1"); host == none {
		t.Error("a file is not known")
	}
}
