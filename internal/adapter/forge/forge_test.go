package forge_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	adapter "prentice/internal/adapter/forge"
	"prentice/internal/adapter/forge/forgetest"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/needtest"
)

// kinds are all that are spoken with: each test is of each of them.
var kinds = []forge.Kind{forge.Gitea, forge.GitHub, forge.GitLab}

type far struct {
	*forgetest.Server
	*adapter.Forge
	heads map[string]string
}

// each tells a test of every kind of forge, with main and the branches one, two and three,
// which is on a fork. Nothing that is not documented may be asked.
func each(t *testing.T, test func(t *testing.T, f far)) {
	t.Helper()
	needtest.Program(t, "git")
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			dir := t.TempDir()
			s, err := forgetest.New(kind, filepath.Join(dir, "far"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			f := far{Server: s, heads: map[string]string{}}
			git := func(args ...string) string {
				c := exec.Command("git", args...)
				c.Dir = filepath.Join(dir, "clone")
				c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org")
				out, err := c.CombinedOutput()
				if err != nil {
					t.Fatalf("git %v: %s", args, out)
				}
				return strings.TrimSpace(string(out))
			}
			if err := os.Mkdir(filepath.Join(dir, "clone"), 0o700); err != nil {
				t.Fatal(err)
			}
			git("init", "-q", "-b", "main")
			for _, name := range []string{"main", "one", "two", "three"} {
				if name != "main" {
					git("checkout", "-q", "-b", name, "main")
				}
				git("commit", "-q", "--allow-empty", "-m", name)
				git("push", "-q", s.Dir, name)
				f.heads[name] = git("rev-parse", "HEAD")
			}
			if f.Forge, err = adapter.Open(s.Place(), forgetest.Token); err != nil {
				t.Fatal(err)
			}
			test(t, f)
			for _, fault := range s.Faults() {
				t.Error(fault)
			}
		})
	}
}

func (f far) propose(t *testing.T, source, title, body, author string) int64 {
	t.Helper()
	n, err := f.Propose(source, title, body, author)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPullRequestsAreReadAsTheyStand(t *testing.T) {
	each(t, func(t *testing.T, f far) {
		f.propose(t, "one", "add \x1b[31mone", strings.Repeat("x", 1<<20), "ann")
		f.propose(t, "fork:three", "three", "", "mallory")
		f.Turn(f.propose(t, "two", "two", "", "ben"), false, false)
		list, err := f.Pulls(t.Context())
		if err != nil || len(list) != 2 {
			t.Fatalf("%v %v", list, err)
		}
		if one := list[0]; one.Number != 1 || one.Head != f.heads["one"] || one.Author != "ann" || one.Fork || !one.Open || one.Target != "main" || len(one.Body) > 30_000 {
			t.Errorf("%.300v", one)
		}
		if !list[1].Fork {
			t.Error("what comes from a fork is not said to")
		}
		if two, err := f.Forge.Pull(t.Context(), 3); err != nil || two.Open || two.Merged {
			t.Errorf("%v %v", two, err)
		}
		if _, err := f.Forge.Pull(t.Context(), 99); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		for range 120 {
			f.propose(t, "two", "two", "", "ben")
		}
		if list, err = f.Pulls(t.Context()); err != nil || len(list) != 122 {
			t.Errorf("of 122 there are %d: %v", len(list), err)
		}
	})
}

func TestAStatusStandsBesideItsCommitAndCanBeSetTwice(t *testing.T) {
	each(t, func(t *testing.T, f far) {
		head := f.heads["one"]
		for _, state := range []forge.State{forge.Pending, forge.Pending, forge.Failure, forge.Success} {
			if err := f.SetStatus(t.Context(), head, forge.Status{Context: forge.Queue, State: state, Says: string(state), Link: "http://p.example.org/changes/1"}); err != nil {
				t.Error(err)
			}
		}
		if got := f.Statuses(head)[forge.Queue]; got.State != "success" || got.Says != "success" || got.Link != "http://p.example.org/changes/1" {
			t.Errorf("%+v", got)
		}
		if err := f.SetStatus(t.Context(), strings.Repeat("0", 40), forge.Status{Context: forge.Queue, State: forge.Pending}); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		if err := f.SetStatus(t.Context(), "main/../x", forge.Status{}); prentice.KindOf(err) != prentice.Invalid {
			t.Error(err)
		}
	})
}

func TestThereIsOneCommentOfOursWhateverIsLost(t *testing.T) {
	each(t, func(t *testing.T, f far) {
		n := f.propose(t, "one", "one", "", "ann")
		f.Say(n, "mallory", forge.Marker+" I am prentice")
		for range 70 { // more than is on a page
			f.Say(n, "ben", "hm")
		}
		ours := func() (list []forgetest.Comment) {
			for _, c := range f.Comments(n) {
				if c.Author == forgetest.Bot {
					list = append(list, c)
				}
			}
			return list
		}
		if err := f.Fall(forgetest.Ill{Lost: true, Only: "POST"}); err != nil { // it is made, and we do not hear of it
			t.Fatal(err)
		}
		if _, err := f.Comment(t.Context(), n, "", forge.Marker+" first"); prentice.KindOf(err) != prentice.Unavailable {
			t.Error(err)
		}
		if err := f.Fall(forgetest.Ill{}); err != nil {
			t.Fatal(err)
		}
		id, err := f.Comment(t.Context(), n, "", forge.Marker+" second")
		if list := ours(); err != nil || len(list) != 1 || list[0].Text != forge.Marker+" second" {
			t.Errorf("%v %v", list, err)
		}
		again, err := f.Comment(t.Context(), n, id, forge.Marker+" third")
		if list := ours(); err != nil || again != id || len(list) != 1 || list[0].Text != forge.Marker+" third" {
			t.Errorf("%v %v", list, err)
		}
		if _, err := f.Comment(t.Context(), n, "1", forge.Marker+" fourth"); err != nil || len(ours()) != 1 { // the one that was known is gone
			t.Errorf("%v %v", ours(), err)
		}
		if mallory := f.Comments(n)[0]; mallory.Edits != 0 {
			t.Error("what another wrote was edited")
		}
	})
}

func TestWhatLandedIsNotOpenThere(t *testing.T) {
	each(t, func(t *testing.T, f far) {
		n := f.propose(t, "one", "one", "", "ann")
		if out, err := exec.Command("git", "-C", f.Dir, "update-ref", "refs/heads/main", f.heads["one"]).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
		if done, err := f.Landed(t.Context(), n, f.heads["one"], false); !done || err != nil || !f.Server.Pull(n).Merged {
			t.Errorf("%v %v %+v", done, err, f.Server.Pull(n))
		}
		squashed := f.propose(t, "two", "two", "", "ann") // no forge sees that main has it
		if done, err := f.Landed(t.Context(), squashed, f.heads["two"], false); done || err != nil {
			t.Errorf("%v %v", done, err)
		}
		if done, err := f.Landed(t.Context(), squashed, f.heads["two"], true); !done || err != nil || f.Server.Pull(squashed).Open {
			t.Errorf("%v %v", done, err)
		}
	})
}

func TestAForgeThatIsIllIsSaidToBe(t *testing.T) {
	each(t, func(t *testing.T, f far) {
		for _, c := range []struct {
			ill   forgetest.Ill
			kind  prentice.Kind
			after time.Duration
		}{
			{forgetest.Ill{Code: 429, Retry: "120"}, prentice.Unavailable, 2 * time.Minute},
			{forgetest.Ill{Code: 403, Retry: "7"}, prentice.Unavailable, 7 * time.Second},
			{forgetest.Ill{Code: 503}, prentice.Unavailable, 0},
			{forgetest.Ill{Code: 401}, prentice.Refused, 0},
			{forgetest.Ill{Code: 403}, prentice.Refused, 0},
			{forgetest.Ill{Code: 302}, prentice.Refused, 0},
			{forgetest.Ill{Huge: true}, prentice.Limited, 0},
			{forgetest.Ill{Silent: true, Timeout: time.Millisecond}, prentice.Unavailable, 0},
		} {
			if err := f.Fall(c.ill); err != nil {
				t.Fatal(err)
			}
			_, err := f.Pulls(t.Context())
			if prentice.KindOf(err) != c.kind {
				t.Errorf("%+v: %v", c.ill, err)
				continue
			}
			if wait, ok := errors.AsType[*forge.Wait](err); ok != (c.ill.Code == 429 || c.ill.Code == 503 || c.ill.Retry != "") || ok && wait.After != c.after {
				t.Errorf("%+v: %v", c.ill, wait)
			}
			if strings.Contains(err.Error(), forgetest.Token) {
				t.Errorf("the token is shown: %v", err)
			}
		}
		if err := f.Fall(forgetest.Ill{}); err != nil {
			t.Fatal(err)
		}
		wrong, err := adapter.Open(f.Place(), "another")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wrong.Pulls(t.Context()); prentice.KindOf(err) != prentice.Refused {
			t.Error(err)
		}
		f.Close()
		if _, err := f.Pulls(t.Context()); prentice.KindOf(err) != prentice.Unavailable {
			t.Error(err)
		}
	})
}

func TestATokenThatIsNoneIsSentToNoOne(t *testing.T) {
	p := forge.Place{Kind: forge.Gitea, Address: "https://git.example.org", Project: "team/shop"}
	for _, token := range []string{"", "a\r\nHost: b", "a b"} {
		if _, err := adapter.Open(p, token); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("%q: %v", token, err)
		}
	}
	p.Address = "http://git.example.org"
	if _, err := adapter.Open(p, "a"); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
}
