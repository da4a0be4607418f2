package boot

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/ssh"
	"prentice/internal/kit/outlive"
	"prentice/internal/kit/proc"
	"prentice/internal/skill/security"
)

// openReach makes the way to other machines.
func (s *System) openReach() error {
	id, err := s.installation()
	if err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	s.reach = &ssh.Reach{
		Config: func() *ssh.Config { return s.Team.now.Load().ssh }, Keys: s.path("ssh"),
		Known: []string{filepath.Join(s.path("ssh"), "known_hosts")}, AlsoKnown: func() string { return filepath.Join(s.Team.dir(), "known_hosts") },
		Agent: os.Getenv("SSH_AUTH_SOCK"), Grace: proc.DefaultGrace,
		Helpers: sync.OnceValue(s.helpers), Unhelped: func(host, why string) {
			s.log.Warn("steps on a host begin by the shell wrapper, which costs more: it has no helper", "host", host, "why", why)
		},
	}
	s.claims = &shell.Claims{Install: id, Grace: proc.DefaultGrace}
	s.contacts.begin(s)
	s.closers = append(s.closers, s.reach.Close, s.claims.Close, s.contacts.Close)
	return nil
}

// helpers are the programs that may be put on hosts. To unpack them takes as long as a
// third of a start, and memory, so it is done when a step goes to the first host.
func (s *System) helpers() outlive.Helpers {
	if s.Settings.Helper == forbidden {
		return nil
	}
	list, err := s.Settings.build.helpers()
	if err != nil {
		s.log.Warn("steps on hosts begin by the shell wrapper, which costs more", "why", err)
	}
	return list
}

// helpers are those of a build.
func (b Build) helpers() (outlive.Helpers, error) {
	if b.Helpers != nil {
		return outlive.HelpersIn(b.Helpers)
	}
	return outlive.Built()
}

// onlyHere is what the environment of steps has that means nothing on another
// machine.
func (s *System) onlyHere() []string {
	var list []string
	for _, e := range s.stepEnv() {
		if !strings.HasPrefix(e, "PATH=") && !strings.HasPrefix(e, "LANG=") {
			list = append(list, e)
		}
	}
	return list
}

// installationID is what installation would say, if it has ever been asked.
func installationID(keys string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(keys, "installation"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(raw)), err
}

// installation is a word that tells this data folder from all others.
func installation(keys string) (string, error) {
	file := filepath.Join(keys, "installation")
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		raw = []byte(rand.Text() + "\n")
		err = os.WriteFile(file, raw, 0o600)
	}
	return strings.TrimSpace(string(raw)), err
}

// acceptKey finds a host in the catalog and accepts its key.
func (s *System) acceptKey(ctx context.Context, name, fingerprint string, replace bool) (security.HostKey, error) {
	name = strings.TrimPrefix(name, "host/")
	h, err := s.Team.Catalog().Host(name)
	if err == nil && h.Local && h.Address == "" {
		return security.HostKey{}, prentice.Errorf(prentice.Invalid, "host %s is this machine, and is not reached over SSH", name)
	}
	k, err := s.reach.Accept(ctx, name, h.Address, fingerprint, replace)
	if err == nil {
		s.tried.forget(prentice.NewRef("host", name)) // what was refused for its key
	}
	return security.HostKey{Host: prentice.NewRef("host", name), Address: k.Address, Type: k.Type, Fingerprint: k.Fingerprint}, err
}
