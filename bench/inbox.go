package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// question is an operation whose answers are timed.
type question struct {
	figure, op string
	in         map[string]any
}

// answers is how long each question takes over HTTP: 95 of 100, of fifty.
func (p *process) answers(ctx context.Context, note string, questions ...question) ([]figure, error) {
	var figures []figure
	for _, q := range questions {
		var times []time.Duration
		for range 60 {
			begun := time.Now()
			if _, err := p.ask(ctx, q.op, q.in); err != nil {
				return nil, err
			}
			times = append(times, time.Since(begun))
			time.Sleep(25 * time.Millisecond) // below the rate limit of one actor
		}
		p95 := percentile(times[10:], 0.95)
		figures = append(figures, figure{q.figure, p95, "ms", "≤ 50", p95 <= 50, note})
	}
	return figures, nil
}

// asked is how many runs wait for approval in the measured inbox.
const asked = 5_000

// inbox is how long the inbox and the first page take over HTTP when thousands
// of runs wait for approval. The first is asked for at the door; the others are
// its rows again, each with a plan of its own and one that was agreed to before.
func inbox(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(map[string]string{"asked": three("asked", "", "")})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	err = p.waits(ctx)
	p.end()
	if err != nil {
		return nil, err
	}
	if err := manyAsked(ctx, "sqlite:"+filepath.Join(folder, "data", "prentice.db")); err != nil {
		return nil, err
	}
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	defer p.end()
	return p.answers(ctx, "over HTTP, 5,000 runs wait for approval",
		question{"pages.inbox.p95", "inbox.list", map[string]any{}},
		question{"pages.inbox-long.p95", "inbox.list", map[string]any{"limit": 100}},
		question{"pages.now-asked.p95", "now.show", map[string]any{}})
}

// waits asks for run 1 and waits until it waits for an approval.
func (p *process) waits(ctx context.Context) error {
	if _, err := p.ask(ctx, "run.start", map[string]any{"procedure": "asked", "input": map[string]string{"host": "h0"}}); err != nil {
		return err
	}
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(25 * time.Millisecond) {
		raw, err := p.ask(ctx, "run.show", map[string]any{"number": "1"})
		if err != nil {
			return err
		}
		var d run.View
		if err := json.Unmarshal(raw, &d); err != nil {
			return err
		}
		if d.State == prentice.Waiting {
			return nil
		}
	}
	return fmt.Errorf("run 1 does not wait for an approval")
}

// manyAsked repeats run 1 until enough wait.
func manyAsked(ctx context.Context, address string) error {
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	defer d.Close()
	var canonical string
	if err := d.QueryRow(ctx, `SELECT p.canonical FROM runs r JOIN run_plans p ON p.plan = r.plan WHERE r.number = 1`, nil, &canonical); err != nil {
		return err
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		for n := 2; n <= asked; n++ {
			var plan prentice.Plan
			if err := json.Unmarshal([]byte(canonical), &plan); err != nil {
				return err
			}
			if err := askedAgain(tx, n, plan); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE series SET last = ? WHERE name = 'run'`, asked)
		return err
	})
}

// askedAgain is run 1 once more, for a subject of its own.
func askedAgain(tx *db.Tx, n int, plan prentice.Plan) error {
	plan.Subject = prentice.Ref(fmt.Sprintf("host/a%d", n))
	plan.Targets[0].Ref = plan.Subject
	before := plan
	before.Summary = "as it was before"
	for _, p := range []prentice.Plan{before, plan} {
		if _, err := tx.Exec(`INSERT INTO run_plans (plan, canonical) VALUES (?, ?)`, p.Hash(), string(p.Canonical())); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`INSERT INTO run_agreed (procedure, subject, run, plan, time) SELECT procedure, ?, 1, ?, created FROM runs WHERE number = 1`, string(plan.Subject), before.Hash())
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires, kin)
		SELECT ?, procedure, ?, ?, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, ?, created, started, ended, expires + ?, kin || ? FROM runs WHERE number = 1`,
		n, plan.Hash(), string(plan.Subject), fmt.Sprint("run ", n), n, fmt.Sprint(n/5))
	return err
}
