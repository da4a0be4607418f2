package ssh

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/outlive"
)

// errLost says that the connection went while an answer was owed: what was asked
// for may have been done.
var errLost = errors.New("the connection was lost")

// ask puts one ask to the shell of a place and reads the answer. What the script
// prints goes to out as it comes: a slow out holds the host back, and nothing is
// kept here. An error that is not errLost and not of out means that nothing was
// begun by it.
func (r *Reach) ask(ctx context.Context, p *place, sudo bool, a outlive.Ask, want string, out func(int64, []byte) error) (outlive.Report, error) {
	a.Nonce = nonce()
	text, err := outlive.Program(a)
	if err != nil {
		return outlive.Report{}, prentice.Errorf(prentice.Invalid, "step %s: %w", a.Name, err)
	}
	client, session, leave, err := r.session(ctx, p)
	if err != nil {
		return outlive.Report{}, err
	}
	broken := false
	defer func() { leave(broken) }()
	defer session.Close()
	from, wrong, err := begin(session, sudo, text)
	if err != nil {
		broken = true
		return outlive.Report{}, errors.Join(errLost, err)
	}
	give := context.AfterFunc(ctx, func() { session.Close() })
	defer give()

	answer := outlive.NewAnswer(&patient{from: from, give: func() { broken = true; client.Close() }}, a.Nonce)
	answer.Want = want
	report, err := answer.Report(out)
	if !errors.Is(err, outlive.ErrSilent) && !errors.Is(err, outlive.ErrCut) {
		return report, err
	}
	if ctx.Err() == nil && endedByItself(session) && errors.Is(err, outlive.ErrSilent) {
		return outlive.Report{}, silent(p, sudo, wrong.String(), string(answer.Noise))
	}
	broken = broken || ctx.Err() == nil
	return outlive.Report{}, errors.Join(errLost, err)
}

// session opens a session on a kept connection, or on a new one where the kept
// one turns out to be gone.
func (r *Reach) session(ctx context.Context, p *place) (*ssh.Client, *ssh.Session, func(bool), error) {
	for tried := false; ; tried = true {
		client, leave, err := r.client(ctx, p)
		if err != nil {
			return nil, nil, nil, err
		}
		session, err := client.NewSession()
		if err == nil {
			return client, session, leave, nil
		}
		leave(true)
		if tried {
			return nil, nil, nil, prentice.Errorf(prentice.Unavailable, "host %s opens no session: %w", p.name, err).Try("look at MaxSessions of its sshd, and at its log")
		}
	}
}

// begin gives a shell its program. The words of its command are the same for
// every host: what is asked goes over standard input.
func begin(session *ssh.Session, sudo bool, text string) (io.Reader, *ending, error) {
	wrong := &ending{}
	session.Stdin, session.Stderr = strings.NewReader(text), wrong
	from, err := session.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	command := "exec /bin/sh"
	if sudo {
		command = "exec sudo -n -H -- /bin/sh"
	}
	return from, wrong, session.Start(command)
}

// endedByItself says whether the shell ended and said so, rather than being cut
// off.
func endedByItself(session *ssh.Session) bool {
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	select {
	case err := <-ended:
		var exit *ssh.ExitError
		return err == nil || errors.As(err, &exit) && exit.Signal() == ""
	case <-time.After(5 * time.Second):
		session.Close()
		return false
	}
}

// silent says why a shell that came up did not answer.
func silent(p *place, sudo bool, wrong, noise string) error {
	says := plain(wrong + " " + noise)
	switch {
	case sudo && strings.Contains(wrong, "password"):
		return prentice.Errorf(prentice.Refused, "sudo on %s asks %s for a password: %s", p.name, p.user, says).
			Try("allow it without one on the host: %s ALL=(root) NOPASSWD: /bin/sh", p.user)
	case sudo:
		return prentice.Errorf(prentice.Refused, "sudo on %s did not let %s in: %s", p.name, p.user, says).Try("try it on the host: sudo -n -- /bin/sh -c true")
	default:
		return prentice.Errorf(prentice.Refused, "the shell of %s on %s ended before it did anything: %s", p.user, p.name, says).Try("look at the user's login shell and profile on the host")
	}
}

// patient gives up when nothing came for longer than the wrapper is ever silent.
// The time that out takes is not counted.
type patient struct {
	from io.Reader
	give func()
}

// Read implements io.Reader.
func (p *patient) Read(to []byte) (int, error) {
	give := time.AfterFunc(silence, p.give)
	defer give.Stop()
	return p.from.Read(to)
}

// ending keeps the end of what is written to it. It is read when the session is
// over.
type ending struct{ last []byte }

const endingBytes = 2 << 10

// Write implements io.Writer.
func (e *ending) Write(p []byte) (int, error) {
	e.last = append(e.last, p[max(0, len(p)-endingBytes):]...)
	e.last = e.last[max(0, len(e.last)-endingBytes):]
	return len(p), nil
}

func (e *ending) String() string { return string(e.last) }
