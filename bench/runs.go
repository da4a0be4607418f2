package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // the peer's store

	"prentice"
	"prentice/internal/kit/db/pgtest"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
)

// How many runs are measured, and how many are in flight at once.
const (
	measured = 1500
	inFlight = 100
)

// runsSQLite is how many runs of three trivial steps are planned, decided on,
// locked, journalled step by step, ended and recorded as evidence in a second,
// through the door, with 100 in flight; and beside it the bare engine
// underneath, which does three empty steps and nothing else.
func runsSQLite(ctx context.Context) ([]figure, error) {
	ours, err := runsPerSecond(ctx, "")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	bare, err := bareEngine(ctx, "sqlite:"+filepath.Join(folder, "bare.db"))
	if err != nil {
		return nil, err
	}
	return runFigures("sqlite", ours, bare), nil
}

func runsPostgres(ctx context.Context) ([]figure, error) {
	server, err := pgtest.Start()
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	address, err := server.Create("ours")
	if err != nil {
		return nil, err
	}
	ours, err := runsPerSecond(ctx, address)
	if err != nil {
		return nil, err
	}
	if address, err = server.Create("bare"); err != nil {
		return nil, err
	}
	bare, err := bareEngine(ctx, address)
	if err != nil {
		return nil, err
	}
	return runFigures("postgres", ours, bare), nil
}

func runFigures(store string, ours, bare float64) []figure {
	return []figure{
		{"runs.three-steps." + store, ours, "runs/s", "≥ 150", ours >= 150, "three-step runs through the door, 100 in flight, with locks, journal and evidence"},
		{"runs.bare-engine." + store, bare, "runs/s", "-", true, "the peer: three empty DBOS steps, 100 in flight, nothing else"},
		{"runs.ratio." + store, ours / bare, "×", "-", true, "ours over the bare engine, which neither locks nor asks nor records"},
	}
}

func runsPerSecond(ctx context.Context, database string) (float64, error) {
	w, err := newWorld(ctx, database, map[string]string{"three": three("three", "", "")})
	if err != nil {
		return 0, err
	}
	defer w.close()
	var bad atomic.Int64
	one := func(worker int) {
		if err := w.perform(ctx, worker); err != nil {
			bad.Add(1)
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	crowd(inFlight, inFlight, one) // warm
	took := crowd(measured, inFlight, one)
	if n := bad.Load(); n > 0 {
		return 0, fmt.Errorf("%d runs did not end as they should", n)
	}
	return measured / took.Seconds(), nil
}

// perform starts a run on a host and waits for its end.
func (w *world) perform(ctx context.Context, host int) error {
	var run prentice.Run
	in := map[string]any{"procedure": "three", "input": map[string]string{"host": fmt.Sprintf("h%d", host)}}
	if err := w.ask(ctx, operator, "run.start", in, &run); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	state := run.State
	follow := op.Request{Actor: operator, Op: "run.watch", In: json.RawMessage(fmt.Sprintf(`{"number":"%d"}`, run.Number))}
	err := w.App.Watch(ctx, follow, func(m any) error { state = m.(supervision.Moment).State; return nil })
	if err == nil && state != prentice.Unverified {
		err = fmt.Errorf("run %d is %s", run.Number, state)
	}
	return err
}

// crowd does one(worker) n times, by so many workers at once, and says how long
// it took.
func crowd(n, atOnce int, one func(worker int)) time.Duration {
	begun := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for worker := range atOnce {
		all.Go(func() {
			for next.Add(1) <= int64(n) {
				one(worker)
			}
		})
	}
	all.Wait()
	return time.Since(begun)
}

// bareEngine is the engine underneath with nothing of ours.
func bareEngine(ctx context.Context, address string) (float64, error) {
	c, err := dbos.NewContext(ctx, dbos.Config{AppName: "bench", DatabaseURL: address, Logger: slog.New(slog.DiscardHandler), ApplicationVersion: "1", ExecutorID: "1"})
	if err != nil {
		return 0, err
	}
	defer dbos.Shutdown(c, 5*time.Second) //nolint:errcheck // the measurement is over
	workflow := func(ctx dbos.Context, n int) (int, error) {
		for range 3 {
			if _, err := dbos.RunAsStep(ctx, func(context.Context) (int, error) { return n, nil }); err != nil {
				return 0, err
			}
		}
		return n, nil
	}
	dbos.RegisterWorkflow(c, workflow, dbos.WithWorkflowName("three"))
	if err := dbos.Launch(c); err != nil {
		return 0, err
	}
	one := func(worker int) {
		handle, err := dbos.RunWorkflow(c, workflow, worker)
		if err == nil {
			_, err = handle.GetResult()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: bare engine:", err)
		}
	}
	crowd(inFlight, inFlight, one)
	return measured / crowd(measured, inFlight, one).Seconds(), nil
}
