package shell

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/outlive"
)

// Claims performs steps that change something: as claims of kit/outlive, so that
// each is begun at most once and goes on when the connection or prentice itself is
// gone. Install tells this installation from others that act on the same machines.
// Grace is as in Kind.
type Claims struct {
	Install string
	Grace   time.Duration

	mu    sync.Mutex // guards what follows
	taken map[string]how
	owed  owed
}

// how says what is known of a claim before its step is applied. The zero how is
// that there must be none.
type how uint8

const (
	fresh  how = iota
	resume     // an earlier prentice may have made it: take it up
	going      // as resume, and it is under way
	ended      // as resume, and it is over
	again      // as resume; and where it was lost, it is known not to have happened
)

// patience is how long a machine that does not answer is asked how a step stands.
const patience = 2 * time.Minute

// stopTime is how long a machine may take to answer that a step has ended, beside
// the grace.
const stopTime = 30 * time.Second

// apply performs a step: once, whatever becomes of the connection. When the run
// is stopped or the time is up, the step's processes are ended; when only
// prentice ends, the step goes on.
func (c *Claims) apply(ctx context.Context, way outlive.Way, w prentice.Work, ask asking) (prentice.Outcome, error) {
	j := c.job(way, w)
	said := &tail{}
	report, err := j.perform(ctx, said)
	if err != nil && report.State == outlive.Lost && ctx.Err() == nil {
		answer, unsure := c.afterLoss(ctx, way, w, report, ask)
		switch {
		case answer == prentice.Yes:
			return prentice.Outcome{OK: true, Says: "its done? question says that it is done, though " + cut(way, report)}, nil
		case unsure == nil && answer == prentice.No, w.Step.Idempotent:
			fmt.Fprintf(out(w.Log), "\nprentice: %s; it is begun anew\n", cut(way, report)) //nolint:errcheck // the log is the run's, not the step's
			j = c.job(way, w)
			if report, err = j.perform(ctx, said); prentice.KindOf(err) == prentice.Refused { // it was begun once, so that this is no refusal
				err = prentice.Errorf(prentice.Unavailable, "%w; before that it had been begun and cut short", err)
			}
		}
	}
	if err != nil && ctx.Err() != nil {
		report, err = j.leave(ctx)
	}
	if err != nil {
		return prentice.Outcome{}, err
	}
	return prentice.Outcome{OK: report.Code == 0, Code: report.Code, Says: mask.String(j.says(report, said.line()), w.Secrets)}, nil
}

// done looks how a step stands that an earlier prentice may have begun. No means
// that applying it is right: it was never begun, or it will be taken up where it
// is. Unknown means that it was begun and no one there knows how it ended.
func (c *Claims) done(ctx context.Context, way outlive.Way, w prentice.Work, ask asking) (prentice.Answer, error) {
	j := c.job(way, w)
	report, err := j.look(ctx)
	if err != nil {
		return prentice.Unknown, err
	}
	if report.State == outlive.None && report.Why != never && w.Begun {
		report.State, report.Why = outlive.Lost, gone
	}
	switch report.State {
	case outlive.Lost:
		return c.afterLoss(ctx, way, w, report, ask)
	case outlive.Over:
		if answer, err := ask(ctx); err != nil || answer == prentice.Yes {
			return answer, err
		}
		return prentice.Unknown, j.wrong(report)
	case outlive.Ended:
		c.take(j.key, ended)
		return prentice.No, nil
	case outlive.Running:
		c.take(j.key, going)
		return prentice.No, nil
	default:
		c.take(j.key, resume)
		return prentice.No, nil
	}
}

// afterLoss asks of a step that was begun and lost whether it is done. Where it is
// not, and where that does not matter, applying it begins it anew. One whose claim is
// gone may go on still, so that what it has not done yet it may do.
func (c *Claims) afterLoss(ctx context.Context, way outlive.Way, w prentice.Work, r outlive.Report, ask asking) (prentice.Answer, error) {
	answer, err := ask(ctx)
	switch {
	case err == nil && !w.Step.Idempotent && (answer == prentice.Unknown || answer == prentice.No && r.Why == gone):
		return prentice.Unknown, lost(way, r)
	case answer == prentice.No, answer == prentice.Unknown && w.Step.Idempotent:
		c.take(c.key(w), again)
	}
	return answer, err
}

// end ends a step that an earlier prentice may have begun, on the order of a person.
func (c *Claims) end(ctx context.Context, way outlive.Way, w prentice.Work) error {
	report, err := c.job(way, w).stop(ctx)
	if err == nil && report.State == outlive.None && report.Why != never && w.Begun {
		return prentice.Errorf(prentice.Unavailable, "its claim in %s is gone", way.Home()).Try("look there, and end it there")
	}
	if err == nil && (report.State == outlive.Running || report.State == outlive.Refused) {
		return prentice.Errorf(prentice.Unavailable, "it could not be ended on %s", way.Name()).Try("end it there")
	}
	return err
}

// proved lets go of the claim of a step whose proof is written.
func (c *Claims) proved(way outlive.Way, w prentice.Work) { c.job(way, w).owe() }

// over says whether a step that was asked about has ended.
func (c *Claims) over(w prentice.Work) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken[c.key(w)] == ended
}

// Close lets go of the claims that can go soon. What was begun goes on.
func (c *Claims) Close() error {
	c.tidyAll()
	return nil
}

func (c *Claims) take(key string, h how) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil {
		c.taken = map[string]how{}
	}
	c.taken[key] = h
}

// key names the claim of one making of a step of a run on a target, for this
// installation.
func (c *Claims) key(w prentice.Work) string {
	words := []string{c.Install, string(w.Run), w.Step.ID, string(w.Target.Ref)}
	if w.Once != "" {
		words = append(words, w.Once)
	}
	return digest(words...)
}

// digest is a word made of others, which does not tell them.
func digest(words ...string) string {
	sum := sha256.New()
	for _, word := range words {
		sum.Write([]byte(word + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))[:32]
}

// job is one step on its way.
type job struct {
	*Claims
	way   outlive.Way
	work  prentice.Work
	key   string
	token string
	good  string // the words that sign how it ended; "" where the step was begun without
	bad   string
	how   how
	seen  bool    // its claim was there: that there is none is no sign that it was not begun
	out   *output // once it has been performed
}

func (c *Claims) job(way outlive.Way, w prentice.Work) *job {
	j := &job{Claims: c, way: way, work: w, key: c.key(w), token: outlive.NewNonce()}
	if w.Seal != "" {
		j.good, j.bad = digest(w.Seal, "good"), digest(w.Seal, "bad")
	}
	return j
}

func (j *job) ask(ctx context.Context, action outlive.Action) (outlive.Report, error) {
	return j.way.Ask(ctx, outlive.Ask{Action: action, Key: j.key, Token: j.token, Grace: j.Grace, Good: j.good, Bad: j.bad}, "", nothing)
}

func nothing(int64, []byte) error { return nil }

// look asks how a claim stands, until the machine answers or patience is over.
func (j *job) look(ctx context.Context) (report outlive.Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		report, err = j.ask(ctx, outlive.Look)
		if err == nil || prentice.KindOf(err) == prentice.Refused || rest(ctx, pause) != nil {
			return report, err
		}
	}
}

// stop ends the step's processes, even when the time of the work is over.
func (j *job) stop(ctx context.Context) (outlive.Report, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime+j.Grace)
	defer cancel()
	return j.ask(ctx, outlive.Stop)
}

// leave is what becomes of a step that is not known to be over when its context
// ends. It is ended when a person stopped the run or the time is up; otherwise it
// goes on and is taken up by the next prentice. One that turns out to have ended by
// itself came out as it did: that we hear of it late is no fault of its own.
func (j *job) leave(ctx context.Context) (outlive.Report, error) {
	step, where := j.work.Step.ID, j.way.Name()
	late := errors.Is(ctx.Err(), context.DeadlineExceeded)
	if !late && !errors.Is(context.Cause(ctx), prentice.ErrStopped) {
		return outlive.Report{}, prentice.Errorf(prentice.Canceled, "step %s goes on at %s without prentice", step, where)
	}
	report, err := j.stop(ctx)
	switch {
	case err != nil:
		err = prentice.Errorf(prentice.Canceled, "step %s was to be stopped on %s, which does not answer: %w", step, where, err).Try("look whether it still goes on there")
	case report.State == outlive.Ended && !report.Stopped:
		j.hearRest(ctx)
	case report.State == outlive.None && j.seen && report.Why != never, report.State == outlive.Lost && report.Why == gone:
		report.State, report.Why = outlive.Lost, gone
		err = prentice.Errorf(prentice.Canceled, "step %s was to be stopped: %w", step, j.wrong(report))
	case report.State == outlive.None:
		err = prentice.Errorf(prentice.Refused, "step %s was stopped before it began on %s; nothing was done", step, where)
	case report.State == outlive.Refused:
		err = prentice.Errorf(prentice.Canceled, "step %s was to be stopped on %s, and nothing can be written to %s: it is not known whether it will begin", step, where, j.way.Home()).Try("free space there, and look")
	case report.State == outlive.Running:
		err = prentice.Errorf(prentice.Canceled, "step %s on %s could not be ended", step, where).Try("end it there")
	case late:
		err = prentice.Errorf(prentice.Canceled, "step %s was stopped on %s because its time was up", step, where).Try("look how far it came; give it more time with timeout= or limits: timeout")
	default:
		err = prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle on %s", step, where).Try("look how far it came")
	}
	return report, err
}

// restTime is how long the rest of what a step has printed may take to come, after
// the step has ended and its time is over.
const restTime = 2 * time.Minute

// hearRest takes the rest of what a step that has ended has printed to its log.
func (j *job) hearRest(ctx context.Context) {
	if j.out == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restTime)
	defer cancel()
	a := outlive.Ask{Action: outlive.Follow, Key: j.key, Token: j.token, Grace: j.Grace, From: j.out.at, Good: j.good, Bad: j.bad}
	if _, err := j.way.Ask(ctx, a, "", j.out.write); err != nil {
		fmt.Fprintf(j.out.to, "\nprentice: the rest of the output did not come: %v\n", err) //nolint:errcheck // as in apply
	}
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
