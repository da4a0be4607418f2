package outlive_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
)

// shell starts a shell on a program, as a session does.
func (h *host) shell(text string) (*exec.Cmd, io.Reader) {
	h.t.Helper()
	c, _ := h.command(outlive.Ask{Action: outlive.Look})
	c.Stdin = strings.NewReader(text)
	from, err := c.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	return c, from
}

// direct begins a look.
func (h *host) direct(script string, env ...string) (*exec.Cmd, outlive.Process, io.Reader) {
	h.t.Helper()
	d := outlive.Direct{Nonce: nonce, Script: script, Env: env}
	text, err := d.Program()
	if err != nil {
		h.t.Fatal(err)
	}
	c, from := h.shell(text)
	p, answer, err := d.Begun(from)
	if err != nil || !p.Known() {
		h.t.Fatalf("it did not begin: %+v %v", p, err)
	}
	return c, p, answer
}

func TestALookIsDirect(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		for _, c := range []struct {
			name, script, out string
			code              int
		}{
			{"its output and its code", "echo fine; echo wrong >&2; printf 'no line end'; exit 7", "fine\nwrong\nno line end", 7},
			{"at the first command that goes wrong", "echo one\nfalse\necho two", "one\n", 1},
			{"values are values", `printf '%s' "$A"`, "a'b $(touch pwned) \\n", 0},
			{"text that would end the text around it", "echo '}' ; : '\n}\nmain\n'\necho done # }", "}\ndone\n", 0},
			{"variables are its own", "unset group code || :; group= code=7; echo fine", "fine\n", 0},
			{"nothing to read", "read line || echo empty", "empty\n", 0},
			{"the shell replaced", "exec sh -c 'exit 4'", "", 4},
			{"a long script", ": " + strings.Repeat("x", 200<<10) + "\necho there", "there\n", 0},
		} {
			cmd, _, from := h.direct(c.script, "A=a'b $(touch pwned) \\n")
			out, err := io.ReadAll(from)
			cmd.Wait() //nolint:errcheck // its code is looked at
			if err != nil || string(out) != c.out || cmd.ProcessState.ExitCode() != c.code {
				t.Errorf("%s: %q, code %d, %v", c.name, out, cmd.ProcessState.ExitCode(), err)
			}
		}
		if left, err := os.ReadDir(h.home); err != nil || len(left) > 0 {
			t.Errorf("it left something: %v %v", left, err)
		}
	})
}

func TestWhatALookLeavesBehindIsEnded(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		cmd, _, from := h.direct("sleep 300 & echo $$")
		out, err := io.ReadAll(from) // the output is over when no one holds it any more
		cmd.Wait()                   //nolint:errcheck // its code is looked at
		if err != nil || cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("%q, code %d, %v", out, cmd.ProcessState.ExitCode(), err)
		}
	})
}

func TestALookIsEndedWithItsGroup(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		cmd, p, from := h.direct("trap '' TERM\nsleep 300 &\necho begun\nsleep 300")
		if _, err := from.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { io.Copy(io.Discard, from); cmd.Wait(); close(ended) }() //nolint:errcheck // it is killed
		if r := h.end(p); r.State != outlive.Ended {
			t.Errorf("got %+v", r)
		}
		<-ended
		h.await("the group is gone", func() bool { return !there(cmd.Process.Pid) })
		if r := h.end(p); r.State != outlive.None {
			t.Errorf("ended twice: %+v", r)
		}
	})
}

// The number of a process that has ended is given anew one day; anyone who has it
// then is not ended.
func TestAnotherProcessWithTheSameNumberIsNotEnded(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		stranger := exec.Command("sleep", "300")
		stranger.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := stranger.Start(); err != nil {
			t.Fatal(err)
		}
		defer stranger.Process.Kill() //nolint:errcheck // it is ours
		boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
		if err != nil {
			t.Skip("SKIPPED: no /proc on this machine")
		}
		pid := strings.TrimSpace(string(boot))
		hello := "@" + nonce + " hello " + strconv.Itoa(stranger.Process.Pid) + " " + strconv.Itoa(stranger.Process.Pid) + " " + pid + " 1 -\n"
		p, _, err := outlive.Direct{Nonce: nonce}.Begun(strings.NewReader(hello))
		if err != nil {
			t.Fatal(err)
		}
		if r := h.end(p); r.State != outlive.None || syscall.Kill(stranger.Process.Pid, 0) != nil {
			t.Errorf("got %+v", r)
		}
	})
}

// Whether a pipe fails with any of its commands is asked of a shell once, and is the
// same when it is known.
func TestAShellIsAskedOnceHowPipesFail(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		fails := func(pipes string) (said string, code int) {
			d := outlive.Direct{Nonce: nonce, Script: "false | cat", Pipes: pipes}
			text, err := d.Program()
			if asks := strings.Contains(text, "(set -o pipefail)"); err != nil || asks != (pipes == "") {
				t.Fatalf("known %q: asks %v, %v", pipes, asks, err)
			}
			cmd, from := h.shell(text)
			p, answer, err := d.Begun(from)
			if err != nil {
				t.Fatal(err)
			}
			out, _ := io.ReadAll(answer) // it prints nothing, whatever ends it
			cmd.Wait()                   //nolint:errcheck // its code is looked at
			if len(out) > 0 {
				t.Errorf("known %q: it prints %q", pipes, out)
			}
			return p.Pipes, cmd.ProcessState.ExitCode()
		}
		said, code := fails("")
		if said != "plain" && said != "pipefail" || code != map[string]int{"pipefail": 1}[said] {
			t.Fatalf("it said %q, and ended with %d", said, code)
		}
		for pipes, want := range map[string]int{said: code, "plain": 0, "pipefail": code} { // one that cannot is not harmed by what was known of another
			if again, code := fails(pipes); again != pipes || code != want {
				t.Errorf("known %q: it said %q, and ended with %d, not %d", pipes, again, code, want)
			}
		}
	})
}

func TestHelloIsReadStrictly(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"1 1 - - plain", "0 0 - - plain", "7 0 - - plain", "7 1 - - plain", "$(id) 7 - - plain", "7 7 a;b - plain", "7 7 - 1;2 plain", "7 7", "", "-7 7 - - plain", "7 7 - -", "7 7 - - $(id)"} {
		if p, _, err := (outlive.Direct{Nonce: nonce}).Begun(strings.NewReader("@" + nonce + " hello " + words + "\n")); err == nil {
			t.Errorf("%q was taken for %+v", words, p)
		}
	}
}

// end ends a process.
func (h *host) end(p outlive.Process) outlive.Report {
	h.t.Helper()
	text, err := p.End(nonce, time.Second)
	if err != nil {
		h.t.Fatal(err)
	}
	c, _ := h.command(outlive.Ask{Action: outlive.Look})
	c.Stdin = strings.NewReader(text)
	raw, err := c.Output()
	if err != nil {
		h.t.Fatalf("%v: %s", err, raw)
	}
	r, err := outlive.NewAnswer(bytes.NewReader(raw), nonce).Report(nil)
	if err != nil {
		h.t.Fatalf("%v: %s", err, raw)
	}
	return r
}
