package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	keeping "prentice/internal/engine/retention"
	"prentice/internal/kit/db"
)

// aged is how many runs are made, and then are old.
const aged = 10_000

// retention is what runs of three trivial steps leave in the files of SQLite, how
// much of it goes when they are old, what that costs those who ask meanwhile, and
// whether as many runs again need more room.
func retention(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(map[string]string{"three": three("three", "", "")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := perform(ctx, folder, aged); err != nil {
		return nil, err
	}
	full, err := databaseSize(folder)
	if err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	quiet, err := listing(ctx, p, func() (bool, error) { return false, nil })
	p.end()
	if err != nil {
		return nil, err
	}
	if err := makeOld(ctx, folder); err != nil {
		return nil, err
	}
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	defer func() { p.end() }()
	begun := time.Now()
	beside, err := listing(ctx, p, func() (bool, error) {
		left, err := kept(ctx, p)
		return left > 0, err
	})
	took := time.Since(begun)
	if err != nil {
		return nil, err
	}
	left, err := kept(ctx, p)
	if err != nil {
		return nil, err
	}
	p.end()
	if err := perform(ctx, folder, aged); err != nil {
		return nil, err
	}
	again, err := databaseSize(folder)
	mb := func(bytes int64) float64 { return float64(bytes) / 1e6 }
	note := fmt.Sprintf("%d runs of three steps", aged)
	return []figure{
		{"retention.size", mb(full), "MB", "-", true, note + ", with evidence and events"},
		{"retention.size-again", mb(again), "MB", "-", true, "the same and as many again, when the first had gone: only their evidence is still there"},
		{"retention.gone", float64(aged-left) / took.Seconds(), "runs/s", "-", true, "how fast they went, with the pauses between"},
		{"retention.page.p95", quiet, "ms", "≤ 50", quiet <= 50, "the list of runs over HTTP, when nothing goes"},
		{"retention.page-beside.p95", beside, "ms", "≤ 50", beside <= 50, "the same while old runs go"},
	}, err
}

// perform makes ended runs, with 100 in flight, in this process.
func perform(ctx context.Context, folder string, n int) error {
	w, err := openWorld(ctx, folder, "", "")
	if err != nil {
		return err
	}
	var bad atomic.Int64
	crowd(n, inFlight, func(worker int) {
		if err := w.perform(ctx, worker); err != nil {
			bad.Add(1)
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	})
	if bad.Load() > 0 {
		err = fmt.Errorf("%d runs did not end as they should", bad.Load())
	}
	return errors.Join(err, w.work.End(), w.Close())
}

// makeOld makes all that has ended look two years old.
func makeOld(ctx context.Context, folder string) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(folder, "data", "prentice.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	by := (2 * 365 * 24 * time.Hour).Microseconds()
	for _, statement := range []string{`UPDATE runs SET created = created - ?1, ended = ended - ?1`, `UPDATE inbox_events SET received = received - ?1`, `UPDATE inbox_marks SET last = last - ?1`} {
		if _, err := d.Straight(ctx, statement, by); err != nil {
			return err
		}
	}
	return nil
}

// databaseSize is what the files of SQLite take, when no one has them open.
func databaseSize(folder string) (bytes int64, err error) {
	for _, name := range []string{"prentice.db", "prentice.db-wal"} {
		about, err := os.Stat(filepath.Join(folder, "data", name))
		if err == nil {
			bytes += about.Size()
		} else if !errors.Is(err, os.ErrNotExist) {
			return 0, err
		}
	}
	return bytes, nil
}

// listing asks for the list of runs, at least three hundred times and while more is
// true, which is asked now and then; it is the 95th percentile in milliseconds.
func listing(ctx context.Context, p *process, more func() (bool, error)) (float64, error) {
	var times []time.Duration
	for i := 0; ; i++ {
		if i%25 == 0 && i >= 300 {
			if goes, err := more(); err != nil || !goes {
				return percentile(times, 0.95), err
			}
		}
		begun := time.Now()
		if _, err := p.ask(ctx, "run.list", map[string]any{}); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begun))
		time.Sleep(25 * time.Millisecond) // below the rate limit of one actor
	}
}

// kept is how many runs there are.
func kept(ctx context.Context, p *process) (int, error) {
	raw, err := p.ask(ctx, "retention.show", map[string]any{})
	if err != nil {
		return 0, err
	}
	var all keeping.Report
	if err := json.Unmarshal(raw, &all); err != nil {
		return 0, err
	}
	for _, k := range all.Kept {
		if k.Name == "runs" {
			return int(k.Count), nil
		}
	}
	return 0, errors.New("nothing is said of runs")
}
