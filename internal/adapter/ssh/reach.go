package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/outlive"
)

// Reach performs sh steps on hosts. Config is the team's ssh_config at this
// moment, and may be nil. Keys is the folder of private keys, Known the files of
// known hosts, the first of which is ours to write. Agent is the socket of an
// agent, or "". Install tells this installation from others that act on the same
// hosts. Here is what steps get on this machine and not on others.
type Reach struct {
	Config  func() *Config
	Keys    string
	Known   []string
	Agent   string
	Install string
	Here    []string
	Grace   time.Duration

	mu    sync.Mutex // guards what follows
	links map[string]*link
	taken map[string]how

	once     sync.Once
	dialling chan struct{} // made once; as long as many may be dialled at once

	rings kept[ssh.HostKeyCallback]
	keys  kept[[]ssh.Signer]
	agent agentLink
	owed  owed
}

// how says what is known of a claim before its step is applied. The zero how is
// that there must be none.
type how uint8

const (
	fresh  how = iota
	resume     // an earlier prentice may have made it: take it up
	again      // as resume; and where it was lost, it is known not to have happened
)

// patience is how long a host that does not answer is asked how a step stands.
const patience = 2 * time.Minute

// Apply performs a step: once, whatever becomes of the connection. When the run
// is stopped or the time is up, the step's processes are ended; when only
// prentice ends, the step goes on.
func (r *Reach) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	j, err := r.job(w)
	if err != nil {
		return prentice.Outcome{}, err
	}
	if w.Step.Risk == prentice.Look {
		return j.glance(ctx)
	}
	said := &last{}
	report, err := j.perform(ctx, said)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return prentice.Outcome{}, j.leave(ctx)
	default:
		return prentice.Outcome{}, err
	}
	return prentice.Outcome{OK: report.Code == 0, Code: report.Code, Says: mask.String(j.says(report, said.line()), w.Secrets)}, nil
}

// Done looks how a step stands that an earlier prentice may have begun. No means
// that applying it is right: it was never begun, or it will be taken up where it
// is. Unknown means that it was begun and nobody on the host knows how it ended.
func (r *Reach) Done(ctx context.Context, w prentice.Work, ask func(context.Context) (prentice.Answer, error)) (prentice.Answer, error) {
	j, err := r.job(w)
	if err != nil {
		return prentice.Unknown, err
	}
	report, err := j.look(ctx)
	if err != nil {
		return prentice.Unknown, err
	}
	if report.State != outlive.Lost {
		r.take(j.key, resume)
		return prentice.No, nil
	}
	answer, err := ask(ctx)
	switch {
	case err == nil && answer == prentice.Unknown && !w.Step.Idempotent:
		return prentice.Unknown, lost(j.place, report)
	case answer == prentice.No || w.Step.Idempotent:
		r.take(j.key, again)
	}
	return answer, err
}

// Proved lets go of the claim of a step whose proof is written.
func (r *Reach) Proved(_ context.Context, w prentice.Work) {
	if j, err := r.job(w); err == nil && w.Step.Risk != prentice.Look {
		j.owe()
	}
}

func (r *Reach) take(key string, h how) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken == nil {
		r.taken = map[string]how{}
	}
	r.taken[key] = h
}

// job is one step on one host.
type job struct {
	*Reach
	work  prentice.Work
	place *place
	key   string
	token string
	how   how
	sudo  bool
}

func (r *Reach) job(w prentice.Work) (*job, error) {
	var config *Config
	if r.Config != nil {
		config = r.Config()
	}
	p, err := locate(w.Target.Ref.Name(), w.Target.Address, config, 0)
	if err != nil {
		return nil, err
	}
	j := &job{Reach: r, work: w, place: p, token: nonce(), sudo: w.Step.Attrs["sudo"] == "true"}
	j.key = keyOf(r.Install, string(w.Run), w.Step.ID, string(w.Target.Ref))
	return j, nil
}

func (j *job) ask(ctx context.Context, a outlive.Ask) (outlive.Report, error) {
	a.Key, a.Token, a.Grace = j.key, j.token, j.Grace
	return j.Reach.ask(ctx, j.place, j.sudo, a, "", func(int64, []byte) error { return nil })
}

// look asks how a claim stands, until the host answers or patience is over.
func (j *job) look(ctx context.Context) (report outlive.Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		report, err = j.ask(ctx, outlive.Ask{Action: outlive.Look})
		if err == nil || prentice.KindOf(err) == prentice.Refused || rest(ctx, pause) != nil {
			return report, err
		}
	}
}

// perform begins the step, or takes it up, and follows it to its end over as
// many connections as it takes.
func (j *job) perform(ctx context.Context, said *last) (outlive.Report, error) {
	j.mu.Lock()
	j.how = j.taken[j.key]
	delete(j.taken, j.key)
	j.mu.Unlock()
	out, want := j.output(said), j.token
	if j.how != fresh {
		want = ""
	}
	a := outlive.Ask{Action: outlive.Start, Key: j.key, Token: j.token, Grace: j.Grace, Name: j.work.Step.ID, Script: j.work.Step.Body, Env: j.environment()}
	a.Old, a.Sweep = j.owed.take(j.corner())
	sent := j.how != fresh
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		a.From = out.at
		report, err := j.Reach.ask(ctx, j.place, j.sudo, a, want, out.write)
		switch {
		case err == nil && report.State == outlive.Ended:
			return report, nil
		case err == nil && report.State == outlive.Lost && j.how == again:
			if _, err := j.ask(ctx, outlive.Ask{Action: outlive.Forget}); err != nil {
				return report, err
			}
			j.how = resume
		case err == nil && report.State != outlive.None:
			return report, j.wrong(report)
		case err != nil && !errors.Is(err, errLost) && !sent:
			return report, notBegun(err)
		}
		sent = sent || errors.Is(err, errLost)
		if over := rest(ctx, pause); over != nil {
			return report, over
		}
	}
}

// output writes each byte of what the script prints once.
type output struct {
	at   int64
	to   []io.Writer
	said *last
}

func (j *job) output(said *last) *output {
	o := &output{said: said}
	if j.work.Log == nil {
		return o
	}
	o.to = append(o.to, j.work.Log)
	if log, ok := j.work.Log.(prentice.Replayer); ok && j.how != fresh {
		log.Replay()
	}
	return o
}

func (o *output) write(offset int64, p []byte) error {
	if offset != o.at {
		return fmt.Errorf("%w: output from byte %d on, wants %d", outlive.ErrGarbled, offset, o.at)
	}
	for _, w := range o.to {
		w.Write(p) //nolint:errcheck // a log that cannot be kept does not change what the script did
	}
	o.said.end.Write(p) //nolint:errcheck // it takes everything
	o.at += int64(len(p))
	return nil
}

// environment is the step's own, without what means something only here.
func (j *job) environment() []string {
	return slices.DeleteFunc(slices.Clone(j.work.Env), func(e string) bool { return slices.Contains(j.Here, e) })
}

// leave is what becomes of a step that is not over when its context ends. It is
// ended when a person stopped the run or the time is up; otherwise it goes on
// and is taken up by the next prentice.
func (j *job) leave(ctx context.Context) error {
	late := errors.Is(ctx.Err(), context.DeadlineExceeded)
	if !late && !errors.Is(context.Cause(ctx), prentice.ErrStopped) {
		return prentice.Errorf(prentice.Canceled, "step %s goes on at %s without prentice", j.work.Step.ID, j.place.name)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*dialTime+j.Grace)
	defer cancel()
	report, err := j.ask(after, outlive.Ask{Action: outlive.Stop})
	switch {
	case err != nil:
		return prentice.Errorf(prentice.Canceled, "step %s was to be stopped on %s, which does not answer: %w", j.work.Step.ID, j.place.name, err).Try("look whether it still goes on there")
	case report.State == outlive.None:
		return prentice.Errorf(prentice.Refused, "step %s was stopped before it began on %s; nothing was done", j.work.Step.ID, j.place.name)
	case report.State == outlive.Running:
		return prentice.Errorf(prentice.Canceled, "step %s on %s could not be ended", j.work.Step.ID, j.place.name).Try("end it on the host")
	case late:
		return prentice.Errorf(prentice.Canceled, "step %s was stopped on %s because its time was up", j.work.Step.ID, j.place.name).Try("look how far it came; give it more time with limits: timeout")
	default:
		return prentice.Errorf(prentice.Canceled, "step %s was stopped in the middle on %s", j.work.Step.ID, j.place.name).Try("look how far it came")
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
