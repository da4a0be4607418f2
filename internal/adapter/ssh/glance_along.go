package ssh

import (
	"context"
	"errors"
	"io"

	"prentice/internal/kit/outlive"
)

// onceAlong looks once along a lane, where there is one or the host has the helper and is
// connected: that spares it a session and two shells. What runs is the same. Done says whether
// it was begun, or cannot be.
func (g *glancing) onceAlong(ctx context.Context, d outlive.Direct, text string) (code int, err error, done bool) {
	l := g.warm(ctx)
	if l == nil {
		return 0, nil, false
	}
	from, to := io.Pipe()
	var report outlive.Report
	var why error
	over := make(chan struct{})
	go func() {
		defer close(over)
		a := outlive.Ask{Action: outlive.Glance, Key: "look", Token: "look", Nonce: outlive.NewNonce(), Script: text, Grace: g.Grace}
		report, why = g.along(context.WithoutCancel(ctx), l, a, "", func(_ int64, p []byte) error { _, err := to.Write(p); return err })
		to.CloseWithError(why)
	}()
	give := context.AfterFunc(ctx, func() { l.channel.Close() }) //nolint:errcheck // before hello there is no one who could be ended
	runs, answer, err := d.Begun(from)
	give()
	if err != nil {
		from.CloseWithError(io.ErrClosedPipe)
		<-over
		return g.unbegunAlong(ctx, report, why, answer)
	}
	g.begun(runs)
	held, seen := make(chan struct{}), make(chan struct{}) // closed when the output is over, and after that
	go func() { g.seeAlong(ctx, l, held); close(seen) }()
	io.Copy(io.MultiWriter(quiet{g.out}, &g.said.end), answer) //nolint:errcheck // why says how it ended
	<-over
	close(held)
	<-seen
	if why != nil || report.State != outlive.Ended {
		return 0, errors.Join(outlive.ErrLost, why), true
	}
	if ctx.Err() != nil && (g.why != nil || g.gone.State != "" && g.gone.State != outlive.None) {
		return 0, ctx.Err(), true
	}
	g.runs, g.strays = outlive.Process{}, report.Strays
	return report.Code, nil, true
}

// warm is a lane for a look. None is put on a host for it, and none is begun where there is
// no connection yet: that would cost more than it spares.
func (g *glancing) warm(ctx context.Context) *lane {
	if len(g.helpers()) == 0 || g.lanes.lacks(g.ID()) != "" {
		return nil
	}
	l, err := g.lane(ctx, g.lanes.known(g.ID()) != outlive.Host{} && g.connected(g.place))
	if err != nil {
		return nil // the session that is opened instead says why
	}
	return l
}

// unbegunAlong is what becomes of a look that did not begin along a lane.
func (g *glancing) unbegunAlong(ctx context.Context, report outlive.Report, why error, answer *outlive.Answer) (int, error, bool) {
	no, unhelped := errors.AsType[*outlive.Unhelped](why)
	switch {
	case unhelped && no.Why != missing:
		g.lack(no)
	case why == nil && report.State == outlive.Ended:
		return 0, g.unbegun("", string(answer.Noise)), true
	case ctx.Err() != nil:
		return 0, errors.Join(outlive.ErrLost, ctx.Err()), true
	}
	g.lanes.learn(g.ID(), outlive.Host{}) // no look begins a lane there, until a step has
	return 0, nil, false                  // it only looks, so that it may be begun otherwise
}

// seeAlong sees to it that a look comes to an end when its time is over.
func (g *glancing) seeAlong(ctx context.Context, l *lane, held <-chan struct{}) {
	select {
	case <-held:
		return
	case <-ctx.Done():
		g.gone, g.why = g.endSoon(ctx)
	}
	if !within(held, straysTime) {
		l.client.Close() //nolint:errcheck // it may be closed
	}
}
