package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
)

// Watch tells what happens to a run, or to all with 0, from now on, until ctx
// ends, emit fails, or the one run is over.
func (r *Runner) Watch(ctx context.Context, number int64, emit func(run.Moment) error) error {
	moments, stop := r.hub.Listen(number)
	defer stop()
	if number != 0 {
		d, err := r.Show(ctx, number)
		if err != nil {
			return err
		}
		if err := emit(run.Moment{Run: number, Time: r.Clock(), State: d.State, Says: d.Says}); err != nil || d.State.Ended() {
			return err
		}
	}
	again := time.NewTicker(2 * time.Second) // a moment may be lost; the store has it
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case told := <-moments:
			m := told.It
			m.Missed = told.Missed
			if err := emit(m); err != nil {
				return err
			}
			if number != 0 && m.State.Ended() {
				return nil
			}
		case <-again.C:
			if over, err := r.overNow(ctx, number, emit); over || err != nil {
				return err
			}
		}
	}
}

func (r *Runner) overNow(ctx context.Context, number int64, emit func(run.Moment) error) (bool, error) {
	if number == 0 {
		return false, nil
	}
	d, err := r.Show(ctx, number)
	if err != nil || !d.State.Ended() {
		return false, err
	}
	return true, emit(run.Moment{Run: number, Time: d.Ended, State: d.State, Says: d.Says})
}

// Watched says whether someone watches a run here; of 0, whether anyone watches
// anything.
func (r *Runner) Watched(number int64) bool {
	if number == 0 {
		return r.hub.Heard()
	}
	return r.hub.Heard(number, 0)
}

// say tells those who watch a run, or all.
func (r *Runner) say(m run.Moment) { r.hub.Tell(m, m.Run, 0) }

// Printed tells watchers what a step has printed. The log's keeper calls it once
// the line is kept.
func (r *Runner) Printed(number int64, line log.Line) {
	r.say(run.Moment{Run: number, Time: line.Time, Step: line.Step, State: prentice.Running, Log: &line})
}
