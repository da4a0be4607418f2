package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/outlive"
)

const (
	straysTime = 2 * time.Second // what a look left behind may hold its output open
	patience   = 2 * time.Minute // a look is made again whose connection was lost
)

// Glance performs a step that only looks: in the session itself, without a claim
// and without a file on the host. A look that a lost connection took with it is
// made again, because it may be repeated; what it began is ended first. Shell is
// one of the host's that runs it; "" is /bin/sh.
func (r *Reach) Glance(ctx context.Context, w prentice.Work, shell string) (prentice.Outcome, error) {
	there, err := r.way(w)
	if err != nil {
		return prentice.Outcome{}, err
	}
	g := &glancing{way: there, work: w, shell: shell, said: &last{}, out: io.Discard}
	if w.Log != nil {
		g.out = w.Log
	}
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		code, err := g.once(ctx)
		switch {
		case err == nil:
			return prentice.Outcome{OK: code == 0, Code: code, Says: mask.String(g.says(code), w.Secrets)}, nil
		case ctx.Err() != nil:
			return prentice.Outcome{}, g.left(ctx)
		case prentice.KindOf(err) == prentice.Refused, g.lost.IsZero() && !errors.Is(err, outlive.ErrLost):
			return prentice.Outcome{}, prentice.NothingDone(err)
		case !g.lost.IsZero() && time.Since(g.lost) > patience:
			return prentice.Outcome{}, prentice.Errorf(prentice.Unavailable, "step %s looks at %s, and the connection was lost each time: %w", w.Step.ID, g.place.name, err).Try("look at its network and its sshd, and ask again")
		case g.lost.IsZero():
			g.lost = time.Now()
		}
		if errors.Is(err, outlive.ErrLost) {
			fmt.Fprintf(g.out, "\nprentice: the connection to %s was lost; it is tried again\n", g.place.name)
		}
		select {
		case <-ctx.Done():
			return prentice.Outcome{}, g.left(ctx)
		case <-time.After(pause):
		}
		g.end(ctx) //nolint:errcheck // the next look tells whether the host answers
	}
}

// glancing is a look that is being made.
type glancing struct {
	*way
	work   prentice.Work
	shell  string
	out    io.Writer
	said   *last
	runs   outlive.Process // the last that said hello, until it has ended
	lost   time.Time       // when the connection was, since the last hello
	strays bool
	gone   outlive.Report // what came of ending it, when its time was over
	why    error
}

// once looks once. When its time is over what it began is ended, and only then it
// returns.
func (g *glancing) once(ctx context.Context) (int, error) {
	d := outlive.Direct{Nonce: outlive.NewNonce(), Shell: g.shell, Pipes: g.lanes.pipesOf(g.ID()), Script: g.work.Step.Body, Env: g.work.Env, Path: g.work.Step.Path}
	text, err := d.Program()
	if err != nil {
		return 0, prentice.Errorf(prentice.Invalid, "step %s: %w", g.work.Step.ID, err)
	}
	if code, err, done := g.onceAlong(ctx, d, text); done {
		return code, err
	}
	s, err := g.open(ctx, g.place, command(g.sudo))
	if err != nil {
		return 0, err
	}
	go s.begin(text)
	from := &patient{from: s.channel, time: g.timed().silence, give: func() { s.client.Close() }}
	give := context.AfterFunc(ctx, func() { s.client.Close() }) // before hello there is no one who could be ended
	slow := time.AfterFunc(g.timed().silence, from.give)        // what a profile prints is no answer
	runs, answer, err := d.Begun(from)
	slow.Stop()
	give()
	if err != nil {
		defer s.leave(true)
		if code := s.over(); code >= 0 && errors.Is(err, outlive.ErrSilent) && ctx.Err() == nil {
			return 0, g.unbegun(s.complaint(), string(answer.Noise))
		}
		return 0, errors.Join(outlive.ErrLost, err)
	}
	from.give = nil // a script may be silent for as long as it likes; the keep-alive sees to the connection
	g.begun(runs)
	held, done := make(chan struct{}), make(chan struct{}) // closed when the output is over, and after that
	go func() { g.see(ctx, s, held); close(done) }()
	_, err = io.Copy(io.MultiWriter(quiet{g.out}, &g.said.end), answer)
	close(held)
	<-done
	code := s.over()
	s.leave(code < 0)
	if err != nil || code < 0 {
		return 0, errors.Join(outlive.ErrLost, err)
	}
	if ctx.Err() != nil && (g.why != nil || g.gone.State != "" && g.gone.State != outlive.None) { // it was ended; otherwise it had ended by itself
		return 0, ctx.Err()
	}
	g.runs = outlive.Process{}
	return code, nil
}

// begun notes who said hello.
func (g *glancing) begun(runs outlive.Process) {
	g.runs, g.lost = runs, time.Time{}
	g.lanes.piped(g.ID(), runs.Pipes)
}

// unbegun says why a look was not begun, by what the shell said instead.
func (g *glancing) unbegun(complaint, noise string) error {
	if g.shell != "" && strings.Contains(complaint+noise, outlive.Missing(g.shell)) {
		return prentice.Errorf(prentice.Refused, "step %s was not begun: there is no %s on %s", g.work.Step.ID, g.shell, g.place.name).Try("install %s there, or write the block as sh", g.shell)
	}
	return silent(g.place, g.sudo, complaint, noise)
}

// see sees to it that the output comes to an end: when the script has ended and
// has left someone behind who holds it open, and when the time is over.
func (g *glancing) see(ctx context.Context, s *shell, held <-chan struct{}) {
	select {
	case <-held:
		return
	case <-s.told:
		if within(held, straysTime) {
			return
		}
		ended, err := g.end(ctx)
		g.strays = err == nil && ended.State == outlive.Ended
	case <-ctx.Done():
		g.gone, g.why = g.endSoon(ctx)
	}
	if !within(held, straysTime) {
		s.client.Close()
	}
}

// within waits for something, but not longer than that.
func within(it <-chan struct{}, d time.Duration) bool {
	select {
	case <-it:
		return true
	case <-time.After(d):
		return false
	}
}

// end ends what a look began, over a session of its own.
func (g *glancing) end(ctx context.Context) (outlive.Report, error) {
	if !g.runs.Known() {
		return outlive.Report{State: outlive.None}, nil
	}
	n := outlive.NewNonce()
	text, err := g.runs.End(n, g.Grace)
	if err != nil {
		return outlive.Report{}, err
	}
	return g.put(ctx, outlive.Ask{Nonce: n}, text, "", func(int64, []byte) error { return nil })
}

// endSoon is end for one whose own time is over.
func (g *glancing) endSoon(ctx context.Context) (outlive.Report, error) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*g.timed().dial+g.Grace)
	defer cancel()
	return g.end(after)
}

// left is how a look stands whose time is up or that is stopped.
func (g *glancing) left(ctx context.Context) error {
	step, host := g.work.Step.ID, g.place.name
	switch {
	case g.why != nil:
		return prentice.Errorf(prentice.Canceled, "step %s was to be stopped on %s, which does not answer: %w", step, host, g.why).Try("look whether it still goes on there")
	case g.gone.State == outlive.Running:
		return prentice.Errorf(prentice.Canceled, "step %s on %s could not be ended", step, host).Try("end it on the host")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return prentice.Errorf(prentice.Canceled, "step %s was stopped on %s because its time was up", step, host).Try("give it more time with limits: timeout")
	default:
		return prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle on %s", step, host).Try("it only looked; look again")
	}
}

// quiet is a log whose failures change nothing of what a script did.
type quiet struct{ to io.Writer }

// Write implements io.Writer.
func (q quiet) Write(p []byte) (int, error) {
	q.to.Write(p) //nolint:errcheck // as above
	return len(p), nil
}
