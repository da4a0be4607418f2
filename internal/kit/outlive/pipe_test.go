package outlive_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/kit/needtest"
	"prentice/internal/kit/outlive"
)

// pipefail says whether a shell knows the option.
func (h *host) pipefail() bool {
	argv := append(append([]string{}, h.argv...), "-c", "set -o pipefail")
	return exec.Command(argv[0], argv[1:]...).Run() == nil
}

func TestALookIsFailedByAnyCommandOfAPipeWhereTheShellCan(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		want := 0
		if h.pipefail() {
			want = 7
		}
		cmd, _, from := h.direct("sh -c 'exit 7' | cat")
		out, err := io.ReadAll(from)
		cmd.Wait() //nolint:errcheck // its code is looked at
		if err != nil || len(out) > 0 || cmd.ProcessState.ExitCode() != want {
			t.Errorf("%q, code %d, want %d, %v", out, cmd.ProcessState.ExitCode(), want, err)
		}
	})
}

func TestAScriptIsFailedByAnyCommandOfAPipeWhereItsShellCan(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.own("theirs", h.argv...)
		want := 0
		if h.pipefail() {
			want = 7
		}
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Shell: "theirs", Script: "echo begun; sh -c 'exit 7' | cat"})
		if r.State != outlive.Ended || r.Code != want || out != "begun\n" {
			t.Errorf("%+v %q, want code %d", r, out, want)
		}
	})
}

// own puts a shell under another name on the PATH of a host.
func (h *host) own(name string, argv ...string) {
	h.t.Helper()
	folder := h.t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\nexec "+strings.Join(argv, " ")+" \"$@\"\n"), 0o755); err != nil {
		h.t.Fatal(err)
	}
	h.path = folder + ":/usr/local/bin:/usr/bin:/bin"
}

func TestAScriptRunsInTheShellItNames(t *testing.T) {
	t.Parallel()
	needtest.Program(t, "bash")
	const script = "words=(one two)\necho \"${words[1]}\" \"${BASH_VERSION:+bash}\" \"$A\" \"$SCRIPT $shell\"\nread line || echo empty\nexit 3"
	shells(t, func(t *testing.T, h *host) {
		env := []string{"A=a'b $(touch pwned)", "SCRIPT=theirs", "shell=theirs"}
		want := "two bash a'b $(touch pwned) theirs theirs\nempty\n"
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Shell: "bash", Script: script, Env: env})
		if r.State != outlive.Ended || r.Code != 3 || out != want {
			t.Errorf("a change: %+v %q", r, out)
		}
		cmd, from := h.begun(outlive.Direct{Nonce: nonce, Shell: "bash", Script: script, Env: env})
		looked, err := io.ReadAll(from)
		cmd.Wait() //nolint:errcheck // its code is looked at
		if err != nil || string(looked) != want || cmd.ProcessState.ExitCode() != 3 {
			t.Errorf("a look: %q, code %d, %v", looked, cmd.ProcessState.ExitCode(), err)
		}
	})
}

func (h *host) begun(d outlive.Direct) (*exec.Cmd, io.Reader) {
	h.t.Helper()
	text, err := d.Program()
	if err != nil {
		h.t.Fatal(err)
	}
	c, from := h.shell(text)
	_, answer, err := d.Begun(from)
	if err != nil {
		h.t.Fatal(err)
	}
	return c, answer
}

func TestALongScriptRunsInTheShellItNames(t *testing.T) {
	t.Parallel()
	needtest.Program(t, "bash")
	shells(t, func(t *testing.T, h *host) {
		cmd, from := h.begun(outlive.Direct{Nonce: nonce, Shell: "bash", Script: ": " + strings.Repeat("x", 300<<10) + "\ncat <<'END'\n$SCRIPT\nEND\necho 'there'\n"})
		out, err := io.ReadAll(from)
		cmd.Wait() //nolint:errcheck // its code is looked at
		if err != nil || string(out) != "$SCRIPT\nthere\n" || cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("%q, code %d, %v", out, cmd.ProcessState.ExitCode(), err)
		}
	})
}

func TestWhereTheShellIsMissingNothingIsBegun(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		r, _ := h.ask(outlive.Ask{Action: outlive.Start, Shell: "nosuchshell", Script: "touch ~/begun"})
		if r.State != outlive.Refused || r.Why != "shell" || r.Detail != "nosuchshell" {
			t.Errorf("a change: %+v", r)
		}
		d := outlive.Direct{Nonce: nonce, Shell: "nosuchshell", Script: "touch ~/begun"}
		text, err := d.Program()
		if err != nil {
			t.Fatal(err)
		}
		c, _ := h.command(outlive.Ask{Action: outlive.Look})
		c.Stdin = strings.NewReader(text)
		var wrong bytes.Buffer
		c.Stderr = &wrong
		out, err := c.Output()
		if err == nil || strings.Contains(string(out), "hello") || !strings.Contains(wrong.String(), "there is no nosuchshell on this host") {
			t.Errorf("a look: %v %q %q", err, out, wrong.String())
		}
		if left, err := os.ReadDir(h.home); err != nil || len(left) > 1 {
			t.Errorf("it left something: %v %v", left, err)
		}
	})
}

func TestAShellIsAPlainWord(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"bash -x", "/bin/evil", "a;b", "$(x)", "-c"} {
		if _, err := outlive.Program(outlive.Ask{Action: outlive.Start, Key: "k", Nonce: nonce, Token: "t", Shell: word}); err == nil {
			t.Errorf("a change in %q is taken", word)
		}
		if _, err := (outlive.Direct{Nonce: nonce, Shell: word}).Program(); err == nil {
			t.Errorf("a look in %q is taken", word)
		}
	}
}

func TestFoldersOfProgramsComeBeforeThoseOfTheMachine(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		folder := t.TempDir() + "/it's here"
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"tool"} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\necho ours "+name+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		const script, want = "tool; ls / >/dev/null", "ours tool\n"
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: script, Path: []string{"/nowhere", folder}})
		if r.State != outlive.Ended || r.Code != 0 || out != want {
			t.Errorf("a change: %+v %q", r, out)
		}
		cmd, from := h.begun(outlive.Direct{Nonce: nonce, Script: script, Path: []string{"/nowhere", folder}})
		looked, err := io.ReadAll(from)
		cmd.Wait() //nolint:errcheck // its code is looked at
		if err != nil || string(looked) != want || cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("a look: %q, code %d, %v", looked, cmd.ProcessState.ExitCode(), err)
		}
	})
}
