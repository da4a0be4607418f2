package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"prentice/internal/kit/freeport"
)

// gitolite is what its Debian package brings.
const gitolite = "/usr/share/gitolite3/gitolite-shell"

// forgeSSH is the same as forge over SSH, beside gitolite under OpenSSH's sshd: both know who
// comes by a key and ask their rules. The peer looks at nothing that is pushed.
func forgeSSH(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	key := filepath.Join(dir, "ann")
	if err := writeKey(key); err != nil {
		return nil, err
	}
	theirs, end, err := startGitolite(ctx, filepath.Join(dir, "gitolite"), key)
	if err != nil {
		return nil, err
	}
	defer end()
	port, err := freeport.Give()
	if err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, filepath.Join(dir, "ours"), "--git-ssh", freeport.Address(port))
	if err != nil {
		return nil, err
	}
	defer p.end()
	if _, err := p.ask(ctx, "repository.create", map[string]any{"name": "shop"}); err != nil {
		return nil, err
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		return nil, err
	}
	if _, err := p.ask(ctx, "key.add", map[string]any{"name": "bench", "key": string(public)}); err != nil {
		return nil, err
	}
	if err := os.Setenv("GIT_SSH_COMMAND", sshWith(key)); err != nil {
		return nil, err
	}
	defer os.Unsetenv("GIT_SSH_COMMAND")
	ours := fmt.Sprintf("ssh://git@%s/shop.git", freeport.Address(port))
	took, err := inTurn(ctx, filepath.Join(dir, "work"), ours, theirs)
	if err != nil {
		return nil, err
	}
	return took.figures("forge.ssh.", 1.0, "prentice over gitolite under sshd, over SSH with a key; gitolite judges nothing that is pushed"), nil
}

func sshWith(key string) string {
	return "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes -i " + key
}

// startGitolite serves a repository by gitolite, whose home is a folder of ours: sshd has the
// key begin it there, as the line does that gitolite writes.
func startGitolite(ctx context.Context, dir, key string) (address string, end func(), err error) {
	if _, err := os.Stat(gitolite); err != nil {
		return "", nil, fmt.Errorf("the peer is not here: apt install gitolite3: %w", err)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		return "", nil, err
	}
	port, err := freeport.Give()
	if err != nil {
		return "", nil, err
	}
	at := freeport.Address(port)
	host, number, _ := strings.Cut(at, ":")
	conf := fmt.Sprintf("Port %s\nListenAddress %s\nHostKey %s/host\nAuthorizedKeysFile %s/keys\nPidFile none\nStrictModes no\nUsePAM no\nUseDNS no\nPrintMotd no\nPrintLastLog no\nAcceptEnv GIT_PROTOCOL\nMaxStartups 100\n", number, host, dir, dir)
	files := map[string]string{"sshd.conf": conf, "ann.pub": string(public),
		"keys": fmt.Sprintf(`command="HOME=%s exec %s ann",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty %s`, dir, gitolite, public)}
	if err := errors.Join(writeFiles(dir, files), os.MkdirAll("/run/sshd", 0o755), writeKey(filepath.Join(dir, "host"))); err != nil {
		return "", nil, err
	}
	for _, argv := range [][]string{{"setup", "-pk", dir + "/ann.pub"}} {
		c := exec.CommandContext(ctx, "gitolite", argv...)
		c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir)
		if out, err := c.CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("gitolite %s: %w: %s", argv[0], err, out)
		}
	}
	server := exec.CommandContext(ctx, "/usr/sbin/sshd", "-D", "-f", dir+"/sshd.conf", "-E", dir+"/log")
	if err := server.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		server.Process.Signal(os.Interrupt) //nolint:errcheck // it may have gone already
		server.Wait()                       //nolint:errcheck // as above
	}
	who := "root"
	if name := os.Getenv("USER"); name != "" && os.Getuid() != 0 {
		who = name
	}
	return fmt.Sprintf("ssh://%s@%s/testing", who, at), end, nil // gitolite lets all read and write this one
}
