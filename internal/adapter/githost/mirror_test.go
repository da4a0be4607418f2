package githost

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
)

const someHostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILpvxP3xZ0UfEhyqOBvtC5dbr1B6SL+PKplp7J1WsHeA"

func TestOnlyToWhatRunsNothingIsPushed(t *testing.T) {
	h := newHost(t)
	for _, to := range []string{"ext::sh -c id", "--receive-pack=id", "git@host:x", "../x", "/x", "file:///x", "https://me:secret@host/x", "https://me@host/x", "http://example.org/x", "https://169.254.169.254/x", "https://", "https://host", "ssh://-oProxyCommand=id/x",
		"ssh://-oX@host/x", "ssh://me:secret@host/x", "https://host/a\nb", "https://host/a b", "git://host/x", ""} {
		if err := h.Push(context.Background(), "shop", to, "token", someHostKey, false); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", to, err)
		}
	}
	for _, key := range []string{"", "ssh-ed25519", "host ssh-ed25519 AAAA", someHostKey + "\n* " + someHostKey} {
		if err := h.Target("ssh://git@host/x.git", key); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("key %q: %v", key, err)
		}
	}
	for _, to := range []string{"https://host/x.git", "http://127.0.0.1:1/x.git", "https://10.0.0.1/x"} {
		if err := h.Target(to, ""); err != nil {
			t.Errorf("%q: %v", to, err)
		}
	}
}

// there is git http-backend, which wants a token.
func there(t *testing.T, token string) (url, dir string) {
	t.Helper()
	backend := strings.TrimSpace(git(t, t.TempDir(), "--exec-path")) + "/git-http-backend"
	if _, err := exec.LookPath(backend); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	dir = filepath.Join(root, "copy.git")
	git(t, root, "init", "-q", "--bare", dir)
	git(t, dir, "config", "http.receivepack", "true")
	handler := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, given, _ := r.BasicAuth(); given != token {
			http.Error(w, "no, "+r.Header.Get("Authorization"), http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/copy.git", dir
}

func TestWhatWentOnThereIsNotOverwrittenAndNothingIsDeleted(t *testing.T) {
	s := serve(t)
	work := s.clone(t)
	url, copied := there(t, "a-long-token")
	git(t, work, "push", "-q", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/old")
	if err := s.Push(context.Background(), "shop", url, "a-long-token\n", "", false); err != nil {
		t.Fatal(err)
	}
	if is, want := git(t, copied, "rev-parse", "refs/heads/main"), git(t, work, "rev-parse", "HEAD"); is != want {
		t.Errorf("main there is %s", is)
	}
	theirs := git(t, copied, "-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-p", "refs/heads/main", "-m", "theirs", "refs/heads/main^{tree}")
	git(t, copied, "update-ref", "refs/heads/main", theirs)
	commit(t, work, "two", "2")
	git(t, s.dir, "update-ref", "refs/heads/main", git(t, work, "rev-parse", "HEAD^"))
	git(t, s.dir, "update-ref", "-d", "refs/heads/old")
	git(t, work, "push", "-q", "origin", "HEAD:refs/heads/new")
	err := s.Push(context.Background(), "shop", url, "user:a-long-token", "", false)
	if err == nil || !strings.Contains(err.Error(), "refs/heads/main") {
		t.Errorf("what went on there: %v", err)
	}
	if is := git(t, copied, "rev-parse", "refs/heads/main"); is != theirs {
		t.Error("it was overwritten")
	}
	if refs := git(t, copied, "for-each-ref", "--format=%(refname)"); !strings.Contains(refs, "refs/heads/old") || !strings.Contains(refs, "refs/heads/new") {
		t.Errorf("there is %s", refs)
	}
	if err := s.Push(context.Background(), "shop", url, "a-long-token", "", true); err != nil {
		t.Fatal(err)
	}
	if refs := git(t, copied, "for-each-ref", "--format=%(refname)"); strings.Contains(refs, "refs/heads/old") || git(t, copied, "rev-parse", "refs/heads/main") == theirs {
		t.Errorf("where it was said, there is %s", refs)
	}
}

func TestATokenIsInNoErrorAndNoKeyIsLeft(t *testing.T) {
	s := serve(t)
	git(t, s.clone(t), "push", "-q", "origin", "HEAD:refs/heads/main")
	url, _ := there(t, "a-long-token")
	err := s.Push(context.Background(), "shop", url, "another-token", "", false)
	if err == nil || strings.Contains(err.Error(), "another-token") || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte("x:another-token"))) {
		t.Errorf("it says %v", err)
	}
	err = s.Push(context.Background(), "shop", "ssh://git@127.0.0.1:1/x.git", "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0IG9mIGEga2V5\n-----END OPENSSH PRIVATE KEY-----", someHostKey, false)
	if err == nil || strings.Contains(err.Error(), "c2VjcmV0") {
		t.Errorf("it says %v", err)
	}
	left, err := filepath.Glob(filepath.Join(s.Own, "mirror-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %q %v", left, err)
	}
	if _, err := os.Stat(s.Own); err != nil {
		t.Fatal(err)
	}
}

func TestOfWhatGitSaysTheReasonIsTold(t *testing.T) {
	for _, c := range [][3]string{
		{"To https://host/x\n!\trefs/heads/main:refs/heads/main\t[rejected] (fetch first)\nDone", "error: failed to push some refs", "refs/heads/main:refs/heads/main [rejected] (fetch first)"},
		{"", "Host key verification failed.\r\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights", "Host key verification failed.\r"},
		{"", "remote: no such repository\nfatal: repository 'https://host/x/' not found", "remote: no such repository"},
		{"", "something else", "something else"},
	} {
		if got := whyNot(c[0], c[1]); got != c[2] {
			t.Errorf("%q", got)
		}
	}
}
