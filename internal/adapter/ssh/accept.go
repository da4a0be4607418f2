package ssh

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"prentice"
)

// HostKey is a key that a host offered.
type HostKey struct {
	Address     string
	Type        string
	Fingerprint string
}

// sorts are the sorts of host key that are asked for, one after the other.
var sorts = [][]string{
	{ssh.KeyAlgoED25519}, {ssh.KeyAlgoECDSA256}, {ssh.KeyAlgoECDSA384}, {ssh.KeyAlgoECDSA521}, {ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256},
}

// Accept asks a host for its keys and remembers the one of this fingerprint. One
// that takes the place of another needs replace. What the host offers instead is
// an error that names it.
func (r *Reach) Accept(ctx context.Context, name, address, fingerprint string, replace bool) (HostKey, error) {
	var config *Config
	if r.Config != nil {
		config = r.Config()
	}
	if address == "" && config.of(name).hostName == "" {
		return HostKey{}, prentice.Errorf(prentice.NotFound, "no host %q in the catalog or in %s", name, ConfigFile).Try("list them with: prentice catalog list --kind host")
	}
	p, err := locate(name, address, config, 0)
	if err != nil {
		return HostKey{}, err
	}
	if why := p.why(); why != "" {
		return HostKey{}, prentice.Errorf(prentice.Refused, "host %s is not reached from here: %s", name, why).Try("see prentice catalog check")
	}
	var offered []string
	for _, algorithms := range sorts {
		key, err := r.offer(ctx, p, algorithms)
		if err != nil {
			return HostKey{}, err
		}
		if key == nil {
			continue
		}
		if ssh.FingerprintSHA256(key) == fingerprint {
			return r.learn(p, key, replace)
		}
		offered = append(offered, key.Type()+" "+ssh.FingerprintSHA256(key))
	}
	e := prentice.Errorf(prentice.Conflict, "host %s at %s does not offer %s; it offers %s", name, p.address, fingerprint, strings.Join(offered, ", "))
	return HostKey{}, e.Try("compare on the host with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
}

// learn writes a key down, unless another is known already.
func (r *Reach) learn(p *place, key ssh.PublicKey, replace bool) (HostKey, error) {
	ring, err := r.ring(p.name)
	if err != nil {
		return HostKey{}, err
	}
	k := HostKey{Address: p.address, Type: key.Type(), Fingerprint: ssh.FingerprintSHA256(key)}
	if ring.callback(p.address, &net.TCPAddr{IP: net.IPv4zero}, key) == nil {
		return k, nil
	}
	for _, w := range ring.wanted(p.address) {
		if !replace {
			return k, ring.refusal
		}
		if w.Filename != r.Known[0] {
			return k, prentice.Errorf(prentice.Conflict, "another key of host %s is in %s, line %d", p.name, w.Filename, w.Line).Try("take that line out first")
		}
	}
	if err := os.MkdirAll(filepath.Dir(r.Known[0]), 0o700); err != nil {
		return k, err
	}
	return k, remember(r.Known[0], p.address, key, replace)
}

// offer is the key of some sort that a host has, or nil when it has none.
func (r *Reach) offer(ctx context.Context, p *place, algorithms []string) (ssh.PublicKey, error) {
	seen := errors.New("seen")
	var key ssh.PublicKey
	ctx, cancel := context.WithTimeout(ctx, r.timed().dial)
	defer cancel()
	conn, leave, err := r.wire(ctx, p)
	if err != nil {
		return nil, err
	}
	defer leave()
	defer conn.Close()
	give := context.AfterFunc(ctx, func() { conn.Close() })
	_, _, _, err = ssh.NewClientConn(conn, p.address, &ssh.ClientConfig{User: p.user, HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(_ string, _ net.Addr, k ssh.PublicKey) error { key = k; return seen }})
	inTime := give()
	var none *ssh.AlgorithmNegotiationError
	switch {
	case key != nil || errors.As(err, &none):
		return key, nil
	case !inTime:
		return nil, r.tooSlow(p)
	}
	return nil, prentice.Errorf(prentice.Unavailable, "host %s at %s: %w", p.name, p.address, err).Try("look whether sshd runs there")
}
