package ssh

import (
	"bytes"
	"errors"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"prentice"
	"prentice/internal/engine/gate"
)

// keyring is the known keys of hosts, and what a host offered.
type keyring struct {
	check   ssh.HostKeyCallback
	marked  []marked
	name    string
	offered ssh.PublicKey
	refusal error
}

// knownKeys is what the files of known hosts say together.
type knownKeys struct {
	check  ssh.HostKeyCallback
	marked []marked
}

// ring is what the files of known hosts that are there say, for one host.
func (r *Reach) ring(name string) (*keyring, error) {
	files := r.Known
	if r.AlsoKnown != nil {
		files = append(slices.Clone(files), r.AlsoKnown())
	}
	known, err := r.rings.of(files, func() (knownKeys, error) {
		var there []string
		for _, f := range files {
			if _, err := os.Stat(f); err == nil {
				there = append(there, f)
			}
		}
		check, err := knownhosts.New(there...)
		return knownKeys{check, markedIn(there)}, err
	})
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "known hosts: %w", err).Try("correct that line, or take it out")
	}
	return &keyring{check: known.check, marked: known.marked, name: name}, nil
}

// callback refuses a key that is not known, and says what to do. Of a host that
// shows a certificate which no authority here has signed, the key in it counts.
func (k *keyring) callback(address string, remote net.Addr, key ssh.PublicKey) error {
	var certificate error // what is wrong with it
	cert, certified := key.(*ssh.Certificate)
	if certified {
		certificate = k.certified(address, remote, cert)
		key = cert.Key
	}
	k.offered = key
	if certified && certificate == nil {
		return nil
	}
	wanted := k.wanted(address)
	err := k.check(address, remote, key)
	if err == nil && !slices.ContainsFunc(wanted, func(w knownhosts.KnownKey) bool { return sameKey(w.Key, key) }) {
		err = &knownhosts.KeyError{Want: wanted} // an authority's key is no host's
	}
	if err == nil && (!certified || !k.revoked(cert.SignatureKey)) {
		return nil
	}
	offered := key.Type() + " " + ssh.FingerprintSHA256(key)
	if certified && k.revoked(cert.SignatureKey) {
		err = &knownhosts.RevokedError{}
	}
	if certified && k.authority(address, cert.SignatureKey) && !k.revoked(cert.SignatureKey) && !k.revoked(key) {
		k.refusal = prentice.Errorf(prentice.Refused, "the host certificate of %s (of %s) is refused: %w", k.name, offered, certificate).
			Try("look at the names and the time it is for on the host: ssh-keygen -Lf /etc/ssh/ssh_host_*-cert.pub")
		return k.refusal
	}
	var wrong *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case errors.As(err, &revoked):
		k.refusal = prentice.Errorf(prentice.Refused, "the host key of %s (%s) is revoked in the known_hosts files", k.name, offered).Try("do not use the host before its key is made anew")
	case !errors.As(err, &wrong):
		k.refusal = prentice.Errorf(prentice.Refused, "the host key of %s (%s) is refused: %w", k.name, offered, err).Try("look at the known_hosts files")
	case len(wanted) == 0:
		k.refusal = trouble{gate.ContactKeyUnknown, prentice.Errorf(prentice.Refused, "the host key of %s is not known; it offers %s", k.name, offered).
			Try("compare it on the host with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub, then: prentice host accept-key %s --fingerprint %s", k.name, ssh.FingerprintSHA256(key))}
	default:
		var had []string
		for _, w := range wanted {
			had = append(had, w.Key.Type()+" "+ssh.FingerprintSHA256(w.Key))
		}
		k.refusal = trouble{gate.ContactKeyChanged, prentice.Errorf(prentice.Refused, "the host key of %s has changed: known is %s, it offers %s", k.name, strings.Join(had, ", "), offered).
			Try("someone may be in between; if the host was set up anew, compare the key on the host, then: prentice host accept-key %s --fingerprint %s --replace", k.name, ssh.FingerprintSHA256(key))}
	}
	return k.refusal
}

// algorithms asks a host for its certificate, when an authority is known that may
// have signed one, and then for a key of the sorts that are known of it, so that a
// host with several keys is not taken for one whose key has changed. None means any.
func (k *keyring) algorithms(address string) []string {
	var list []string
	if k.authority(address, nil) {
		list = append(list, certificates...)
	}
	plain := k.wanted(address)
	for _, w := range plain {
		switch t := w.Key.Type(); t {
		case ssh.KeyAlgoRSA:
			list = append(list, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			list = append(list, t)
		}
	}
	if len(list) > 0 && len(plain) == 0 {
		for _, sort := range sorts { // without a certificate, the refusal names the key
			list = append(list, sort...)
		}
	}
	return list
}

// certificates are the sorts of certificate that are asked for.
var certificates = []string{
	ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01, ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01,
}

// wanted is the keys that are known of an address; an authority's is none of them.
func (k *keyring) wanted(address string) []knownhosts.KnownKey {
	var wrong *knownhosts.KeyError
	if !errors.As(k.check(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &wrong) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(wrong.Want), func(w knownhosts.KnownKey) bool {
		return slices.ContainsFunc(k.marked, func(m marked) bool { return m.file == w.Filename && m.line == w.Line })
	})
}

// noKey is a key that no one has.
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
