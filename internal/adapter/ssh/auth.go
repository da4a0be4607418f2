package ssh

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"prentice"
)

// defaultKeys are looked for in the folder of keys when a host names none.
var defaultKeys = []string{"id_ed25519", "id_ecdsa", "id_rsa"}

// signers are the keys and certificates to sign in with; done closes the way to
// the agent. A key that is named and cannot be used is an error.
func (r *Reach) signers(p *place) (list []ssh.Signer, done func(), err error) {
	done = func() {}
	names := p.keys
	if len(names) == 0 {
		names = defaultKeys
	}
	for _, name := range names {
		file := name
		if rest, home := strings.CutPrefix(file, "~/"); home {
			folder, err := os.UserHomeDir()
			if err != nil {
				return nil, done, prentice.Errorf(prentice.Invalid, "IdentityFile %s: %w", name, err)
			}
			file = filepath.Join(folder, rest)
		} else if !filepath.IsAbs(file) {
			file = filepath.Join(r.Keys, file)
		}
		some, err := fromFile(file)
		if errors.Is(err, os.ErrNotExist) && len(p.keys) == 0 {
			continue
		}
		if err != nil {
			return nil, done, prentice.Errorf(prentice.Refused, "the key for %s: %w", p.name, err).Try("put a key without a passphrase there, for prentice's user alone, or use an agent")
		}
		list = append(list, some...)
	}
	if r.Agent != "" {
		c, err := net.Dial("unix", r.Agent)
		if err == nil {
			done = func() { c.Close() }
			if some, err := agent.NewClient(c).Signers(); err == nil {
				list = append(list, some...)
			}
		}
	}
	if len(list) == 0 {
		return nil, done, prentice.Errorf(prentice.Refused, "there is no key to sign in to %s with", p.name).
			Try("make one with ssh-keygen -t ed25519 -N '' -f %s, and put its .pub into the host's authorized_keys", filepath.Join(r.Keys, defaultKeys[0]))
	}
	return list, done, nil
}

// fromFile reads a private key, and the certificate beside it if there is one.
func fromFile(file string) ([]ssh.Signer, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %o)", file, info.Mode().Perm())
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	raw, err = os.ReadFile(file + "-cert.pub")
	if errors.Is(err, os.ErrNotExist) {
		return []ssh.Signer{key}, nil
	}
	if err != nil {
		return nil, err
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(raw)
	if err != nil {
		return nil, fmt.Errorf("%s-cert.pub: %w", file, err)
	}
	cert, ok := public.(*ssh.Certificate)
	if !ok {
		return nil, fmt.Errorf("%s-cert.pub is not a certificate", file)
	}
	signed, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s-cert.pub: %w", file, err)
	}
	return []ssh.Signer{signed, key}, nil
}
