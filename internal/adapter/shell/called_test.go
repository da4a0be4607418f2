package shell_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/shell"
)

func TestAScriptOfTheTeamFolderIsGivenToItsInterpreter(t *testing.T) {
	const args = `["a b","$HOME","it's",""]`
	for _, c := range []struct{ name, needs, text, out string }{
		{"a shell's", "sh", "#!/bin/sh\nprintf '<%s>' \"$@\"\n", "<a b><$HOME><it's><>"},
		{"without a first line", "sh", "printf '<%s>' \"$@\"\n", "<a b><$HOME><it's><>"},
		{"bash's", "bash", "#!/usr/bin/env bash\nlist=(\"$@\"); printf '<%s>' \"${list[@]}\"\n", "<a b><$HOME><it's><>"},
		{"awk's, with a word of its own", "awk", "#!/usr/bin/awk -f\nBEGIN { for (i = 1; i < ARGC; i++) printf \"<%s>\", ARGV[i] }\n", "<a b><$HOME><it's><>"},
		{"python's", "python3", "#!/usr/bin/env python3\nimport sys\nprint(''.join('<%s>' % a for a in sys.argv[1:]), end='')\n", "<a b><$HOME><it's><>"},
	} {
		if _, err := exec.LookPath(c.needs); err != nil {
			t.Logf("SKIPPED: there is no %s on this machine", c.needs)
			continue
		}
		both(t, c.name, func(t *testing.T, k *shell.Kind) {
			k.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}, k.Env[1:]...)
			var log bytes.Buffer
			w := work(c.text, &log)
			w.Step.Attrs = map[string]string{"script": "files/tool", "args": args}
			if out, err := k.Apply(t.Context(), w); err != nil || !out.OK || log.String() != c.out {
				t.Errorf("%+v %v: %q", out, err, log.String())
			}
			for _, e := range k.Env {
				if left, _ := filepath.Glob(e[min(len(e), len("TMPDIR=")):] + "/prentice-script-*"); len(left) > 0 { //nolint:errcheck // the pattern is good
					t.Errorf("left behind: %v", left)
				}
			}
		})
	}
	for _, c := range []struct{ name, needs, text string }{
		{"a shell's", "sh", ". \"${0%/*}/lib/shop\"; greet \"$1\"\n"},
		{"bash's", "bash", "#!/usr/bin/env bash\nsource \"${BASH_SOURCE[0]%/*}/lib/shop\"; greet \"$1\"\n"},
		{"python's", "python3", "#!/usr/bin/env python3\nimport sys\nfrom lib import shop\nprint(shop.greet(sys.argv[1]), end='')\n"},
	} {
		if _, err := exec.LookPath(c.needs); err != nil {
			t.Logf("SKIPPED: there is no %s on this machine", c.needs)
			continue
		}
		both(t, c.name+", with a library", func(t *testing.T, k *shell.Kind) {
			k.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}, k.Env[1:]...)
			var log bytes.Buffer
			w := work(c.text, &log)
			w.Step.Attrs = map[string]string{"script": "files/a tool", "args": `["it's"]`, "libs": "files/lib/shop"}
			w.Step.Libs = []prentice.Lib{
				{Path: "files/lib/shop", Text: "greet() { printf '<%s>' \"$1\"; }\n"},
				{Path: "files/lib/__init__.py"},
				{Path: "files/lib/shop.py", Encoding: "base64", Text: base64.StdEncoding.EncodeToString([]byte("def greet(who):\n\treturn f'<{who}>'\n"))},
			}
			if out, err := k.Apply(t.Context(), w); err != nil || !out.OK || log.String() != "<it's>" {
				t.Errorf("%+v %v: %q", out, err, log.String())
			}
			for _, e := range k.Env {
				if left, _ := filepath.Glob(e[min(len(e), len("TMPDIR=")):] + "/prentice-script-*"); len(left) > 0 { //nolint:errcheck // the pattern is good
					t.Errorf("left behind: %v", left)
				}
			}
		})
	}
	both(t, "whose code is that of the step", func(t *testing.T, k *shell.Kind) {
		var log bytes.Buffer
		w := work("#!/usr/bin/awk -f\nBEGIN { exit 7 }\n", &log)
		w.Step.Attrs = map[string]string{"script": "files/tool"}
		if out, err := k.Apply(t.Context(), w); err != nil || out.OK || out.Code != 7 {
			t.Errorf("%+v %v", out, err)
		}
	})
}

func TestAScriptIsNotBegunWithoutAllThatLiesBesideIt(t *testing.T) {
	both(t, "on a full disk", func(t *testing.T, k *shell.Kind) {
		bin, room := t.TempDir(), t.TempDir()
		text := "#!/bin/sh\ncd '" + room + "'\nif [ -e one ] && [ ! -e two ]; then : > two; echo 'No space left on device' >&2; exit 1; fi\n: > one\nexec /usr/bin/base64 \"$@\"\n" // of three files, the second one
		if err := os.WriteFile(filepath.Join(bin, "base64"), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		k.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "TMPDIR=" + room}, k.Env[1:]...)
		var log bytes.Buffer
		w := work("echo begun\n", &log)
		w.Step.Attrs = map[string]string{"script": "files/tool", "libs": "files/a,files/b"}
		w.Step.Libs = []prentice.Lib{{Path: "files/a", Text: "a\n"}, {Path: "files/b", Text: "b\n"}}
		out, err := k.Apply(t.Context(), w)
		if err != nil || out.OK || strings.Contains(log.String(), "begun") || !strings.Contains(log.String(), "No space left") {
			t.Errorf("%+v %v: %q", out, err, log.String())
		}
		if left, _ := filepath.Glob(room + "/prentice-script-*"); len(left) > 0 { //nolint:errcheck // the pattern is good
			t.Errorf("left behind: %v", left)
		}
	})
	both(t, "and their names are no words of a shell", func(t *testing.T, k *shell.Kind) {
		room := t.TempDir()
		k.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + room}, k.Env[1:]...)
		var log bytes.Buffer
		w := work("cat \"${0%/*}/it's \\$(touch x); & \"\n", &log)
		w.Step.Attrs = map[string]string{"script": "files/$(touch y) tool"}
		w.Step.Libs = []prentice.Lib{{Path: "files/it's $(touch x); & ", Text: "here\n"}}
		if out, err := k.Apply(t.Context(), w); err != nil || !out.OK || log.String() != "here\n" {
			t.Errorf("%+v %v: %q", out, err, log.String())
		}
	})
}
