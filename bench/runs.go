package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/kit/db"
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
// over the API, with 100 in flight; and beside it the bare commits
// underneath, with nothing else in them.
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
	bare, err := bareCommits(ctx, "sqlite:"+filepath.Join(folder, "bare.db"))
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
	bare, err := bareCommits(ctx, address)
	if err != nil {
		return nil, err
	}
	return runFigures("postgres", ours, bare), nil
}

func runFigures(store string, ours, bare float64) []figure {
	return []figure{
		{"runs.three-steps." + store, ours, "runs/s", "≥ 150", ours >= 150, "three-step runs over the API, 100 in flight, with locks, journal and evidence"},
		{"runs.bare-commits." + store, bare, "runs/s", "-", true, "the limit: the eight commits of such a run, 100 in flight, nothing else in them"},
		{"runs.ratio." + store, ours / bare, "×", "-", true, "ours over the bare commits, which neither lock nor ask nor record"},
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

// bareCommits is the database underneath with nothing else of ours: of each run of
// three steps it commits the beginning, an intention and a proof for each step,
// and the end.
func bareCommits(ctx context.Context, address string) (float64, error) {
	d, err := db.Open(ctx, address)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	if err := d.Prepare(ctx); err != nil {
		return 0, err
	}
	for _, table := range []string{`CREATE TABLE bare_runs (number BIGINT PRIMARY KEY, state TEXT NOT NULL)`,
		`CREATE TABLE bare_steps (run BIGINT NOT NULL, step BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (run, step))`} {
		if _, err := d.Straight(ctx, table); err != nil {
			return 0, err
		}
	}
	one := func(int) {
		if err := bareRun(ctx, d); err != nil {
			fmt.Fprintln(os.Stderr, "bench: bare commits:", err)
		}
	}
	crowd(inFlight, inFlight, one)
	return measured / crowd(measured, inFlight, one).Seconds(), nil
}

func bareRun(ctx context.Context, d *db.DB) error {
	var number int64
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		if number, err = tx.Next("bare"); err == nil {
			_, err = tx.Exec(`INSERT INTO bare_runs (number, state) VALUES (?, 'running')`, number)
		}
		return err
	})
	write := func(query string, args ...any) {
		if err == nil {
			err = d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(query, args...); return err })
		}
	}
	for step := range 3 {
		write(`INSERT INTO bare_steps (run, step, state) VALUES (?, ?, 'intended')`, number, step)
		write(`UPDATE bare_steps SET state = 'done' WHERE run = ? AND step = ?`, number, step)
	}
	write(`UPDATE bare_runs SET state = 'ended' WHERE number = ?`, number)
	return err
}
