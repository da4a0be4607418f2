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
	j.seen = j.how == going || j.how == ended
	out, want := j.output(said), j.token
	j.out = out
	if j.how != fresh {
		want = ""
	}
	a := outlive.Ask{Action: outlive.Start, Key: j.key, Token: j.token, Grace: j.Grace, Name: filename(j.work.Step.ID), Shell: shellOf(j.work.Step), Script: j.work.Step.Body, Env: j.work.Env, Path: j.work.Step.Path, Good: j.good, Bad: j.bad, Claimed: j.heard}
	a.Old, a.Sweep = j.owed.take(j.way.ID())
	sent, told := j.how != fresh, ""
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		a.From = out.at
		if j.seen { // what was begun is followed, and never begun by the same ask again
			a.Action = outlive.Follow
		}
		report, err := j.way.Ask(ctx, a, want, out.write)
		if report.Loose {
			fmt.Fprintf(out.to, "\nprentice: others could read or write %s; it is its user's alone now\n", j.way.Home()) //nolint:errcheck // as below
		}
		j.seen = j.seen || report.Token != ""
		switch {
		case err == nil && report.State == outlive.Ended:
			return report, nil
		case err == nil && report.State == outlive.None && j.seen && report.Why != never:
			report.State, report.Why = outlive.Lost, gone
			return report, j.wrong(report)
		case err == nil && report.State == outlive.Lost && j.how == again:
			if _, err := j.ask(ctx, outlive.Anew); err != nil {
				return report, err
			}
			j.how, j.seen, a.Action = resume, false, outlive.Start
		case err == nil && report.State == outlive.Refused && report.Why == "late": // a shell that no one waited for any more, but we did
		case err == nil && report.State == outlive.None: // it was not begun
			j.seen, a.Action = false, outlive.Start
		case err == nil:
			return report, j.wrong(report)
		case errors.Is(err, outlive.ErrGarbled):
			return report, prentice.Errorf(prentice.Unavailable, "step %s on %s: %w", j.work.Step.ID, j.way.Name(), err).Try("look how far it came")
		case err != nil && !errors.Is(err, outlive.ErrLost) && !sent:
			return report, prentice.NothingDone(err)
		}
		sent = sent || errors.Is(err, outlive.ErrLost)
		told = j.tell(err, told)
		if over := rest(ctx, pause); over != nil {
			return report, over
		}
	}
}

// heard is told whose the claim is, when it is there.
func (j *job) heard(token string) {
	if j.work.Heard != nil && (j.how != fresh || token == j.token) {
		j.work.Heard()
	}
}

// tell writes to the log why a step that may be under way cannot be followed for
// now, once for each reason. It is tried again until the time is up.
func (j *job) tell(err error, told string) string {
	if err == nil || errors.Is(err, outlive.ErrLost) && prentice.KindOf(err) == prentice.Internal {
		return told
	}
	if says := err.Error(); says != told {
		fmt.Fprintf(j.out.to, "\nprentice: %s; it is tried again\n", says) //nolint:errcheck // as below
		return says
	}
	return told
}

// output writes each byte of what the script prints once.
type output struct {
	at   int64
	to   io.Writer
	said *tail
	log  prentice.Replayer // that is written from its beginning once more; nil otherwise
}

func (j *job) output(said *tail) *output {
	o := &output{to: out(j.work.Log), said: said}
	if log, ok := j.work.Log.(prentice.Replayer); ok && (j.how == resume || j.how == going || j.how == ended) {
		log.Replay()
		o.log = log
	}
	return o
}

func (o *output) write(offset int64, p []byte) error {
	if o.log != nil && o.at == 0 && offset > 0 { // what an earlier prentice had read long ago is not kept there
		if !o.log.Passed(offset) {
			fmt.Fprintf(o.to, "\nprentice: taken up again at byte %d of the output; some of it may stand here twice\n", offset) //nolint:errcheck // as below
		}
		o.at = offset
	}
	if offset != o.at {
		return fmt.Errorf("%w: output from byte %d on, wants %d", outlive.ErrGarbled, offset, o.at)
	}
	o.to.Write(p)   //nolint:errcheck // a log that cannot be kept does not change what the script did
	o.said.Write(p) //nolint:errcheck // it takes everything
	o.at += int64(len(p))
	return nil
}
