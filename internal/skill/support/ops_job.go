package support

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/op"
)

// jobIn is how a job is declared.
type jobIn struct {
	Name string `json:"name" arg:"1" doc:"Its name: letters, digits and . _ -; it is pinged by it." example:"nightly-backup" minLength:"1" maxLength:"100"`
	Key  string `json:"key,omitempty" arg:"2" file:"true" secret:"true" doc:"The key that it is pinged by already, such as the UUID of its check, so that only the address changes; on the command line, the file that holds it, or - for standard input. Without it, one is made." maxLength:"200"`
	jobSaid
}

type jobSaid struct {
	Schedule string        `json:"schedule,omitempty" doc:"When it is due, in cron's five fields." example:"0 3 * * *" maxLength:"100"`
	Zone     string        `json:"zone,omitempty" doc:"The IANA zone of the schedule; without it, UTC." example:"Europe/Berlin" maxLength:"60"`
	Every    time.Duration `json:"every,omitempty" doc:"How often it has to be heard, instead of a schedule, such as 1h."`
	Grace    time.Duration `json:"grace,omitempty" doc:"How much later it may be; without it, 1h."`
	Longest  time.Duration `json:"longest,omitempty" doc:"How long it may take from its start to its end; without it, as long as the grace."`
	Service  prentice.Ref  `json:"service,omitempty" of:"service" doc:"The service that it belongs to." example:"service/checkout" maxLength:"200"`
	Owner    prentice.Ref  `json:"owner,omitempty" doc:"Who is told; without it, who owns the service." example:"group/ops" maxLength:"200"`
	Severity string        `json:"severity,omitempty" enum:"critical,warning,info" doc:"How bad it is when it is not heard; without it, critical."`
	About    string        `json:"about,omitempty" doc:"What it does, in a sentence." maxLength:"500"`
	Resume   bool          `json:"manual_resume,omitempty" doc:"Once paused, a ping does not resume it."`
	PostOnly bool          `json:"post_only,omitempty" doc:"Only what is posted counts."`
	Tag      []string      `json:"tag,omitempty" doc:"A word to find it by." maxLength:"60"`
}

func (in jobIn) job() heartbeat.Job {
	return heartbeat.Job{Name: in.Name, About: in.About, Schedule: in.Schedule, Zone: in.Zone, Every: in.Every, Grace: in.Grace, Longest: in.Longest,
		Resume: in.Resume, PostOnly: in.PostOnly, Tags: in.Tag, Service: in.Service, Owner: in.Owner, Severity: in.Severity}
}

type jobNameIn struct {
	Name string `json:"name" arg:"1" of:"heartbeat" doc:"The job, such as nightly-backup." example:"nightly-backup" minLength:"1" maxLength:"200"`
}

func (in jobNameIn) named() string { return strings.TrimPrefix(in.Name, "heartbeat/") }

type jobKeyIn struct {
	Name string `json:"name,omitempty" arg:"1" of:"heartbeat" doc:"The job; without it, the key of the team, by which all jobs can be pinged by their names." example:"nightly-backup" maxLength:"200"`
}

type jobHistoryIn struct {
	jobNameIn
	Limit int `json:"limit,omitempty" doc:"How many at most; 50 without it." minimum:"1" maximum:"200"`
}

func (s *Support) jobOps() []op.Op {
	return []op.Op{
		op.New("heartbeat.create", prentice.Look, prentice.Operator, "Listen for a job that pings, such as a cron job, and make its key.", s.jobCreate).
			WithExample("prentice heartbeat create nightly-backup --schedule '0 3 * * *' --zone Europe/Berlin --grace 30m").ThatKeeps().WithSecretOutput().
			WithHelp("The key is shown once, and kept as a hash. When a slot of the schedule passes without a ping, an incident is opened, which ends when the job is heard again. Jobs can be declared in heartbeats.yaml as well."),
		op.New("heartbeat.history", prentice.Look, prentice.Viewer, "Show the runs of a job: when each began and ended, how long it took, and what it said.", s.jobHistory).
			WithExample("prentice heartbeat history nightly-backup"),
		op.New("heartbeat.key", prentice.Look, prentice.Operator, "Make a new key for a job, or for the team; the one before is over.", s.jobKey).
			WithExample("prentice heartbeat key nightly-backup").ThatKeeps().WithSecretOutput().
			WithHelp("With the team's key a job is pinged as /ping/KEY/NAME. It is the key of Sentry's DSN and the token of Gatus as well."),
		s.jobUpdateOp(),
		op.New("heartbeat.pause", prentice.Change, prentice.Operator, "Listen for a job no more, until it pings again or is resumed.", s.jobPause).
			WithExample("prentice heartbeat pause nightly-backup"),
		op.New("heartbeat.resume", prentice.Look, prentice.Operator, "Listen again for a job that is paused, from its next ping on.", s.jobResume).
			WithExample("prentice heartbeat resume nightly-backup").ThatKeeps(),
		op.New("heartbeat.remove", prentice.Change, prentice.Operator, "Remove a job, with its key and all that is kept of it.", s.jobRemove).
			WithExample("prentice heartbeat remove nightly-backup"),
	}
}

// jobs refuses where no one listens.
func (s *Support) jobs() error {
	if err := s.ready(); err != nil || s.Jobs != nil {
		return err
	}
	return prentice.Errorf(prentice.Unavailable, "no one listens for jobs here").Try("start the server with: prentice up")
}

func (s *Support) jobCreate(ctx context.Context, c op.Call, in jobIn) (JobKey, error) {
	if err := s.jobs(); err != nil {
		return JobKey{}, err
	}
	if s.Router != nil {
		if alerts, _ := s.Router.Heartbeats(); slices.ContainsFunc(alerts, func(h Alerting) bool { return h.Name == in.Name }) {
			return JobKey{}, prentice.Errorf(prentice.Conflict, "alerts.yaml names a heartbeat %q already", in.Name).Try("choose another name")
		}
	}
	key, err := s.Jobs.Create(ctx, in.job(), strings.TrimSpace(in.Key), c.Actor.Ref())
	return s.keyOf(in.Name, key), err
}

func (s *Support) jobKey(ctx context.Context, c op.Call, in jobKeyIn) (JobKey, error) {
	if err := s.jobs(); err != nil {
		return JobKey{}, err
	}
	name := jobNameIn(in).named()
	key, err := s.Jobs.Key(ctx, name, c.Actor.Ref())
	return s.keyOf(name, key), err
}

func (s *Support) keyOf(name, key string) JobKey {
	k := JobKey{Name: name, Key: key, URL: "/ping/" + key}
	if name == "" {
		k.URL += "/NAME"
	} else {
		k.Ref = prentice.NewRef("heartbeat", name)
	}
	if s.Hooks.Address != nil {
		k.URL = s.Hooks.Address() + k.URL
	}
	return k
}

func (s *Support) jobPause(ctx context.Context, _ op.Call, in jobNameIn) (JobDone, error) {
	if err := s.jobs(); err != nil {
		return JobDone{}, err
	}
	return JobDone{prentice.NewRef("heartbeat", in.named()), "is paused: no one listens for it"}, s.Jobs.Pause(ctx, in.named())
}

func (s *Support) jobResume(ctx context.Context, _ op.Call, in jobNameIn) (JobDone, error) {
	if err := s.jobs(); err != nil {
		return JobDone{}, err
	}
	return JobDone{prentice.NewRef("heartbeat", in.named()), "is waited for: its next ping begins the listening"}, s.Jobs.Resume(ctx, in.named())
}

func (s *Support) jobRemove(ctx context.Context, _ op.Call, in jobNameIn) (JobDone, error) {
	if err := s.jobs(); err != nil {
		return JobDone{}, err
	}
	return JobDone{prentice.NewRef("heartbeat", in.named()), "is removed, with its key and all that was kept of it"}, s.Jobs.Remove(ctx, in.named())
}

func (s *Support) jobHistory(ctx context.Context, _ op.Call, in jobHistoryIn) (JobRuns, error) {
	if err := s.jobs(); err != nil {
		return JobRuns{}, err
	}
	if _, err := s.Jobs.Show(ctx, in.named()); err != nil {
		return JobRuns{}, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 50
	}
	runs, err := s.Jobs.History(ctx, in.named(), limit)
	return JobRuns{append([]heartbeat.Run{}, runs...)}, err
}

// job is one of that name, with its runs; nil where there is none.
func (s *Support) job(ctx context.Context, name string) (*Job, error) {
	if s.Jobs == nil {
		return nil, nil
	}
	shown, err := s.Jobs.Show(ctx, name)
	if prentice.KindOf(err) == prentice.NotFound && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	runs, err := s.Jobs.History(ctx, name, inJob)
	if err != nil {
		return nil, err
	}
	open, err := s.incidents(ctx, `closed = 0 AND subject = ? ORDER BY number`, string(shown.Ref()))
	j := &Job{Shown: shown, Runs: append([]heartbeat.Run{}, runs...)}
	if len(open) > 0 {
		j.Incident = open[0].Ref
	}
	return j, err
}

// inJob is how many runs are shown with a job.
const inJob = 30
