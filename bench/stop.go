package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
)

// killSwitch is the time from asking for stop-all at the door until the process
// of the step under way is gone. The step ends at once when it gets SIGTERM; one
// that does not has its grace period.
func killSwitch(ctx context.Context) ([]figure, error) {
	w, err := newWorld(ctx, "", map[string]string{"linger": fmt.Sprintf(front, "linger", "", "",
		"```sh id=linger\necho $$ > \"$PRENTICE_STATE/pid\"\nexec sleep 60\n```\n")})
	if err != nil {
		return nil, err
	}
	defer w.close()
	var times []time.Duration
	for i := range 100 {
		took, err := w.stopped(ctx, i%hosts)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	p50, p99 := percentile(times, 0.5), percentile(times, 0.99)
	return []figure{
		{"stop.p50", p50, "ms", "≤ 100", p50 <= 100, "stop-all over the API → the process of the step under way is gone"},
		{"stop.p99", p99, "ms", "≤ 200", p99 <= 200, "the same, 99 of 100"},
	}, nil
}

// stopped begins a step, stops everything, waits for the end of its process, and
// lets work go on.
func (w *world) stopped(ctx context.Context, host int) (time.Duration, error) {
	file := filepath.Join(w.folder, "data", "work", "pid")
	if err := os.RemoveAll(file); err != nil {
		return 0, err
	}
	var run prentice.Run
	if err := w.ask(ctx, operator, "run.start", map[string]any{"procedure": "linger", "input": map[string]string{"host": fmt.Sprintf("h%d", host)}}, &run); err != nil {
		return 0, err
	}
	pid := 0
	for until := time.Now().Add(10 * time.Second); pid == 0; time.Sleep(2 * time.Millisecond) {
		raw, _ := os.ReadFile(file) // it is not there yet
		pid, _ = strconv.Atoi(strings.TrimSpace(string(raw)))
		if time.Now().After(until) {
			return 0, fmt.Errorf("run %d never began its step", run.Number)
		}
	}
	begun := time.Now()
	if err := w.ask(ctx, operator, "stop-all", map[string]any{"reason": "measured"}, nil); err != nil {
		return 0, err
	}
	for syscall.Kill(pid, 0) == nil {
		if time.Since(begun) > 10*time.Second {
			return 0, fmt.Errorf("the step of run %d goes on", run.Number)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begun)
	if _, err := w.until(ctx, run.Number, prentice.Cancelled); err != nil {
		return 0, err
	}
	owner := prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner, Door: "api"}
	return took, w.ask(ctx, owner, "resume-all", map[string]any{}, nil)
}
