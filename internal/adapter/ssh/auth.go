package ssh

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"prentice"
)

// defaultKeys are looked for in the folder of keys when a host names none.
var defaultKeys = []string{"id_ed25519", "id_ecdsa", "id_rsa"}

// signers are the keys and certificates to sign in with. A key that is named and
// cannot be used is an error.
func (r *Reach) signers(p *place) (list []ssh.Signer, err error) {
	names := p.keys
	if len(names) == 0 {
		names = defaultKeys
	}
	for _, name := range names {
		file, err := r.keyFile(name)
		if err != nil {
			return nil, err
		}
		some, err := r.keys.of([]string{file, file + certificate}, func() ([]ssh.Signer, error) { return fromFile(file) })
		if errors.Is(err, os.ErrNotExist) && len(p.keys) == 0 {
			continue
		}
		if err != nil {
			return nil, prentice.Errorf(prentice.Refused, "the key for %s: %w", p.name, err).Try("put a key without a passphrase there, for prentice's user alone, or use an agent")
		}
		list = append(list, some...)
	}
	if list = append(list, r.agent.signers(r.Agent, r.timed().agent)...); len(list) == 0 {
		return nil, prentice.Errorf(prentice.Refused, "there is no key to sign in to %s with", p.name).
			Try("make one with ssh-keygen -t ed25519 -N '' -f %s, and put its .pub into the host's authorized_keys", filepath.Join(r.Keys, defaultKeys[0]))
	}
	return list, nil
}

// keyFile is where the key of an IdentityFile is.
func (r *Reach) keyFile(name string) (string, error) {
	file, err := atHome(name)
	if err != nil {
		return "", prentice.Errorf(prentice.Invalid, "IdentityFile %s: %w", name, err)
	}
	if !filepath.IsAbs(file) {
		return filepath.Join(r.Keys, file), nil
	}
	return file, nil
}

// agentLink is the connection to an agent, which is kept.
type agentLink struct {
	mu     sync.Mutex // guards what follows
	conn   net.Conn
	client agent.Agent
	silent time.Time // when it last did not answer in time
}

// silentFor is how long an agent is left alone that did not answer.
const silentFor = time.Minute

// signers are the keys that the agent holds now. An agent that is not there, or does
// not answer in time, holds none: a key may be elsewhere, and anyone who has none at all
// is told so.
func (a *agentLink) signers(socket string, answers time.Duration) []ssh.Signer {
	if socket == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.silent.IsZero() && time.Since(a.silent) < silentFor {
		return nil
	}
	for range 2 { // the one that is kept may be gone
		if a.conn == nil {
			c, err := net.DialTimeout("unix", socket, answers)
			if err != nil {
				return nil
			}
			a.conn = prompt{c, answers}
			a.client = agent.NewClient(a.conn)
		}
		list, err := a.client.Signers()
		if err == nil {
			return list
		}
		a.conn.Close()
		a.conn = nil
		if slowAgent(err) {
			a.silent = time.Now()
			return nil
		}
	}
	return nil
}

// prompt is a connection on which what is asked is answered in time. An agent that is
// forwarded may have gone with its laptop, and another waits for a hand that does not
// come.
type prompt struct {
	net.Conn
	answers time.Duration
}

// Write implements io.Writer.
func (p prompt) Write(b []byte) (int, error) {
	if err := p.SetDeadline(time.Now().Add(p.answers)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// Read implements io.Reader.
func (p prompt) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errSlowAgent
	}
	return n, err
}

var errSlowAgent = errors.New("the agent does not answer")

// slowAgent says whether that is why. The client of the agent wraps nothing.
func slowAgent(err error) bool { return strings.Contains(err.Error(), errSlowAgent.Error()) }

func (a *agentLink) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn != nil {
		a.conn.Close()
		a.conn = nil
	}
}

// certificate is how the file of a key's certificate ends, as OpenSSH has it.
const certificate = "-cert.pub"

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
	raw, err = os.ReadFile(file + certificate)
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
