package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice/internal/kit/freeport"
)

// The peer is git's own program for HTTP, as git's manual sets it up under Apache.
const (
	apacheModules = "/usr/lib/apache2/modules"
	httpBackend   = "/usr/lib/git-core/git-http-backend"
)

// forge is how long a plain git takes with our server beside git http-backend under Apache,
// on this machine, in turn: a push of a commit with 1,000 changed lines to a new branch, a
// clone, and a list of the refs. The peer asks for no token, judges nothing and writes no
// evidence; ours does all three.
func forge(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // Apache gives up its rights
		return nil, err
	}
	theirs, end, err := apache(ctx, filepath.Join(dir, "apache"))
	if err != nil {
		return nil, err
	}
	defer end()
	p, err := startProcess(ctx, filepath.Join(dir, "ours"))
	if err != nil {
		return nil, err
	}
	defer p.end()
	if _, err := p.ask(ctx, "repository.create", map[string]any{"name": "shop"}); err != nil {
		return nil, err
	}
	ours := strings.Replace(p.url, "http://", "http://x:"+p.token+"@", 1) + "/git/shop.git"
	took, err := inTurn(ctx, filepath.Join(dir, "work"), ours, theirs)
	if err != nil {
		return nil, err
	}
	list := took.figures("forge.", 1.2, "prentice over git http-backend under Apache, which asks no one and judges nothing")
	var more []time.Duration
	for i, ours := range took["push"][0] {
		more = append(more, max(0, ours-took["push"][1][i]))
	}
	added := percentile(more, 0.95)
	return append(list, figure{"forge.protect", added, "ms", "≤ 50", added <= 50, "that a push of 1,000 changed lines takes longer than with the same peer, p95 of pairs: identity, policy, push protection and evidence"}), nil
}

// pairs are how long ours and theirs took, by what was asked.
type pairs map[string][2][]time.Duration

// figures are halves of ours over halves of theirs.
func (took pairs) figures(name string, most float64, note string) (list []figure) {
	for _, what := range []string{"push", "clone", "lsremote"} {
		a, b := percentile(took[what][0], 0.5), percentile(took[what][1], 0.5)
		list = append(list, figure{name + what, a / b, "×", fmt.Sprintf("≤ %.1f", most), a/b <= most, fmt.Sprintf("%s: %.0f ms over %.0f ms, half of %d in turn", note, a, b, len(took[what][0]))})
	}
	return list
}

// inTurn pushes commits of 1,000 changed lines, lists refs and clones, at both addresses.
func inTurn(ctx context.Context, work, ours, theirs string) (pairs, error) {
	files := map[string]string{}
	for i := range 200 {
		files[fmt.Sprintf("src/f%d.go", i)] = strings.Repeat(fmt.Sprintf("// line of file %d\n", i), 200)
	}
	if err := errors.Join(writeFiles(work, files), committed(ctx, work)); err != nil {
		return nil, err
	}
	took := pairs{}
	note := func(what string, of int, args ...string) error {
		begun := time.Now()
		if err := plainGit(ctx, work, args...); err != nil {
			return err
		}
		both := took[what]
		both[of] = append(both[of], time.Since(begun))
		took[what] = both
		return nil
	}
	for round := range 22 {
		if round > 0 {
			var text strings.Builder
			for line := range 1000 {
				fmt.Fprintf(&text, "const of%d_%d = %q\n", round, line, fmt.Sprint("a value that is new here ", round*line))
			}
			if err := writeFiles(work, map[string]string{"src/new.go": text.String()}); err != nil {
				return nil, err
			}
			if err := errors.Join(plainGit(ctx, work, "add", "-A"), plainGit(ctx, work, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "a change")); err != nil {
				return nil, err
			}
		}
		for of, address := range []string{ours, theirs} {
			what := "push"
			if round == 0 {
				what = "first" // it brings all, and is not counted
			}
			if err := note(what, of, "push", "-q", address, fmt.Sprintf("HEAD:refs/heads/b%d", round)); err != nil {
				return nil, err
			}
			if err := note("lsremote", of, "ls-remote", "-q", address); err != nil {
				return nil, err
			}
			if round%2 == 1 {
				to := filepath.Join(filepath.Dir(work), fmt.Sprintf("clone-%d-%d", round, of))
				if err := errors.Join(note("clone", of, "clone", "-q", "--no-checkout", "--branch", "b0", address, to), os.RemoveAll(to)); err != nil {
					return nil, err
				}
			}
		}
	}
	return took, nil
}

func plainGit(ctx context.Context, dir string, args ...string) error {
	if out, err := gitCommand(ctx, dir, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return nil
}

func gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	return cmd
}

// apache serves an empty repository by git http-backend, and says at which address.
func apache(ctx context.Context, dir string) (address string, end func(), err error) {
	program, err := exec.LookPath("apache2")
	if err != nil {
		return "", nil, fmt.Errorf("the peer is not here: apt install apache2: %w", err)
	}
	port, err := freeport.Give()
	if err != nil {
		return "", nil, err
	}
	at := freeport.Address(port)
	conf := "ServerRoot " + dir + "\nPidFile " + dir + "/pid\nListen " + at + "\nServerName localhost\nErrorLog " + dir + "/log\nMutex file:" + dir + "\n"
	for _, m := range []string{"mpm_prefork", "cgi", "env", "setenvif", "alias", "authz_core"} {
		conf += fmt.Sprintf("LoadModule %s_module %s/mod_%s.so\n", m, apacheModules, m)
	}
	conf += "SetEnv GIT_PROJECT_ROOT " + dir + "/repositories\nSetEnv GIT_HTTP_EXPORT_ALL 1\nSetEnvIf Git-Protocol \".*\" GIT_PROTOCOL=$0\nScriptAlias /git/ " + httpBackend + "/\n<Location />\nRequire all granted\n</Location>\n"
	if os.Getuid() == 0 {
		conf += "User www-data\nGroup www-data\n"
	}
	if err := writeFiles(dir, map[string]string{"apache.conf": conf}); err != nil {
		return "", nil, err
	}
	if err := errors.Join(plainGit(ctx, dir, "init", "-q", "--bare", "repositories/shop.git"), plainGit(ctx, filepath.Join(dir, "repositories/shop.git"), "config", "http.receivepack", "true")); err != nil {
		return "", nil, err
	}
	if os.Getuid() == 0 {
		if out, err := exec.CommandContext(ctx, "chown", "-R", "www-data:www-data", dir).CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("chown: %w: %s", err, out)
		}
	}
	server := exec.CommandContext(ctx, program, "-f", dir+"/apache.conf", "-DFOREGROUND")
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as it ends it ends its whole group
	if err := server.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		server.Process.Signal(os.Interrupt) //nolint:errcheck // it may have gone already
		server.Wait()                       //nolint:errcheck // as above
	}
	address = "http://" + at + "/git/shop.git"
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err = plainGit(ctx, dir, "ls-remote", address); err == nil {
			return address, end, nil
		}
	}
	end()
	said, _ := os.ReadFile(dir + "/log")
	return "", nil, fmt.Errorf("apache does not serve: %w: %s", err, said)
}
