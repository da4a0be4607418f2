package support

import (
	"cmp"
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/op"
)

// jobUpdateIn is what is declared anew of a job; what is left out stays.
type jobUpdateIn struct {
	jobNameIn
	Schedule string        `json:"schedule,omitempty" doc:"When it is due, in cron's five fields." example:"0 3 * * *" maxLength:"100"`
	Zone     string        `json:"zone,omitempty" doc:"The IANA zone of the schedule." example:"Europe/Berlin" maxLength:"60"`
	Every    time.Duration `json:"every,omitempty" doc:"How often it has to be heard, instead of a schedule, such as 1h."`
	Grace    time.Duration `json:"grace,omitempty" doc:"How much later it may be."`
	Longest  time.Duration `json:"longest,omitempty" doc:"How long it may take from its start to its end."`
	Service  prentice.Ref  `json:"service,omitempty" of:"service" doc:"The service that it belongs to." example:"service/checkout" maxLength:"200"`
	Owner    prentice.Ref  `json:"owner,omitempty" doc:"Who is told." example:"group/ops" maxLength:"200"`
	Severity string        `json:"severity,omitempty" enum:"critical,warning,info" doc:"How bad it is when it is not heard."`
	About    string        `json:"about,omitempty" doc:"What it does, in a sentence." maxLength:"500"`
	Resume   string        `json:"manual_resume,omitempty" enum:"true,false" doc:"Whether a ping does not resume it, once it is paused."`
	PostOnly string        `json:"post_only,omitempty" enum:"true,false" doc:"Whether only what is posted counts."`
	Tag      []string      `json:"tag,omitempty" doc:"The words to find it by." maxLength:"60"`
}

func (s *Support) jobUpdateOp() op.Op {
	return op.New("heartbeat.update", prentice.Change, prentice.Operator, "Declare a job anew: its schedule, its grace, who is told.", s.jobUpdate).
		WithExample("prentice heartbeat update nightly-backup --grace 1h").
		WithHelp("What is left out stays as it is. A job that heartbeats.yaml declares is changed there.")
}

func (s *Support) jobUpdate(ctx context.Context, _ op.Call, in jobUpdateIn) (JobDone, error) {
	if err := s.jobs(); err != nil {
		return JobDone{}, err
	}
	return JobDone{prentice.NewRef("heartbeat", in.named()), "is declared anew"}, s.Jobs.Update(ctx, in.named(), in.change)
}

// change is what is said, over what was.
func (in jobUpdateIn) change(j *heartbeat.Job) {
	if in.Every > 0 && in.Schedule == "" {
		j.Schedule, j.Zone = "", ""
	}
	if in.Schedule != "" && in.Every == 0 {
		j.Every = 0
	}
	j.Schedule, j.Zone, j.Every = cmp.Or(in.Schedule, j.Schedule), cmp.Or(in.Zone, j.Zone), cmp.Or(in.Every, j.Every)
	j.Grace, j.Longest = cmp.Or(in.Grace, j.Grace), cmp.Or(in.Longest, j.Longest)
	j.Service, j.Owner = cmp.Or(in.Service, j.Service), cmp.Or(in.Owner, j.Owner)
	j.Severity, j.About = cmp.Or(in.Severity, j.Severity), cmp.Or(in.About, j.About)
	if in.Resume != "" {
		j.Resume = in.Resume == "true"
	}
	if in.PostOnly != "" {
		j.PostOnly = in.PostOnly == "true"
	}
	if in.Tag != nil {
		j.Tags = in.Tag
	}
}
