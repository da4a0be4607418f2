package shell_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
)

func kind(t *testing.T) *shell.Kind {
	t.Helper()
	return &shell.Kind{Scratch: filepath.Join(t.TempDir(), "scratch"), Env: []string{"PATH=/usr/bin:/bin", "LANG=C"}, Grace: 200 * time.Millisecond}
}

func work(body string, log *bytes.Buffer, env ...string) prentice.Work {
	return prentice.Work{
		Step: prentice.PlannedStep{ID: "restart", Kind: "sh", Where: "target", Body: body},
		Env:  env, Log: log, Target: prentice.Target{Ref: "host/local", Local: true},
	}
}

func TestHowAScriptEnds(t *testing.T) {
	for _, c := range []struct {
		name, body string
		ok         bool
		code       int
		says, log  string
	}{
		{"well", "echo fine", true, 0, "exit code 0", "fine\n"},
		{"with a code and its last words", "echo 'no such unit' >&2; exit 5", false, 5, "exit code 5: no such unit", "no such unit\n"},
		{"at the first command that goes wrong", "false\necho never", false, 1, "exit code 1", ""},
		{"at a name no one set", "echo \"$NOBODY_SET_IT\"", false, 2, "", ""},
		{"having read nothing from standard input", "read line || echo empty", true, 0, "exit code 0", "empty\n"},
		{"with its inputs", `echo "$INPUT_NAME"`, true, 0, "exit code 0", "a; rm -rf $HOME\n"},
		{"in words that cannot steer a terminal", "printf 'red \\033[31mwords\\n'; exit 1", false, 1, "exit code 1: red [31mwords", "red \033[31mwords\n"},
		{"with a body longer than one argument may be", "x='" + strings.Repeat("y", 200<<10) + "'\necho ${#x}", true, 0, "exit code 0", "204800\n"},
	} {
		both(t, c.name, func(t *testing.T, k *shell.Kind) {
			var log bytes.Buffer
			out, err := k.Apply(t.Context(), work(c.body, &log, "INPUT_NAME=a; rm -rf $HOME"))
			if err != nil || out.OK != c.ok || out.Code != c.code {
				t.Errorf("got %+v %v", out, err)
			}
			if c.says != "" && (out.Says != c.says || log.String() != c.log) {
				t.Errorf("says %q, log %q; want %q, %q", out.Says, log.String(), c.says, c.log)
			}
		})
	}
}

// both does it with steps that end with us, and with such as outlive us.
func both(t *testing.T, name string, do func(*testing.T, *shell.Kind)) {
	t.Run(name, func(t *testing.T) { do(t, kind(t)) })
	t.Run(name+", as a claim", func(t *testing.T) {
		k, _ := lasting(t)
		do(t, k)
	})
}

func TestAScriptSeesItsOwnEnvironmentOnly(t *testing.T) {
	t.Setenv("OURS", "must not be seen")
	both(t, "environment", seesItsOwnEnvironment)
}

func seesItsOwnEnvironment(t *testing.T, k *shell.Kind) {
	var log bytes.Buffer
	if _, err := k.Apply(t.Context(), work("env | grep -v -e ^PWD= -e ^OLDPWD= -e ^_= -e ^SHLVL= | sort", &log, "LANG=en", "A=1")); err != nil {
		t.Fatal(err)
	}
	if log.String() != "A=1\nLANG=en\nPATH=/usr/bin:/bin\n" {
		t.Errorf("got %q", log.String())
	}
}

func TestNothingStaysInTheScratchFolder(t *testing.T) {
	k, log := kind(t), bytes.Buffer{}
	if _, err := k.Apply(t.Context(), work(`stat -c %a "$0"`, &log)); err != nil || log.String() != "600\n" {
		t.Errorf("the script's mode is %q, %v", log.String(), err)
	}
	if left, err := os.ReadDir(k.Scratch); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestASecretDoesNotReachTheSummary(t *testing.T) {
	both(t, "secret", func(t *testing.T, k *shell.Kind) {
		w := work(`echo "bad token $TOKEN"; exit 1`, &bytes.Buffer{}, "TOKEN=hunter2")
		w.Secrets = []string{"hunter2"}
		if out, err := k.Apply(t.Context(), w); err != nil || out.Says != "exit code 1: bad token •••" {
			t.Errorf("got %+v %v", out, err)
		}
	})
}

func TestWhatIsLeftBehindIsTold(t *testing.T) {
	both(t, "left behind", func(t *testing.T, k *shell.Kind) {
		out, err := k.Apply(t.Context(), work("sleep 300 &", &bytes.Buffer{}))
		if err != nil || !out.OK || !strings.Contains(out.Says, "start a daemon with setsid") {
			t.Errorf("got %+v %v", out, err)
		}
	})
}

func TestOfAStoppedScriptNobodyKnowsHowFarItCame(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := kind(t).Apply(ctx, work("sleep 300", &bytes.Buffer{})); prentice.KindOf(err) != prentice.Canceled {
		t.Errorf("timed out: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := kind(t).Apply(ctx, work("sleep 300", &bytes.Buffer{})); prentice.KindOf(err) != prentice.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAFullLogDoesNotChangeWhatTheScriptDid(t *testing.T) {
	both(t, "log", func(t *testing.T, k *shell.Kind) {
		w := work("echo text; exit 3", nil)
		w.Log = full{}
		if out, err := k.Apply(t.Context(), w); err != nil || out.Code != 3 {
			t.Errorf("got %+v %v", out, err)
		}
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestAnotherMachineIsRefused(t *testing.T) {
	w := work("true", &bytes.Buffer{})
	w.Target = prentice.Target{Ref: "host/web1", Address: "10.0.0.7"}
	if _, err := kind(t).Apply(t.Context(), w); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "target web1 is not this machine") {
		t.Errorf("got %v", err)
	}
	w.Step.Where = "here"
	if out, err := kind(t).Apply(t.Context(), w); err != nil || !out.OK {
		t.Errorf("here: got %+v %v", out, err)
	}
}

func TestWhetherItIsDone(t *testing.T) {
	for _, c := range []struct {
		name, question string
		answer         prentice.Answer
	}{
		{"exit code 0 is yes", "true", prentice.Yes},
		{"another is no", "exit 3", prentice.No},
		{"without a question no one knows", "", prentice.Unknown},
		{"the question knows the step's environment and its own", `test "$A$B" = 12`, prentice.Yes},
		{"a question that is killed is no answer", "kill -9 $$", prentice.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := work("exit 1", &bytes.Buffer{}, "A=1")
			if c.question != "" {
				w.Step.Done = &prentice.PlannedStep{ID: "done-restart", Body: c.question, Env: map[string]string{"B": "2"}}
			}
			if answer, _ := kind(t).Done(t.Context(), w); answer != c.answer {
				t.Errorf("got %s, want %s", answer, c.answer)
			}
		})
	}
}

func TestWhatLintSays(t *testing.T) {
	for _, c := range []struct {
		name string
		spec prentice.StepSpec
		want string
	}{
		{"nothing wrong", prentice.StepSpec{Body: "true\n"}, ""},
		{"a misspelt attribute", prentice.StepSpec{Body: "true", Attrs: map[string]string{"idempotant": ""}}, `did you mean "idempotent"?`},
		{"an unknown one", prentice.StepSpec{Body: "true", Attrs: map[string]string{"zzzzzz": ""}}, "it knows id, risk"},
		{"no commands", prentice.StepSpec{Body: "# later\n\n"}, "write the commands"},
		{"Windows line ends", prentice.StepSpec{Body: "true\r\n"}, "line feeds only"},
		{"a sandbox", prentice.StepSpec{Body: "true", Where: "sandbox"}, "write risk=look"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var hints []string
			for _, f := range kind(t).Lint(c.spec) {
				hints = append(hints, f.Hint)
			}
			if got := strings.Join(hints, "|"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOneLineForPeople(t *testing.T) {
	for body, want := range map[string]string{
		"# why\nsystemctl restart \"$SERVICE_UNIT\"\n": `systemctl restart "$SERVICE_UNIT"`,
		"a\nb\n":                  "a (and 1 more line)",
		"a\nb\n# c\nd":            "a (and 2 more lines)",
		strings.Repeat("é", 300):  strings.Repeat("é", 99) + "…",
		"printf '\x1b[31m'; true": "printf '[31m'; true",
	} {
		if got := kind(t).Says(prentice.PlannedStep{Body: body}); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}
