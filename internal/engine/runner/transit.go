package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// verdict says what becomes of a run, from how it stands inside the write. It may
// be asked more than once, and must leave nothing outside tx. What it writes
// beside the move belongs to the same write; an error undoes all of it. The zero
// next leaves the run where it is.
type verdict func(tx *db.Tx, now time.Time) (run.Next, error)

// transit takes a run on by what a person wants, or a time that has come: the
// run is read again inside the write, so that of those who act at the same moment
// each decides on what the one before has left. d is then how it stands, also
// when there is an error.
func (r *Runner) transit(ctx context.Context, d *detail, decide verdict) error {
	var to run.Next
	var then prentice.Run
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		now := r.Clock()
		if err := d.Again(tx); err != nil {
			return err
		}
		var err error
		if to, err = decide(tx, now); err != nil {
			return err
		}
		if to.State == "" {
			return nil
		}
		then = run.Onward(d.Run, to, now)
		return r.write(tx, d, to, then, now)
	})
	if err != nil || to.State == "" {
		return err
	}
	r.moved(d, to, then)
	if to.Begin {
		r.perform(d)
	}
	return nil
}

// perform begins the attempt that was written, unless this process begins nothing
// more: then the run says so.
func (r *Runner) perform(d *detail) {
	if r.draining.Load() {
		r.drains(&d.Run)
		return
	}
	r.workers.begin(d.Number)
}
