package ssh

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/kit/outlive"
)

// Ask implements outlive.Way.
func (w *way) Ask(ctx context.Context, a outlive.Ask, want string, out func(int64, []byte) error) (outlive.Report, error) {
	a.Nonce, a.Own = outlive.NewNonce(), true // a server gives each command its session, and signals none that goes on
	if report, err, helped := w.helped(ctx, a, want, out); helped {
		return report, err
	}
	text, err := outlive.Program(a)
	if err != nil {
		return outlive.Report{}, prentice.Errorf(prentice.Invalid, "step %s: %w", a.Name, err)
	}
	return w.put(ctx, a, text, want, out)
}

// put is Ask with a program that is there.
func (w *way) put(ctx context.Context, a outlive.Ask, text, want string, out func(int64, []byte) error) (outlive.Report, error) {
	s, err := w.open(ctx, w.place, command(w.sudo))
	if err != nil {
		return outlive.Report{}, err
	}
	go s.begin(text)
	report, broken, err := w.hear(ctx, s, a, want, "", out)
	s.leave(broken)
	return report, err
}

// hear reads the answer to an ask that a session was given. Word is that of one that begins a
// helper. Broken says that the connection is of no use any more.
func (w *way) hear(ctx context.Context, s *shell, a outlive.Ask, want, word string, out func(int64, []byte) error) (report outlive.Report, broken bool, err error) {
	over := make(chan struct{})
	defer close(over)
	give := context.AfterFunc(ctx, func() {
		stop := s.part()
		<-over
		stop()
	})
	defer give()

	late := &atomic.Bool{}
	lose := func() { late.Store(true); s.client.Close() }
	slow := time.AfterFunc(w.timed().silence, lose) // what a profile prints is no answer
	answer := outlive.NewAnswer(&patient{from: s.channel, time: w.timed().silence, give: lose}, a.Nonce)
	answer.Want, answer.Word, answer.Claimed, answer.Begun = want, word, a.Claimed, func() { slow.Stop() }
	report, err = answer.Report(out)
	slow.Stop()
	if host, told := outlive.HostOf(answer.Noise, word); told {
		w.lanes.learn(w.ID(), host)
	}
	if !errors.Is(err, outlive.ErrSilent) && !errors.Is(err, outlive.ErrCut) {
		return report, false, err
	}
	if ctx.Err() == nil && errors.Is(err, outlive.ErrSilent) && s.over() >= 0 {
		if word != "" {
			return outlive.Report{}, false, err
		}
		return outlive.Report{}, false, silent(w.place, w.sudo, s.complaint(), string(answer.Noise))
	}
	broken = ctx.Err() == nil
	if late.Load() {
		err = prentice.Errorf(prentice.Unavailable, "host %s did not answer within %s: %w", w.place.name, w.timed().silence, err).Try("look whether it hangs, and at the user's login shell and profile there")
	}
	return outlive.Report{Token: report.Token}, broken, errors.Join(outlive.ErrLost, err)
}

// command is the words that a shell is begun with. They are the same for every
// host: what is asked goes over standard input.
func command(sudo bool) string {
	if sudo {
		return "exec sudo -n -H -- /bin/sh"
	}
	return "exec /bin/sh"
}

// commandOf is command with a line that the shell runs, which has no single quotes.
func commandOf(sudo bool, line string) string { return command(sudo) + " -c '" + line + "'" }

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

// patient gives up when nothing came for longer than the wrapper is ever silent,
// or never, without a way to. The time that out takes is not counted.
type patient struct {
	from io.Reader
	time time.Duration
	give func()
}

// Read implements io.Reader.
func (p *patient) Read(to []byte) (int, error) {
	if p.give != nil {
		give := time.AfterFunc(p.time, p.give)
		defer give.Stop()
	}
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
