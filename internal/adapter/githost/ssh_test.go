package githost

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/needtest"
)

// overSSH serves the site over SSH too, for one key, and says with what git is to connect.
func (s *site) overSSH(t *testing.T) (url, with string) {
	t.Helper()
	needtest.Program(t, "ssh")
	dir := t.TempDir()
	for _, name := range []string{"good", "bad"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "good.pub"))
	if err != nil {
		t.Fatal(err)
	}
	good, _, _, _, err := ssh.ParseAuthorizedKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	d := testDoor()
	d.Key = func(_ context.Context, key []byte) (prentice.Actor, error) {
		if string(key) != string(good.Marshal()) {
			return prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "no")
		}
		return prentice.Actor{Kind: prentice.Person, Name: "ann"}, nil
	}
	server, err := s.NewSSH(d, filepath.Join(dir, "host"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Error("the server did not end")
		}
	})
	with = "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=" + filepath.Join(dir, "known") + " -o IdentitiesOnly=yes -i " + filepath.Join(dir, "good")
	return "ssh://git@" + l.Addr().String() + "/shop.git", with
}

func TestAnUnmodifiedGitPushesAndClonesOverSSH(t *testing.T) {
	s := serve(t)
	url, with := s.overSSH(t)
	t.Setenv("GIT_SSH_COMMAND", with)
	dir := s.clone(t)
	git(t, dir, "push", "-q", "-o", "topic=a b", url, "HEAD:refs/heads/main")
	if p := s.last(t); p.Door != "ssh" || p.By.Name != "ann" || len(p.Options) != 1 || p.Options[0] != "topic=a b" {
		t.Errorf("%+v", p)
	}
	for _, version := range []string{"0", "2"} {
		to := filepath.Join(t.TempDir(), "clone")
		git(t, dir, "-c", "protocol.version="+version, "clone", "-q", url, to)
		if text, err := os.ReadFile(filepath.Join(to, "README")); err != nil || string(text) != "hello\n" {
			t.Errorf("version %s: %q, %v", version, text, err)
		}
	}
	t.Setenv("GIT_SSH_COMMAND", strings.Replace(with, "/good", "/bad", 1))
	if out, err := tryGit(dir, "ls-remote", url); err == nil {
		t.Errorf("another key was let in: %s", out)
	}
}

func TestSSHServesGitAndNothingElse(t *testing.T) {
	s := serve(t)
	url, with := s.overSSH(t)
	host, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(url, "ssh://git@"), "/shop.git"))
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"", "sh", "git-upload-pack 'shop'; touch " + filepath.Join(s.Root, "x"), "git-upload-pack --help", "git-upload-pack '../shop'", "git-upload-pack '$(id)'", "git-upload-pack '--upload-pack=x'", "git-upload-archive 'shop'", "git-lfs-authenticate shop download", "git-upload-pack 'shop\nx'", "git-receive-pack 'none'"} {
		args := append(strings.Fields(with)[1:], "-p", port, "git@"+host)
		if what != "" {
			args = append(args, what)
		}
		out, err := exec.Command("ssh", args...).CombinedOutput()
		if err == nil {
			t.Errorf("%q was done: %s", what, out)
		}
	}
	for _, forward := range [][]string{{"-W", "127.0.0.1:1"}, {"-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"}} {
		args := append(append(strings.Fields(with)[1:], "-p", port), forward...)
		if out, err := exec.Command("ssh", append(args, "git@"+host)...).CombinedOutput(); err == nil {
			t.Errorf("%v was done: %s", forward, out)
		}
	}
	if _, err := os.Stat(filepath.Join(s.Root, "x")); err == nil {
		t.Error("a command of a shell was run")
	}
}

func TestTheKeyOfTheServerStays(t *testing.T) {
	h := newHost(t)
	file := filepath.Join(t.TempDir(), "host")
	one, err := h.NewSSH(Door{}, file)
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.NewSSH(Door{}, file)
	if err != nil || one.Fingerprint() != two.Fingerprint() {
		t.Errorf("%v, %v", two, err)
	}
	if about, err := os.Stat(file); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", about.Mode(), err)
	}
}
