// Package sshtest raises hosts that answer over SSH within this process: as many
// as a test wants, each with an address and a home folder of its own. The shell
// that runs what they are asked is real.
//
// It is no measure of a real sshd, and refuses everything but one key and one
// command a session.
package sshtest

import (
	"errors"
	"io"
	"net"
	"os/exec"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Hosts are hosts that one key opens, which is their host key too.
type Hosts struct {
	key    ssh.Signer
	config *ssh.ServerConfig
}

// New makes hosts of a private key.
func New(key ssh.Signer) *Hosts {
	h := &Hosts{key: key}
	h.config = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if string(k.Marshal()) != string(key.PublicKey().Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	h.config.AddHostKey(key)
	return h
}

// Raise lets a host listen at an address, of which port 0 is a free one, until the
// listener is closed. Its line of known_hosts comes with it.
func (h *Hosts) Raise(address, home string) (l net.Listener, known string, err error) {
	if l, err = net.Listen("tcp", address); err != nil {
		return nil, "", err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go h.serve(conn, home)
		}
	}()
	return l, knownhosts.Line([]string{l.Addr().String()}, h.key.PublicKey()) + "\n", nil
}

// serve answers one connection.
func (h *Hosts) serve(conn net.Conn, home string) {
	_, channels, requests, err := ssh.NewServerConn(conn, h.config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, asks, err := c.Accept()
		if err != nil {
			return
		}
		go session(channel, asks, home)
	}
}

// session runs the one command that a session is for.
func session(channel ssh.Channel, asks <-chan *ssh.Request, home string) {
	defer channel.Close()
	for ask := range asks {
		if ask.WantReply {
			ask.Reply(ask.Type == "exec", nil) //nolint:errcheck // anyone who asked may have gone
		}
		if ask.Type != "exec" || len(ask.Payload) < 4 {
			continue
		}
		c := exec.Command("/bin/sh", "-c", string(ask.Payload[4:]))
		c.Env = []string{"HOME=" + home, "PATH=/usr/local/bin:/usr/bin:/bin"}
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		c.Stdout, c.Stderr = channel, channel.Stderr()
		in, err := c.StdinPipe()
		if err != nil || c.Start() != nil {
			return
		}
		go func() { io.Copy(in, channel); in.Close() }() //nolint:errcheck // the shell may end before it has read all
		c.Wait()                                         //nolint:errcheck // how it ended is told below
		status := ssh.Marshal(struct{ Code uint32 }{uint32(max(0, c.ProcessState.ExitCode()))})
		channel.SendRequest("exit-status", false, status) //nolint:errcheck // anyone who asked may have gone
		return
	}
}
