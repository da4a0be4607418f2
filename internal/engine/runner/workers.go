package runner

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"prentice"
)

// workers perform runs, each run by one at a time: see enter. Nothing of them
// outlives the process. What is left to do is in the journal, where the next launch
// and takeOver find it.
//
// There is no bound on how many there are. A run that stands in line for a lock
// would keep its place from the one that is to free it; how many runs act at once
// is for the limits to say.
type workers struct {
	mu      sync.Mutex
	perform func(run int64)    // nil before the launch and after the end; guarded by mu
	end     context.CancelFunc // guarded by mu
	all     sync.WaitGroup
}

// launch lets what begins from now on be performed.
func (w *workers) launch(ctx context.Context, perform func(context.Context, int64)) {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end = end
	w.perform = func(run int64) { perform(ctx, run) }
}

// begin performs a run from where its journal ends. A process that was not
// launched, or has ended, leaves it to the next.
func (w *workers) begin(run int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if perform := w.perform; perform != nil {
		w.all.Go(func() { perform(run) })
	}
}

// stop interrupts all work and waits until it has ended, for so long at most.
func (w *workers) stop(most time.Duration) error {
	w.mu.Lock()
	end := w.end
	w.perform, w.end = nil, nil
	w.mu.Unlock()
	if end == nil {
		return nil
	}
	end()
	ended := make(chan struct{})
	go func() {
		w.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(most):
		return prentice.Errorf(prentice.Unavailable, "runs are still in the middle of a step %s after they were interrupted", most).
			Try("start prentice again: the steps are asked whether they are done")
	}
}

// broken is a panic: what it said and where. It is for the log and not for people,
// as it may quote anything.
type broken struct{ says, stack string }

func (broken) Error() string { return "a panic" }

// caught turns a panic into an error, so that what is broken about one run holds
// up that run and no other.
func caught(run int64, err *error) {
	if value := recover(); value != nil {
		e := prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("look for run=%d in the log and report it, or cancel the run", run)
		e.Err = broken{fmt.Sprint(value), string(debug.Stack())}
		*err = e
	}
}
