package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// latency is the time from an event's arrival at the door to the intention of
// the first step that it causes, when policy allows; and from an approval to the
// intention of the next step. Both are read from the journal, at rest (one run
// at a time) and with the real clock.
func latency(ctx context.Context) ([]figure, error) {
	on := "on:\n  - event: bench.failed\n"
	w, err := newWorld(ctx, "", map[string]string{
		"moved": three("moved", on, ", from: event.data.host"),
		"asked": three("asked", "", ""),
	})
	if err != nil {
		return nil, err
	}
	defer w.close()
	var moved, approved []time.Duration
	for i := range 120 {
		d, err := w.moved(ctx, i)
		if err != nil {
			return nil, err
		}
		moved = append(moved, d)
	}
	for i := range 100 {
		d, err := w.approved(ctx, i%hosts)
		if err != nil {
			return nil, err
		}
		approved = append(approved, d)
	}
	p50, p99, a50 := percentile(moved[20:], 0.5), percentile(moved[20:], 0.99), percentile(approved, 0.5)
	return []figure{
		{"latency.event-to-step.p50", p50, "ms", "≤ 20", p50 <= 20, "event over the API → first step of the run that it causes, allowed"},
		{"latency.event-to-step.p99", p99, "ms", "≤ 100", p99 <= 100, "the same, 99 of 100"},
		{"latency.approval-to-step.p50", a50, "ms", "≤ 30", a50 <= 30, "approval over the API → next step, after the drift check"},
	}, nil
}

// moved sends an event and waits for the run that it causes.
func (w *world) moved(ctx context.Context, i int) (time.Duration, error) {
	data, err := json.Marshal(map[string]any{"host": fmt.Sprintf("h%d", i%hosts), "n": i})
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	in := map[string]any{"type": "bench.failed", "id": fmt.Sprint("bench-", i), "subject": fmt.Sprintf("host/h%d", i%hosts), "data": json.RawMessage(data)}
	if err := w.ask(ctx, operator, "event.send", in, nil); err != nil {
		return 0, err
	}
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		var list struct{ Runs []prentice.Run }
		if err := w.ask(ctx, operator, "run.list", map[string]any{"limit": 1}, &list); err != nil {
			return 0, err
		}
		if len(list.Runs) == 1 && list.Runs[0].Number == int64(i+1) && list.Runs[0].State.Ended() {
			return w.firstStep(ctx, list.Runs[0].Number, begun)
		}
	}
	return 0, fmt.Errorf("event %d caused no run that ended", i)
}

// firstStep is how long after begun the first Act step was meant.
func (w *world) firstStep(ctx context.Context, number int64, begun time.Time) (time.Duration, error) {
	var d run.View
	if err := w.ask(ctx, operator, "run.show", map[string]any{"number": fmt.Sprint(number)}, &d); err != nil {
		return 0, err
	}
	for _, s := range d.Steps {
		if s.Section == prentice.Act {
			return s.Started.Sub(begun), nil
		}
	}
	return 0, fmt.Errorf("run %d did nothing: %s", number, d.Says)
}

// approved asks for a run, approves it, and waits for its end.
func (w *world) approved(ctx context.Context, host int) (time.Duration, error) {
	run, err := w.park(ctx, host)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := w.ask(ctx, approver, "run.approve", map[string]any{"number": fmt.Sprint(run), "reason": "measured"}, nil); err != nil {
		return 0, err
	}
	if _, err := w.until(ctx, run, prentice.Unverified); err != nil {
		return 0, err
	}
	return w.firstStep(ctx, run, begun)
}

// park asks for a run that waits for an approval.
func (w *world) park(ctx context.Context, host int) (int64, error) {
	var run prentice.Run
	in := map[string]any{"procedure": "asked", "input": map[string]string{"host": fmt.Sprintf("h%d", host)}}
	if err := w.ask(ctx, operator, "run.start", in, &run); err != nil {
		return 0, err
	}
	return w.until(ctx, run.Number, prentice.Waiting)
}

func (w *world) until(ctx context.Context, number int64, state prentice.State) (int64, error) {
	var d run.View
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		if err := w.ask(ctx, operator, "run.show", map[string]any{"number": fmt.Sprint(number)}, &d); err != nil {
			return 0, err
		}
		if d.State == state {
			return number, nil
		}
	}
	return 0, fmt.Errorf("run %d is %s (%s), want %s", number, d.State, d.Says, state)
}
