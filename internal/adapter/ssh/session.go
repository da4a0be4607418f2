package ssh

import (
	"context"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
)

// shell is a session in which a shell reads its program. Told is closed when it
// has told how it ended; the code is read after that.
type shell struct {
	client  *ssh.Client
	channel ssh.Channel
	command string            // that it is begun with
	opened  time.Time         // before that
	release func(broken bool) // gives its connection back
	wrong   *ending
	told    chan struct{}
	closed  chan struct{}
	heard   chan struct{} // closed when wrong is whole
	code    int
}

// complaint is the end of what the shell wrote to standard error. It is asked when
// the shell is over.
func (s *shell) complaint() string {
	select {
	case <-s.heard:
		return s.wrong.String()
	case <-time.After(time.Second):
		return ""
	}
}

// over is the code that the shell ended with, as shells say it, or -1 when the
// connection ended first. It is asked when the output is over.
func (s *shell) over() int {
	select {
	case <-s.told:
		return s.code
	case <-s.closed:
	case <-time.After(5 * time.Second):
		s.channel.Close()
	}
	select {
	case <-s.told:
		return s.code
	default:
		return -1
	}
}

// open begins a shell on a host with the words of a command, over a connection that is
// kept, or on a new one where the kept one turns out to be gone. No one waits for the host to
// say that it has begun: hello says so.
func (r *Reach) open(ctx context.Context, p *place, command string) (*shell, error) {
	for tried := false; ; tried = true {
		client, leave, err := r.client(ctx, p)
		if err != nil {
			return nil, err
		}
		opened := time.Now()
		channel, requests, err := r.session(ctx, client, p)
		if err != nil && ctx.Err() == nil && r.lanes.closeOn(client) {
			time.Sleep(parting / 10)
			channel, requests, err = r.session(ctx, client, p)
		}
		if err != nil {
			leave(true)
			if tried || ctx.Err() != nil {
				return nil, err
			}
			continue
		}
		s := &shell{client: client, channel: channel, command: command, opened: opened, release: leave, wrong: &ending{}, told: make(chan struct{}), closed: make(chan struct{}), heard: make(chan struct{})}
		go s.listen(requests)
		go s.hear()
		return s, nil
	}
}

// session opens a session on a connection. A host may answer that it lives and not
// this: then the connection is given up.
func (r *Reach) session(ctx context.Context, client *ssh.Client, p *place) (ssh.Channel, <-chan *ssh.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timed().dial)
	defer cancel()
	give := context.AfterFunc(ctx, func() { client.Close() })
	channel, requests, err := client.OpenChannel("session", nil)
	inTime := give()
	switch {
	case !inTime && ctx.Err() != nil:
		err = prentice.Errorf(prentice.Unavailable, "host %s opens no session within %s", p.name, r.timed().dial).Try("look at its log, and how busy it is")
	case err != nil:
		err = prentice.Errorf(prentice.Unavailable, "host %s opens no session: %w", p.name, err).Try("look at MaxSessions of its sshd, and at its log")
	}
	return channel, requests, err
}

// part ends a session whose time is over. A host that does not agree in a moment
// loses its connection. What it gives stops that.
func (s *shell) part() (stop func() bool) {
	lost := time.AfterFunc(parting, func() { s.client.Close() })
	s.channel.Close() //nolint:errcheck // it may be closed
	return lost.Stop
}

// parting is how long a host may take to agree that a session is over.
const parting = 2 * time.Second

// leave ends the session and gives its connection back. Broken says that it is of no
// use any more.
func (s *shell) leave(broken bool) {
	s.channel.Close() //nolint:errcheck // it may be closed
	s.release(broken)
}

// begin sends the command and a program, which is all that it reads. What cannot be
// sent is not answered.
func (s *shell) begin(text string) {
	s.start(text)
	s.channel.CloseWrite() //nolint:errcheck // as above
}

// start sends the command, and what it reads first.
func (s *shell) start(text string) {
	s.channel.SendRequest("exec", false, ssh.Marshal(struct{ Command string }{s.command})) //nolint:errcheck // as above
	s.tell(text)
}

// tell sends something more to read.
func (s *shell) tell(text string) {
	io.WriteString(s.channel, text) //nolint:errcheck // as above
}

// hear keeps the end of what the shell complains about.
func (s *shell) hear() {
	defer close(s.heard)
	io.CopyBuffer(s.wrong, s.channel.Stderr(), make([]byte, endingBytes)) //nolint:errcheck // it ends with the channel
}

// listen hears how the shell ended.
func (s *shell) listen(requests <-chan *ssh.Request) {
	defer close(s.closed)
	for r := range requests {
		var status struct{ Code uint32 }
		var signal struct {
			Name string
			Rest []byte `ssh:"rest"`
		}
		switch {
		case s.ended():
		case r.Type == "exit-status" && ssh.Unmarshal(r.Payload, &status) == nil:
			s.code = int(status.Code & 255)
			close(s.told)
		case r.Type == "exit-signal" && ssh.Unmarshal(r.Payload, &signal) == nil:
			s.code = 128 + signals[signal.Name]
			close(s.told)
		}
		if r.WantReply {
			r.Reply(false, nil) //nolint:errcheck // the other side may have gone
		}
	}
}

func (s *shell) ended() bool {
	select {
	case <-s.told:
		return true
	default:
		return false
	}
}

// signals are the numbers of the signals that SSH has names for (RFC 4254, 6.10).
var signals = map[string]int{"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15}
