package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/kit/db/pgtest"
)

// replicas is two processes that share a database: how many runs they perform
// together, what they cost while nothing happens, and how long it takes from the
// death of one until the other has its run.
func replicas(ctx context.Context) ([]figure, error) {
	server, err := pgtest.Start()
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	var all []figure
	for _, make := range []func(context.Context, *pgtest.Server) ([]figure, error){together, takenOver} {
		figures, err := make(ctx, server)
		if err != nil {
			return all, err
		}
		all = append(all, figures...)
	}
	return all, nil
}

// together measures runs of three steps as runsPostgres does, half of the workers
// at each of two replicas on the same two cores.
func together(ctx context.Context, server *pgtest.Server) ([]figure, error) {
	address, err := server.Create("together")
	if err != nil {
		return nil, err
	}
	folder, err := folderWith(map[string]string{"three": three("three", "", "")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	var pair []*world
	for _, name := range []string{"a", "b"} {
		w, err := openWorld(ctx, folder, address, name)
		if err != nil {
			return nil, err
		}
		defer w.close()
		pair = append(pair, w)
	}
	var bad atomic.Int64
	one := func(worker int) {
		if err := pair[worker%2].perform(ctx, worker); err != nil {
			bad.Add(1)
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	crowd(inFlight, inFlight, one) // warm
	took := crowd(measured, inFlight, one)
	if n := bad.Load(); n > 0 {
		return nil, fmt.Errorf("%d runs did not end as they should", n)
	}
	rate := measured / took.Seconds()
	return []figure{{"replicas.three-steps.postgres", rate, "runs/s", "-", true, "three-step runs, 100 in flight, half of them at each of two replicas on the same two cores"}}, nil
}

// takenOver kills a replica in the middle of a step, three times.
func takenOver(ctx context.Context, server *pgtest.Server) ([]figure, error) {
	address, err := server.Create("taken")
	if err != nil {
		return nil, err
	}
	folder, err := folderWith(map[string]string{"linger": fmt.Sprintf(front, "linger", "", "", "```sh id=linger idempotent\ntouch \"$PRENTICE_STATE/began\"\nexec sleep 3\n```\n")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	start := func(name string) (*process, error) {
		return startProcess(ctx, folder, "--database", address, "--replica", name)
	}
	a, err := start("a")
	if err != nil {
		return nil, err
	}
	b, err := start("b")
	if err != nil {
		return nil, errors.Join(err, a.Process.Kill())
	}
	defer func() {
		for _, p := range []*process{a, b} {
			if p != nil {
				p.end()
			}
		}
	}()
	time.Sleep(2 * time.Second)
	before := busyOf(a, b)
	time.Sleep(10 * time.Second)
	idle := 100 * (busyOf(a, b) - before).Seconds() / 10
	var times []time.Duration
	for i := range 3 {
		took, err := killed(ctx, a, b, i)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
		if a, err = start([]string{"a", "b"}[i%2]); err != nil {
			return nil, err
		}
		a, b = b, a // the other way round next time
	}
	median := percentile(times, 0.5) / 1000
	return []figure{
		{"replicas.idle", idle, "% of a core", "-", true, "two replicas that do nothing, together, over ten seconds"},
		{"replicas.takeover", median, "s", "≤ 15", median <= 15, "SIGKILL of the replica that executes a run → the run ends well at the other, which takes up the step that went on meanwhile; median of three"},
	}, nil
}

func busyOf(list ...*process) (sum time.Duration) {
	for _, p := range list {
		if d, err := p.busy(); err == nil {
			sum += d
		}
	}
	return sum
}

// killed lets one replica begin a run, kills it, and waits for the other to end it.
func killed(ctx context.Context, dies, lives *process, host int) (time.Duration, error) {
	began := filepath.Join(dies.folder, "data", "work", "began")
	os.RemoveAll(began) //nolint:errcheck // the first time it is not there
	raw, err := dies.ask(ctx, "run.start", map[string]any{"procedure": "linger", "input": map[string]string{"host": fmt.Sprintf("h%d", host)}})
	if err != nil {
		return 0, err
	}
	var run prentice.Run
	if err := json.Unmarshal(raw, &run); err != nil {
		return 0, err
	}
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(began); err == nil {
			break
		}
		if time.Now().After(until) {
			return 0, fmt.Errorf("run %d never began its step", run.Number)
		}
	}
	at := time.Now()
	dies.Process.Signal(syscall.SIGKILL) //nolint:errcheck // it is ours
	dies.Wait()                          //nolint:errcheck // as it was told
	for time.Since(at) < time.Minute {
		raw, err := lives.ask(ctx, "run.show", map[string]any{"number": fmt.Sprint(run.Number)})
		if err != nil && !strings.Contains(err.Error(), "429") {
			return 0, err
		}
		if json.Unmarshal(raw, &run) == nil && run.State.Ended() {
			if run.State != prentice.Unverified {
				return 0, fmt.Errorf("run %d is %s: %s", run.Number, run.State, run.Says)
			}
			return time.Since(at), nil // the step was over long before: it goes on by itself
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, fmt.Errorf("run %d was not taken over within a minute", run.Number)
}
