package support

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/kit/db"
)

// tellJob tells of a job that is down, or that is no more: in the write that found it.
func (s *Support) tellJob(tx *db.Tx, now time.Time, j heartbeat.Job, n heartbeat.News, at int64) error {
	kind, data := "heartbeat.passed", map[string]any{"name": j.Name, "heartbeat": j.Name, "job": j.Name, "says": n.Says}
	if n.Failed {
		kind = "heartbeat.failed"
		data["severity"], data["owner"], data["service"] = j.Severity, s.ownerOf(j), j.Service
	}
	tx.After(s.ring)
	return post(tx, beatEvent(now, kind, j.Name, at), data)
}

// ownerOf is who owns a job: who is named, or who owns its service.
func (s *Support) ownerOf(j heartbeat.Job) prentice.Ref {
	if j.Owner != "" || s.Router == nil {
		return j.Owner
	}
	about := j.Service
	if about == "" {
		about = j.Ref()
	}
	owner, _ := s.Router.Owner(about)
	return owner
}

// listenToJobs judges jobs until ctx ends.
func (s *Support) listenToJobs(ctx context.Context) error {
	if s.ready() != nil || s.Jobs == nil {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		wait, err := s.Jobs.Tick(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("listen for jobs; it is tried again", "err", err)
			wait = time.Second
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// aJob says whether a heartbeat is that of a job.
func aJob(e prentice.Event) bool { return isBeat(e) && textOf(e, "job") != "" }
