package ssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func line(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// What OpenSSH accepts is accepted, and nothing else: the lines are those of a
// known_hosts, and the host shows a certificate or a plain key.
func TestCertificatesOfHostsAreKnownByTheirAuthority(t *testing.T) {
	authority, stranger, host, other := newSigner(t), newSigner(t), newSigner(t), newSigner(t)
	certified := func(by ssh.Signer, names ...string) ssh.PublicKey {
		c := &ssh.Certificate{Key: host.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: names, ValidBefore: ssh.CertTimeInfinity, ValidAfter: uint64(time.Unix(0, 0).Unix())}
		if err := c.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		return c
	}
	const address = "192.0.2.1:2299"
	ca, plain := line(authority.PublicKey()), line(host.PublicKey())
	for _, c := range []struct {
		name, known string
		shows       ssh.PublicKey
		refused     string
	}{
		{"by an authority for the address", "@cert-authority [192.0.2.1]:2299 " + ca, certified(authority, "192.0.2.1"), ""},
		{"by an authority for all", "@cert-authority * " + ca, certified(authority, "192.0.2.1"), ""},
		{"by an authority for the name without the port", "@cert-authority 192.0.2.* " + ca, certified(authority, "192.0.2.1"), ""},
		{"by an authority for others", "@cert-authority *.example " + ca, certified(authority, "192.0.2.1"), "is not known; it offers ssh-ed25519 " + ssh.FingerprintSHA256(host.PublicKey())},
		{"for another name", "@cert-authority * " + ca, certified(authority, "web.example"), "the host certificate of web1"},
		{"by a stranger", "@cert-authority * " + ca, certified(stranger, "192.0.2.1"), "is not known; it offers ssh-ed25519 " + ssh.FingerprintSHA256(host.PublicKey())},
		{"by a stranger, and the key is known", "[192.0.2.1]:2299 " + plain, certified(stranger, "192.0.2.1"), ""},
		{"by a stranger, and another key is known", "[192.0.2.1]:2299 " + line(other.PublicKey()), certified(stranger, "192.0.2.1"), "has changed: known is ssh-ed25519 " + ssh.FingerprintSHA256(other.PublicKey())},
		{"a plain key that is known, beside an authority", "@cert-authority * " + ca + "\n[192.0.2.1]:2299 " + plain, host.PublicKey(), ""},
		{"a plain key, and only an authority is known", "@cert-authority [192.0.2.1]:2299 " + ca, host.PublicKey(), "is not known; it offers"},
		{"the authority's own key", "@cert-authority [192.0.2.1]:2299 " + ca, authority.PublicKey(), "is not known; it offers"},
		{"of a key that is revoked", "@cert-authority * " + ca + "\n@revoked * " + plain, certified(authority, "192.0.2.1"), "is revoked"},
		{"by an authority that is revoked", "@cert-authority * " + ca + "\n@revoked * " + ca, certified(authority, "192.0.2.1"), "is revoked"},
		{"a plain key that is revoked", "[192.0.2.1]:2299 " + plain + "\n@revoked * " + plain, host.PublicKey(), "is revoked"},
	} {
		file := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(file, []byte(c.known+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		ring, err := (&Reach{Known: []string{file}}).ring("web1")
		if err != nil {
			t.Fatal(err)
		}
		err = ring.callback(address, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 2299}, c.shows)
		switch {
		case c.refused == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
			t.Errorf("%s: %v, wants %s", c.name, err, c.refused)
		case err != nil && strings.Contains(err.Error(), ssh.FingerprintSHA256(authority.PublicKey())) && !sameKey(c.shows, authority.PublicKey()):
			t.Errorf("%s: the authority's key is taken for the host's: %v", c.name, err)
		}
	}
}

func TestACertificateIsAskedForFirst(t *testing.T) {
	authority, host := newSigner(t), newSigner(t)
	file := filepath.Join(t.TempDir(), "known_hosts")
	text := "@cert-authority * " + line(authority.PublicKey()) + "\n" + knownhosts.Line([]string{"192.0.2.1:2299"}, host.PublicKey()) + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := (&Reach{Known: []string{file}}).ring("web1")
	if err != nil {
		t.Fatal(err)
	}
	if got := ring.algorithms("192.0.2.1:2299"); !slices.Equal(got, append(slices.Clone(certificates), ssh.KeyAlgoED25519)) {
		t.Errorf("%v", got)
	}
	if got := ring.algorithms("192.0.2.7:22"); got[0] != ssh.CertAlgoED25519v01 || !slices.Contains(got, ssh.KeyAlgoRSASHA512) {
		t.Errorf("of a host that is not known: %v", got)
	}
}
