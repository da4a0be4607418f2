package ssh

import (
	"bytes"
	"errors"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"prentice"
)

// keyring is the known keys of hosts, and what a host offered.
type keyring struct {
	check   ssh.HostKeyCallback
	name    string
	offered ssh.PublicKey
	refusal error
}

// ring is what the files of known hosts that are there say, for one host.
func (r *Reach) ring(name string) (*keyring, error) {
	check, err := r.rings.of(r.Known, func() (ssh.HostKeyCallback, error) {
		var there []string
		for _, f := range r.Known {
			if _, err := os.Stat(f); err == nil {
				there = append(there, f)
			}
		}
		return knownhosts.New(there...)
	})
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "known hosts: %w", err).Try("mend that line, or take it out")
	}
	return &keyring{check: check, name: name}, nil
}

// callback refuses a key that is not known, and says what to do.
func (k *keyring) callback(address string, remote net.Addr, key ssh.PublicKey) error {
	k.offered = key
	err := k.check(address, remote, key)
	if err == nil {
		return nil
	}
	offered := key.Type() + " " + ssh.FingerprintSHA256(key)
	var wrong *knownhosts.KeyError
	switch {
	case !errors.As(err, &wrong):
		k.refusal = prentice.Errorf(prentice.Refused, "the host key of %s (%s) is refused: %w", k.name, offered, err).Try("look at the known_hosts files")
	case len(wrong.Want) == 0:
		k.refusal = prentice.Errorf(prentice.Refused, "the host key of %s is not known; it offers %s", k.name, offered).
			Try("compare it on the host with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub, then: prentice host accept-key %s --fingerprint %s", k.name, ssh.FingerprintSHA256(key))
	default:
		var had []string
		for _, w := range wrong.Want {
			had = append(had, w.Key.Type()+" "+ssh.FingerprintSHA256(w.Key))
		}
		k.refusal = prentice.Errorf(prentice.Refused, "the host key of %s has changed: known is %s, it offers %s", k.name, strings.Join(had, ", "), offered).
			Try("somebody may be in between; if the host was set up anew, compare the key on the host, then: prentice host accept-key %s --fingerprint %s --replace", k.name, ssh.FingerprintSHA256(key))
	}
	return k.refusal
}

// algorithms asks a host for a key of the sorts that are known of it, so that a
// host with several keys is not taken for one whose key has changed. None means
// any.
func (k *keyring) algorithms(address string) []string {
	var list []string
	for _, w := range k.wanted(address) {
		switch t := w.Key.Type(); t {
		case ssh.KeyAlgoRSA:
			list = append(list, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			list = append(list, t)
		}
	}
	return list
}

// wanted is the keys that are known of an address.
func (k *keyring) wanted(address string) []knownhosts.KnownKey {
	var wrong *knownhosts.KeyError
	if errors.As(k.check(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &wrong) {
		return wrong.Want
	}
	return nil
}

// noKey is a key that nobody has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// remember adds a key of an address to a file, in place of the keys that the
// file had of it when replace is set.
func remember(file, address string, key ssh.PublicKey, replace bool) error {
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var out bytes.Buffer
	host := knownhosts.Normalize(address)
	for line := range strings.Lines(string(raw)) {
		if replace && strings.HasPrefix(line, host+" ") {
			continue
		}
		out.WriteString(strings.TrimRight(line, "\n") + "\n")
	}
	out.WriteString(knownhosts.Line([]string{address}, key) + "\n")
	temporary := file + ".new"
	if err := os.WriteFile(temporary, out.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, file)
}
