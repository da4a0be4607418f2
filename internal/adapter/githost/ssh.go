package githost

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/crowd"
)

// How many may come over SSH at once, and how long each may take to say who they are.
const (
	mostSSH       = 256
	mostSSHOfPeer = 32
	handshake     = 20 * time.Second
	mostSessions  = 8 // of one connection, in all
)

// SSH serves git over SSH: a key, two commands, and nothing else. There is no shell, no
// terminal, no forwarding, and no user name counts.
type SSH struct {
	*Host
	Door
	key   ssh.Signer
	tries *tries

	mu   sync.Mutex // guards the rest
	all  int
	from map[string]int
	busy sync.WaitGroup
}

// NewSSH is a server of SSH, whose own key lies in a file and is made when there is none.
func (h *Host) NewSSH(d Door, keyFile string) (*SSH, error) {
	key, err := hostKey(keyFile)
	if err != nil {
		return nil, err
	}
	return &SSH{Host: h, Door: d, key: key, tries: newTries(h.Clock), from: map[string]int{}}, nil
}

// Fingerprint is that of the server's own key, as clients show it.
func (s *SSH) Fingerprint() string { return ssh.FingerprintSHA256(s.key.PublicKey()) }

// hostKey reads the server's own key, or makes it.
func hostKey(file string) (ssh.Signer, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		block, err := ssh.MarshalPrivateKey(private, "prentice")
		if err != nil {
			return nil, err
		}
		raw = pem.EncodeToMemory(block)
		if err := keepKey(file, raw); err != nil {
			return nil, cannotWrite(filepath.Dir(file), err)
		}
	} else if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the key of the SSH server cannot be read: %w", err).Try("let the user who runs prentice read %s", file)
	}
	key, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s is no key: %w", file, err).Try("bring it back from a backup, or remove it; clients notice that there is another")
	}
	return key, nil
}

// keepKey writes a file that is there whole, or not.
func keepKey(file string, raw []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(raw)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return os.Rename(temp.Name(), file)
}

// Serve answers until ctx ends; then those who are being served are left.
func (s *SSH) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer s.busy.Wait()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			select { // of too many open files, for one; that passes
			case <-ctx.Done():
				return nil
			case <-time.After(100 * time.Millisecond):
				continue
			}
		}
		peer := crowd.Peer(c.RemoteAddr().String())
		if !s.enterSSH(peer) {
			c.Close()
			continue
		}
		s.busy.Go(func() {
			defer s.leave(peer)
			s.connection(ctx, c, peer)
		})
	}
}

func (s *SSH) enterSSH(peer string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= mostSSH || s.from[peer] >= mostSSHOfPeer || s.tries.wait(peer) {
		return false
	}
	s.all++
	s.from[peer]++
	return true
}

func (s *SSH) leave(peer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.from[peer]--; s.from[peer] == 0 {
		delete(s.from, peer)
	}
}

type actorKey struct{}

// connection is one client, from its first byte to its last.
func (s *SSH) connection(ctx context.Context, c net.Conn, peer string) {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	config := &ssh.ServerConfig{MaxAuthTries: 6, ServerVersion: "SSH-2.0-prentice",
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			actor, err := s.Key(ctx, key.Marshal())
			if err != nil || !actor.Known() {
				return nil, errors.New("the key is not known")
			}
			actor.Door = "git"
			return &ssh.Permissions{ExtraData: map[any]any{actorKey{}: actor}}, nil
		}}
	config.AddHostKey(s.key)
	_ = c.SetDeadline(time.Now().Add(handshake)) // a connection that has gone says so itself
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		if _, refused := errors.AsType[*ssh.ServerAuthError](err); refused {
			s.tries.wrong(peer)
		}
		return
	}
	_ = c.SetDeadline(time.Time{})
	defer conn.Close()
	go ssh.DiscardRequests(requests) // no forwarding, nothing global; it ends with the connection
	actor, _ := conn.Permissions.ExtraData[actorKey{}].(prentice.Actor)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	n := 0
	for {
		idle := time.AfterFunc(2*time.Minute, func() { c.Close() }) // one that asks for nothing goes
		next, open := <-channels
		idle.Stop()
		if !open {
			return
		}
		if n++; next.ChannelType() != "session" || n > mostSessions {
			next.Reject(ssh.Prohibited, "git is served here, and nothing else") //nolint:errcheck // who has gone hears nothing
			continue
		}
		channel, asked, err := next.Accept()
		if err != nil {
			return
		}
		s.session(ctx, channel, asked, actor)
		sessions.Wait()
	}
}

// commands are the two that there are. A name goes on to no shell.
var commands = regexp.MustCompile(`^git[- ](upload-pack|receive-pack) '?/?(?:git/)?([a-z0-9][a-z0-9._-]{0,66}?)(?:\.git)?/?'?$`)

// session is one command.
func (s *SSH) session(ctx context.Context, channel ssh.Channel, asked <-chan *ssh.Request, actor prentice.Actor) {
	defer channel.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	protocolSaid := ""
	for r := range asked {
		switch r.Type {
		case "env":
			var pair struct{ Name, Value string }
			ok := ssh.Unmarshal(r.Payload, &pair) == nil && pair.Name == "GIT_PROTOCOL"
			if ok {
				protocolSaid = pair.Value
			}
			r.Reply(ok, nil) //nolint:errcheck // who has gone hears nothing
		case "exec":
			var line struct{ Command string }
			if ssh.Unmarshal(r.Payload, &line) != nil {
				r.Reply(false, nil) //nolint:errcheck // as above
				return
			}
			r.Reply(true, nil) //nolint:errcheck // as above
			go func() {        // what comes after the command is not heard; that the client has gone is
				ssh.DiscardRequests(asked)
				cancel()
			}()
			exit(channel, s.command(ctx, channel, actor, line.Command, protocolSaid))
			return
		case "shell", "subsystem":
			r.Reply(true, nil) //nolint:errcheck // as above
			fmt.Fprintf(channel.Stderr(), "Hello %s. prentice serves git here, and no shell.\r\n", actor.Name)
			exit(channel, 1)
			return
		default:
			r.Reply(false, nil) //nolint:errcheck // as above
		}
	}
}

func exit(channel ssh.Channel, code uint32) {
	channel.CloseWrite()                                                                //nolint:errcheck // as above
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{code})) //nolint:errcheck // as above
}

func (s *SSH) command(ctx context.Context, channel ssh.Channel, actor prentice.Actor, line, protocolSaid string) uint32 {
	say := func(err error) uint32 {
		io.WriteString(channel.Stderr(), "prentice: "+lines(s.explained(err))) //nolint:errcheck // as above
		return 1
	}
	part := commands.FindStringSubmatch(line)
	switch {
	case part == nil && len(line) > 20 && line[:20] == "git-lfs-authenticate":
		return say(prentice.Errorf(prentice.Refused, "this server keeps no Git LFS files").Try("keep them in git itself (git lfs migrate export --include='*'), or where artefacts are kept"))
	case part == nil:
		return say(prentice.Errorf(prentice.Refused, "git-upload-pack and git-receive-pack of a repository are served here, and nothing else").Try("ask for the address: prentice repository clone NAME"))
	}
	service, name := Service(part[1]), part[2]
	if err := s.Admit(ctx, actor, name, service == Receive); err != nil {
		return say(err)
	}
	a := Ask{Service: service, Repository: name, By: actor, Door: "ssh", Protocol: protocolSaid}
	if err := s.Host.Serve(ctx, a, channel, channel); err != nil {
		if prentice.KindOf(err) == prentice.Invalid { // git has said it itself
			return 1
		}
		return say(err)
	}
	return 0
}
