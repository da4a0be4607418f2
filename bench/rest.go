package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// folderWith is a temporary folder with a team.
func folderWith(procedures map[string]string) (string, error) {
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return "", err
	}
	return folder, writeTeam(filepath.Join(folder, "team"), procedures)
}

// parked is what 500 runs that wait for approvals cost a freshly started
// process: memory, and processor time over ten quiet seconds.
func parked(ctx context.Context) ([]figure, error) {
	procedures := map[string]string{}
	for i := range 4 { // a host can wait for a procedure once
		name := fmt.Sprint("asked-", i)
		procedures[name] = three(name, "", "")
	}
	folder, err := folderWith(procedures)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer func() { p.end() }()
	for i := range 500 {
		in := map[string]any{"procedure": fmt.Sprint("asked-", i/hosts), "input": map[string]string{"host": fmt.Sprintf("h%d", i%hosts)}}
		if _, err := p.ask(ctx, "run.start", in); err != nil {
			return nil, err
		}
		time.Sleep(25 * time.Millisecond) // below the rate limit of one actor
	}
	p.end()
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	time.Sleep(5 * time.Second)
	before, err1 := p.busy()
	time.Sleep(10 * time.Second)
	after, err2 := p.busy()
	memory, err3 := p.memory()
	busy := 100 * (after - before).Seconds() / 10
	return []figure{
		{"parked.memory", memory, "MB RSS", "≤ 60", memory <= 60, "500 runs that wait for approvals"},
		{"parked.processor", busy, "% of a core", "≤ 3", busy <= 3, "the same, over ten quiet seconds"},
	}, errors.Join(err1, err2, err3)
}

// coldStart is the time from exec to the first 200 of /readyz, on a folder that
// was used before, and what the process holds when nothing happens.
func coldStart(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(map[string]string{"three": three("three", "", "")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	var times []time.Duration
	memory := 0.0
	for i := range 6 {
		p, err := startProcess(ctx, folder)
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first makes the database
			times = append(times, p.ready)
		}
		if i == 5 {
			time.Sleep(5 * time.Second)
			if memory, err = p.memory(); err != nil {
				return nil, err
			}
		}
		p.end()
	}
	ready := percentile(times, 0.5)
	return []figure{
		{"start.ready", ready, "ms", "≤ 300", ready <= 300, "exec → ready, median of five, SQLite"},
		{"start.idle-memory", memory, "MB RSS", "≤ 60", memory <= 60, "resident, five quiet seconds after the start"},
	}, nil
}

// pages is how long the first page and the list of runs take over HTTP with
// 100,000 runs in the store.
func pages(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(map[string]string{"three": three("three", "", "")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	p, err := startProcess(ctx, folder) // makes the tables
	if err != nil {
		return nil, err
	}
	p.end()
	if err := manyRuns(ctx, "sqlite:"+filepath.Join(folder, "data", "prentice.db"), 100_000); err != nil {
		return nil, err
	}
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	defer p.end()
	return p.answers(ctx, "over HTTP, 100,000 runs in the store",
		question{"pages.now.p95", "now.show", map[string]any{}},
		question{"pages.runs.p95", "run.list", map[string]any{}},
		question{"pages.runs-deep.p95", "run.list", map[string]any{"before": 50_000, "state": "verified"}})
}

// manyRuns fills a store with ended runs, by the runner's own tables.
func manyRuns(ctx context.Context, address string, n int) error {
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	defer d.Close()
	plan := prentice.Plan{Format: prentice.PlanFormat, Procedure: "three", Targets: []prentice.Target{{Ref: "host/h0"}, {Ref: "host/h1"}}}
	return d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO run_plans (plan, canonical) VALUES (?, ?)`, plan.Hash(), string(plan.Canonical())); err != nil {
			return err
		}
		for i := 1; i <= n; i++ {
			at := db.Micros(time.Now().Add(time.Duration(i-n) * time.Minute))
			_, err := tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires)
				VALUES (?, 'three', ?, ?, 'verified', 'it stayed gone', 'change', 'self/prentice', '', '', '{}', '{}', '{}', '', 1, '', '', ?, ?, ?, ?, 0)`,
				i, plan.Hash(), fmt.Sprintf("service/s%d", i%50), fmt.Sprint("run ", i), at, at, at)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO series (name, last) VALUES ('run', ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last`, n)
		return err
	})
}
