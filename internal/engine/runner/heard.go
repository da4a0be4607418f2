package runner

import (
	"context"
	"sync"
	"time"

	"prentice/internal/engine/run"
)

// soon is how long a step may take before it is written down that it was heard to
// have begun. Most are over by then, and their proof says it.
const soon = 50 * time.Millisecond

// hearing writes down that a step was begun where it is done, beside the step, so
// that no one takes it for one that was only meant when all that the place keeps of
// it is gone.
type hearing struct {
	write func()

	mu    sync.Mutex  // guards timer
	timer *time.Timer // when it was heard
	wrote sync.Once
	done  sync.WaitGroup
}

func (r *Runner) hearing(ctx context.Context, d *detail, rec run.StepRecord) *hearing {
	return &hearing{write: func() {
		if err := r.Begun(ctx, rec); err != nil { // the proof will say it, or no one can
			r.Log.Warn("write that a step was begun", "run", rec.Run, "step", rec.Step, "err", err)
		}
	}}
}

// now is told, once or more, that the step was begun.
func (h *hearing) now() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer != nil {
		return
	}
	h.done.Add(1)
	h.timer = time.AfterFunc(soon, func() { defer h.done.Done(); h.wrote.Do(h.write) })
}

// was says whether it was heard that the step had been begun.
func (h *hearing) was() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.timer != nil
}

// over waits until it is written, or sees to it that it is not where a proof comes
// instead.
func (h *hearing) over(unproved bool) {
	h.mu.Lock()
	timer := h.timer
	h.mu.Unlock()
	if timer == nil {
		return
	}
	if timer.Stop() {
		h.done.Done()
	}
	if unproved {
		h.wrote.Do(h.write)
	}
	h.done.Wait()
}
