package githost

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/push"
)

// judge is a receiver that does as it is told.
type judge struct {
	mu     sync.Mutex
	seen   []push.Push
	refuse map[string]push.Refusal // by ref
	as     map[string][]push.Moved
}

func (j *judge) Judge(_ context.Context, p push.Push) ([]push.Answer, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seen = append(j.seen, p)
	return j.answers(p), nil
}

func (j *judge) answers(p push.Push) []push.Answer {
	list := make([]push.Answer, len(p.Commands))
	for i, c := range p.Commands {
		list[i].Ref = c.Ref
		if r, there := j.refuse[c.Ref]; there {
			list[i].Refused = &r
		}
	}
	return list
}

func (j *judge) Take(_ context.Context, p push.Push) ([]push.Answer, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := j.answers(p)
	for i, c := range p.Commands {
		list[i].As = j.as[c.Ref]
		if list[i].As != nil {
			list[i].Says = "see change 1 at http://example.org/"
		}
	}
	return list, nil
}

func (j *judge) last(t *testing.T) push.Push {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.seen) == 0 {
		t.Fatal("no push was judged")
	}
	return j.seen[len(j.seen)-1]
}

// nothing is objects that no one looks at.
type nothing struct{ push.Objects }

// site is a host that is served over HTTP on loopback, with a repository shop.
type site struct {
	*Host
	*judge
	url string
	dir string // of the repository
}

func serve(t *testing.T) *site {
	t.Helper()
	h := newHost(t)
	j := &judge{refuse: map[string]push.Refusal{}, as: map[string][]push.Moved{}}
	h.Receiver = j
	h.Objects = func(string, string) (push.Objects, func() error) { return nothing{}, func() error { return nil } }
	if err := h.Prepare(); err != nil {
		t.Fatal(err)
	}
	dir := made(t, h, "shop")
	server := httptest.NewServer(h.HTTP("/git/", testDoor()))
	t.Cleanup(server.Close)
	return &site{h, j, strings.Replace(server.URL, "http://", "http://x:good@", 1) + "/git/shop.git", dir}
}

func testDoor() Door {
	return Door{
		Token: func(_ context.Context, token string) (prentice.Actor, error) {
			if token != "good" && token != "reader" {
				return prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "no")
			}
			return prentice.Actor{Kind: prentice.Person, Name: token}, nil
		},
		Admit: func(_ context.Context, by prentice.Actor, repository string, pushes bool) error {
			if by.Name == "reader" && pushes {
				return prentice.Errorf(prentice.Denied, "reader only reads")
			}
			return nil
		},
		Status: func(err error) int {
			return map[prentice.Kind]int{prentice.Unauthenticated: 401, prentice.Denied: 403, prentice.NotFound: 404, prentice.Limited: 429, prentice.Refused: 409, prentice.Invalid: 400}[prentice.KindOf(err)]
		},
	}
}

// clone is a working copy with one commit, which knows the site as origin.
func (s *site) clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "remote", "add", "origin", s.url)
	commit(t, dir, "README", "hello\n")
	return dir
}

func commit(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "change "+name)
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(dir, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func tryGit(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
