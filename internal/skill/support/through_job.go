package support

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/op"
)

// JobWanted is a job as a program outside declares it; nil is not said.
type JobWanted struct {
	Name                  string
	Schedule, Zone, About *string
	Every, Grace          *time.Duration
	Tags                  []string
	Resume, PostOnly      *bool
}

// Jobs lists the jobs that ping.
func (t Through) Jobs(ctx context.Context, by prentice.Actor) ([]Job, error) {
	list, err := op.Ask[Heartbeats](ctx, t.Door, op.Request{Actor: by, Op: "heartbeat.list"})
	return list.Jobs, err
}

// CreateJob listens for a job, each day where it is not said when.
func (t Through) CreateJob(ctx context.Context, by prentice.Actor, w JobWanted) (JobKey, error) {
	in := jobIn{Name: w.Name, jobSaid: jobSaid{Schedule: of(w.Schedule), Zone: of(w.Zone), About: of(w.About), Every: of(w.Every), Grace: of(w.Grace), Tag: w.Tags, Resume: of(w.Resume), PostOnly: of(w.PostOnly)}}
	if in.Schedule == "" {
		in.Every = cmp.Or(in.Every, 24*time.Hour)
	}
	return op.Ask[JobKey](ctx, t.Door, op.Request{Actor: by, Op: "heartbeat.create", In: in})
}

// UpdateJob declares a job anew.
func (t Through) UpdateJob(ctx context.Context, by prentice.Actor, w JobWanted) error {
	in := jobUpdateIn{jobNameIn: jobNameIn{w.Name}, Schedule: of(w.Schedule), Zone: of(w.Zone), About: of(w.About), Every: of(w.Every), Grace: of(w.Grace), Tag: w.Tags}
	if w.Resume != nil {
		in.Resume = fmt.Sprint(*w.Resume)
	}
	if w.PostOnly != nil {
		in.PostOnly = fmt.Sprint(*w.PostOnly)
	}
	_, err := op.Ask[JobDone](ctx, t.Door, op.Request{Actor: by, Op: "heartbeat.update", In: in})
	return err
}

// DoJob pauses, resumes or removes a job.
func (t Through) DoJob(ctx context.Context, by prentice.Actor, what, name string) error {
	var in any = jobNameIn{name}
	_, err := op.Ask[JobDone](ctx, t.Door, op.Request{Actor: by, Op: "heartbeat." + what, In: in})
	return err
}

func of[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}
