package ssh

import (
	"bytes"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// marked is a line of known_hosts that says of a key that it is an authority's, or
// that it is revoked.
type marked struct {
	marker, patterns string
	key              ssh.PublicKey
	file             string
	line             int
}

// markedIn are those of some files. What cannot be read, the reader of all lines
// has refused.
func markedIn(files []string) []marked {
	var list []marked
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		number := 0
		for line := range bytes.Lines(raw) {
			number++
			words := strings.Fields(string(line))
			if len(words) < 4 || words[0] != "@cert-authority" && words[0] != "@revoked" {
				continue
			}
			key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(strings.Join(words[2:], " ")))
			if err == nil {
				list = append(list, marked{words[0], words[1], key, file, number})
			}
		}
	}
	return list
}

// authority says whether a key is that of an authority for an address; nil is any.
func (k *keyring) authority(address string, key ssh.PublicKey) bool {
	for _, m := range k.marked {
		if m.marker == "@cert-authority" && (key == nil || sameKey(m.key, key)) && m.fits(address) {
			return true
		}
	}
	return false
}

// revoked says whether a key is marked so, for whichever host.
func (k *keyring) revoked(key ssh.PublicKey) bool {
	for _, m := range k.marked {
		if m.marker == "@revoked" && sameKey(m.key, key) {
			return true
		}
	}
	return false
}

func sameKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// fits says whether the patterns of the line fit an address, with its port or
// without, as in OpenSSH.
func (m marked) fits(address string) bool {
	host, _, err := net.SplitHostPort(address)
	patterns := strings.ToLower(m.patterns)
	return listFits(patterns, strings.ToLower(knownhosts.Normalize(address))) || err == nil && listFits(patterns, strings.ToLower(host))
}

// certified is what is wrong with a host's certificate, if anything is.
func (k *keyring) certified(address string, remote net.Addr, cert *ssh.Certificate) error {
	checker := ssh.CertChecker{
		IsHostAuthority: func(authority ssh.PublicKey, address string) bool { return k.authority(address, authority) },
		IsRevoked:       func(c *ssh.Certificate) bool { return k.revoked(c.Key) || k.revoked(c.SignatureKey) },
	}
	return checker.CheckHostKey(address, remote, cert)
}
