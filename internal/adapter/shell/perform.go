package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"prentice"
	"prentice/internal/kit/outlive"
)

// perform begins the step, or takes it up, and follows it to its end over as
// many connections as it takes.
func (j *job) perform(ctx context.Context, said *tail) (outlive.Report, error) {
	j.mu.Lock()
	j.how = j.taken[j.key]
	delete(j.taken, j.key)
	j.mu.Unlock()
	out, want := j.output(said), j.token
	j.out = out
	if j.how != fresh {
		want = ""
	}
	a := outlive.Ask{Action: outlive.Start, Key: j.key, Token: j.token, Grace: j.Grace, Name: filename(j.work.Step.ID), Script: j.work.Step.Body, Env: j.work.Env}
	a.Old, a.Sweep = j.owed.take(j.way.ID())
	sent := j.how != fresh
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		a.From = out.at
		report, err := j.way.Ask(ctx, a, want, out.write)
		switch {
		case err == nil && report.State == outlive.Ended:
			return report, nil
		case err == nil && report.State == outlive.Lost && j.how == again:
			if _, err := j.ask(ctx, outlive.Forget); err != nil {
				return report, err
			}
			j.how = resume
		case err == nil && report.State != outlive.None:
			return report, j.wrong(report)
		case errors.Is(err, outlive.ErrGarbled):
			return report, prentice.Errorf(prentice.Unavailable, "step %s on %s: %w", j.work.Step.ID, j.way.Name(), err).Try("look how far it came")
		case err != nil && !errors.Is(err, outlive.ErrLost) && !sent:
			return report, prentice.NothingDone(err)
		}
		sent = sent || errors.Is(err, outlive.ErrLost)
		if over := rest(ctx, pause); over != nil {
			return report, over
		}
	}
}

// output writes each byte of what the script prints once.
type output struct {
	at   int64
	to   io.Writer
	said *tail
}

func (j *job) output(said *tail) *output {
	if log, ok := j.work.Log.(prentice.Replayer); ok && (j.how == resume || j.how == ended) {
		log.Replay()
	}
	return &output{to: out(j.work.Log), said: said}
}

func (o *output) write(offset int64, p []byte) error {
	if offset != o.at {
		return fmt.Errorf("%w: output from byte %d on, wants %d", outlive.ErrGarbled, offset, o.at)
	}
	o.to.Write(p)   //nolint:errcheck // a log that cannot be kept does not change what the script did
	o.said.Write(p) //nolint:errcheck // it takes everything
	o.at += int64(len(p))
	return nil
}
