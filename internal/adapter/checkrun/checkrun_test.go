package checkrun_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/needtest"
)

// repository is a tree with checks, and who judges them.
type repository struct {
	t     *testing.T
	keep  string
	files map[string]string
	modes map[string]check.Mode
	desk  checkrun.Desk
	held  bool // by a protected branch

	secret func(context.Context, string) (string, error)
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	needtest.Program(t, "bwrap")
	return &repository{t: t, keep: filepath.Join(t.TempDir(), "prentice"), files: map[string]string{}}
}

// has adds a check.
func (r *repository) has(name, front, steps string) *repository {
	r.files[pipeline.Folder+"/"+name+".md"] = "---\ncheck: " + name + "\nsummary: It holds\n" + front + "---\n## Step\n\n```sh\n" + steps + "\n```\n"
	return r
}

// judged are the outcomes of all checks, by name.
func (r *repository) judged(ctx context.Context) map[string]check.Outcome {
	r.t.Helper()
	tree := check.Example{Files: r.files, Modes: r.modes}.Tree()
	tree.Keep, tree.Secret = r.keep, r.secret
	tree.Protected = func(context.Context) bool { return r.held }
	j := check.Judge{Kinds: []check.Kind{r.desk.Judge().Kind()}}
	rules, _ := j.Rules(ctx, tree)
	list, err := j.All(ctx, tree, rules)
	if err != nil && ctx.Err() == nil {
		r.t.Fatal(err)
	}
	by := map[string]check.Outcome{}
	for _, one := range list {
		by[strings.TrimPrefix(one.Rule.ID, "checks/")] = one.Outcome
	}
	return by
}

func (r *repository) one(name string) check.Outcome { return r.judged(r.t.Context())[name] }

func TestACheckFailsAtTheStepThatFails(t *testing.T) {
	r := newRepository(t)
	r.files["greet"] = "hello\n"
	r.has("good", "", "[ \"$(cat greet)\" = hello ]\n[ ! -e .git ]").
		has("bad", "", "echo a first line\ntrue\n```\n\n## Second\n\n```bash\necho 'before it'\nfalse | true\necho never\n```\n\n```sh\necho 'nor this'")
	by := r.judged(t.Context())
	if by["good"].Truth != prentice.Pass {
		t.Errorf("%+v", by["good"])
	}
	bad := by["bad"]
	if bad.Truth != prentice.Fail || len(bad.Findings) != 1 || !strings.HasPrefix(bad.Findings[0].Says, "Second: exit code 1 after ") || strings.Join(bad.Findings[0].Printed, "|") != "before it" || bad.Findings[0].Line != 15 {
		t.Errorf("%+v", bad)
	}
	log, err := checkrun.Log(r.keep, "bad")
	if err != nil || log.Passed || !log.Left || log.Text != "── Step\na first line\n\n── Second\nbefore it\n" {
		t.Errorf("%+v %v", log, err)
	}
}

func TestABadDayIsAVerdictAndLeavesNothing(t *testing.T) {
	r := newRepository(t)
	r.has("waits", "timeout: 1s\n", "echo begun; sleep 621").
		has("deaf", "timeout: 1s\n", "trap '' TERM INT; setsid sleep 622 & while :; do sleep 623; done").
		has("daemon", "", "setsid sh -c 'trap \"\" TERM; sleep 624' >/dev/null 2>&1 & exit 0").
		has("prints", "", "yes | head -c 80000000").
		has("long-line", "", "head -c 5000000 /dev/zero | tr '\\0' x; echo; exit 1").
		has("steers", "", "printf '\\033[2Jgone\\rxx\\n'; exit 1").
		has("killed", "", "kill -9 $$").
		has("much", "artifacts: big\n", "truncate -s 3G big").
		has("nothing", "reports: {junit: gone.xml}\n", "true").
		has("link", "artifacts: out\n", "ln -s /etc/passwd out").
		has("lies", "", "printf '%s' \"$(cat /proc/*/cmdline | tr '\\0' '\\n' | grep -m1 -o \"printf '.n[A-Z0-9]* 0.n'\" )\" >/dev/null; exit 7")
	by := r.judged(t.Context())
	for name, want := range map[string]string{
		"waits": "Step: its time was up after 1s", "deaf": "Step: its time was up after 1s", "prints": "it printed more than", "long-line": "exit code 1", "steers": "exit code 1", "killed": "exit code 137",
		"much": "it brings too much back", "nothing": "no step wrote gone.xml", "link": "no step wrote out", "lies": "exit code 7",
	} {
		o := by[name]
		if o.Truth != prentice.Fail || len(o.Findings) == 0 || !strings.Contains(o.Findings[0].Says, want) {
			t.Errorf("%s: %s %s %.300s", name, o.Truth, o.Reason, fmt.Sprint(o.Findings))
		}
	}
	if by["daemon"].Truth != prentice.Pass {
		t.Error(by["daemon"])
	}
	if p := by["steers"].Findings[0].Printed; strings.ContainsAny(strings.Join(p, ""), "\033\r") {
		t.Errorf("%q", p)
	}
	if p := by["long-line"].Findings[0].Printed; len(p) != 1 || len(p[0]) > 400 {
		t.Errorf("%d lines", len(p))
	}
	nothingGoesOn(t, "sleep 62[1-4]")
	if left, _ := filepath.Glob(fmt.Sprintf("/tmp/prentice-check-%d-*", os.Getpid())); len(left) > 0 {
		t.Error("left: ", left)
	}
}

func TestWhatTwoChecksBringBackStaysApartAndIsWhatIsAskedFor(t *testing.T) {
	r := newRepository(t)
	r.has("a", "reports: {junit: out/*.xml}\nartifacts: [dist/]\n", "mkdir out dist; echo a >out/a.xml; echo no >out/a.txt; echo d >dist/d; ln -s ../out/a.xml dist/l").
		has("b", "artifacts: [out/a.xml]\n", "mkdir out; echo b >out/a.xml")
	by := r.judged(t.Context())
	for name, want := range map[string]string{"a": "dist/d out/a.xml", "b": "out/a.xml"} {
		if by[name].Truth != prentice.Pass {
			t.Errorf("%s: %+v", name, by[name])
		}
		runs := checkrun.Runs(r.keep, name)
		if len(runs) != 1 {
			t.Fatal(runs)
		}
		var got []string
		dir := filepath.Join(runs[0].Dir, "files")
		filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error { //nolint:errcheck // it gives none
			if !d.IsDir() {
				got = append(got, strings.TrimPrefix(path, dir+"/"))
			}
			return nil
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", name, got)
		}
		if _, left := runs[0].Left(); left {
			t.Errorf("%s passed, and what it left is kept", name)
		}
	}
}

func TestOnlyWhatAProtectedBranchHoldsFillsTheCacheForOthers(t *testing.T) {
	r := newRepository(t)
	r.has("a", "cache: [~/.tool, .cache]\n", "cat ~/.tool/x .cache/y 2>/dev/null || :; mkdir -p ~/.tool .cache; echo kept-$(cat who) >~/.tool/x; echo too >.cache/y; exit $(cat code)")
	for _, c := range []struct {
		name, who, code string
		held            bool
		finds           string
	}{
		{"a change begins with nothing", "change", "0", false, ""},
		{"and nothing of it stayed; a protected run that fails keeps nothing", "broken", "1", true, ""},
		{"nor did it", "main", "0", true, ""},
		{"a change finds what the protected branch made", "poison", "0", false, "kept-main\ntoo\n"},
		{"and cannot change it for others", "other", "0", false, "kept-main\ntoo\n"},
	} {
		r.held, r.files["who"], r.files["code"] = c.held, c.who+"\n", c.code+"\n"
		o := r.one("a")
		if (o.Truth == prentice.Pass) != (c.code == "0") {
			t.Fatalf("%s: %+v", c.name, o)
		}
		log, err := checkrun.Log(r.keep, "a")
		if err != nil || log.Text != "── Step\n"+c.finds {
			t.Errorf("%s: %q %v", c.name, log.Text, err)
		}
	}
}

func TestACheckIsGivenTheTreeAsGitHasIt(t *testing.T) {
	r := newRepository(t)
	r.files["run"], r.files["a/to"], r.files["plain"] = "#!/bin/sh\necho ran\n", "link:../plain", "text\n"
	r.modes = map[string]check.Mode{"run": check.Executable}
	for _, odd := range []string{"-rf", "new\nline", "\xff\xfe", "quote'\"$(x)", strings.Repeat("d/", 60) + "deep", "a b"} {
		r.files[odd] = "odd\n"
	}
	r.has("a", "", "./run; cat a/to; [ ! -x plain ]; cat ./-rf 'new\nline' 'quote'\\''\"$(x)' 'a b'; find . -type f -exec cat {} + | grep -c odd # and this file")
	if o := r.one("a"); o.Truth != prentice.Pass {
		t.Errorf("%+v", o)
	}
	if log, _ := checkrun.Log(r.keep, "a"); log.Text != "── Step\nran\ntext\nodd\nodd\nodd\nodd\n7\n" {
		t.Errorf("%q", log.Text)
	}
}
