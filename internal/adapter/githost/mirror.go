package githost

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/reach"
)

// Target refuses what nothing is pushed to: what runs programs, what can be read on the way,
// and a host of SSH of which no key is known.
func (h *Host) Target(to, hostKey string) error {
	u, err := url.Parse(to)
	wrong := prentice.Errorf(prentice.Invalid, "%q is nothing that a repository is pushed to", clip.Text(to)).Try("name an https:// or ssh:// address without a password in it")
	if err != nil || u.Hostname() == "" || u.Path == "" || strings.HasPrefix(u.Host, "-") || strings.ContainsAny(to, "\x00\n\r\\ '") || !strings.HasPrefix(to, u.Scheme+"://") {
		return wrong
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast()) {
		return wrong
	}
	_, password := u.User.Password()
	switch {
	case password || u.Scheme != "ssh" && u.User != nil:
		return wrong
	case u.Scheme == "https", u.Scheme == "http" && reach.IsHere(to):
		return nil
	case u.Scheme != "ssh":
		return wrong
	}
	if strings.HasPrefix(u.User.Username(), "-") {
		return wrong
	}
	if _, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(hostKey)); err != nil || len(rest) > 0 || strings.ContainsAny(hostKey, "\n\r") {
		return prentice.Errorf(prentice.Invalid, "the key of the host is not one").Try("give what ssh-keyscan prints without the name, such as: ssh-ed25519 AAAAC3Nza…")
	}
	return nil
}

// Push pushes branches and tags to another place. Unless it deletes, what went on there is
// not overwritten, and nothing is taken away. The secret is in no argument, and in no error.
func (h *Host) Push(ctx context.Context, name, to, secret, hostKey string, deletes bool) error {
	if err := h.Target(to, hostKey); err != nil {
		return err
	}
	dir, err := h.Open(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	env := []string{"GIT_DIR=" + dir, "GIT_ALLOW_PROTOCOL=https:http:ssh"}
	more, done, err := h.credentials(to, secret, hostKey)
	if err != nil {
		return err
	}
	defer done()
	args := []string{"-c", "protocol.https.allow=always", "-c", "protocol.http.allow=always", "-c", "protocol.ssh.allow=always", "-c", "http.followRedirects=false", "-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60",
		"push", "--porcelain", "--no-verify", "--no-recurse-submodules"}
	force := ""
	if deletes {
		args, force = append(args, "--prune"), "+"
	}
	args = append(args, "--end-of-options", to, force+"refs/heads/*:refs/heads/*", force+"refs/tags/*:refs/tags/*")
	out, says := &proc.Bounded{Most: 1 << 20}, &proc.Bounded{Most: 16 << 10}
	exit, err := proc.Run(ctx, proc.Spec{Argv: append(append([]string{"git"}, h.ours()...), args...), Dir: dir, Env: h.env(append(env, more...)...), Out: out, Err: says, Grace: 5 * time.Second})
	switch {
	case errors.Is(err, proc.ErrStart):
		return prentice.Errorf(prentice.Unavailable, "repositories are kept with git, and there is none here").Try("install git: apt install git")
	case err != nil:
		return prentice.Errorf(prentice.Unavailable, "git did not come to its end: %w", err).Try("try again")
	case exit.OK():
		return nil
	}
	why := push.Plain(mask.String(whyNot(out.String(), says.String()), append(strings.Split(secret, "\n"), secret, basic(secret))))
	return prentice.Errorf(prentice.Unavailable, "it was not taken: %s", clip.Text(why)).Try("see the rights of the secret, and whether someone pushes there")
}

// whyNot is the first reason that git gives: a ref that was refused, or why nothing was tried.
func whyNot(out, says string) string {
	for _, line := range strings.Split(out, "\n") {
		if rest, found := strings.CutPrefix(line, "!\t"); found {
			return strings.ReplaceAll(rest, "\t", " ")
		}
	}
	for _, line := range strings.Split(says, "\n") {
		if strings.HasPrefix(line, "fatal: Could not read from remote") { // what ssh says is the reason
			continue
		}
		for _, word := range []string{"fatal: ", "remote: ", "denied", "failed", "refused"} {
			if strings.Contains(line, word) {
				return line
			}
		}
	}
	return lastLine(says)
}

// basic is a token as HTTP wants it.
func basic(secret string) string {
	if !strings.Contains(secret, ":") {
		secret = "x:" + secret
	}
	return base64.StdEncoding.EncodeToString([]byte(secret))
}

// credentials are what git needs beside the address, in its environment and in files that
// are gone with done.
func (h *Host) credentials(to, secret, hostKey string) (env []string, done func(), err error) {
	if !strings.HasPrefix(to, "ssh://") {
		return []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic " + basic(strings.TrimSpace(secret))}, func() {}, nil
	}
	u, err := url.Parse(to)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(h.Own, 0o700); err != nil {
		return nil, nil, cannotWrite(h.Own, err)
	}
	dir, err := os.MkdirTemp(h.Own, "mirror-")
	if err != nil {
		return nil, nil, cannotWrite(h.Own, err)
	}
	done = func() { os.RemoveAll(dir) } //nolint:errcheck // what stays is removed with the folder at the next start
	known := u.Hostname()
	if u.Port() != "" && u.Port() != "22" {
		known = "[" + known + "]:" + u.Port()
	}
	for name, text := range map[string]string{"key": strings.TrimSpace(secret) + "\n", "known_hosts": known + " " + strings.TrimSpace(hostKey) + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			done()
			return nil, nil, cannotWrite(dir, err)
		}
	}
	quoted := func(name string) string {
		return "'" + strings.ReplaceAll(filepath.Join(dir, name), "'", `'\''`) + "'"
	}
	command := "ssh -F /dev/null -i " + quoted("key") + " -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=" + quoted("known_hosts") +
		" -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no -o ConnectTimeout=15 -o ServerAliveInterval=15"
	return []string{"GIT_SSH_COMMAND=" + command, "GIT_SSH_VARIANT=ssh"}, done, nil
}
