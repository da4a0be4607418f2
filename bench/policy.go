package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// twentyRules is a policy as a careful team has it.
func twentyRules() (*policy.Policy, error) {
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range 20 {
		fmt.Fprintf(&text, "  - name: rule-%d\n    priority: %d\n    when: actor.role == \"operator\" && plan.procedure == \"p%d\" && record.verified > %d && time.hour >= %d\n    verdict: allow\n    reason: It is measured.\n", i, i, i, i, i)
	}
	p, findings := policy.Load("policy.yaml", []byte(text.String()))
	for _, f := range findings {
		if f.Error {
			return nil, fmt.Errorf("policy: %s", f.Text)
		}
	}
	return p, nil
}

func measuredPlan(procedure string) prentice.Plan {
	return prentice.Plan{Format: prentice.PlanFormat, Procedure: procedure, Risk: prentice.Change, Inputs: map[string]string{}, Targets: []prentice.Target{{Ref: "host/a"}},
		Limits: prentice.PlanLimits{MaxTargets: 1, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"}}
}

// decisions is how many times a second a policy of twenty rules decides, on one
// core.
func decisions(ctx context.Context) ([]figure, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, err := twentyRules()
	if err != nil {
		return nil, err
	}
	plan := measuredPlan("p7")
	moment := prentice.Moment{Now: time.Now(), Actor: operator, Op: "run.start", Plan: &plan, Record: prentice.Record{Runs: 9, Verified: 9}}
	const n = 40_000
	begun := time.Now()
	for range n {
		p.Decide(ctx, moment)
	}
	rate := n / time.Since(begun).Seconds()
	return []figure{{"policy.decisions.core", rate, "decisions/s", "≥ 20000", rate >= 20_000, "twenty CEL rules, one core"}}, nil
}

// layingOut is how long the table of fifty procedures in five places takes.
func layingOut(ctx context.Context) ([]figure, error) {
	p, err := twentyRules()
	if err != nil {
		return nil, err
	}
	var plans []policy.Surveyed
	for i := range 50 {
		for _, place := range []string{"production", "staging", "test", "demo", "office"} {
			plan := measuredPlan(fmt.Sprint("p", i))
			plan.Environment, plan.Risk = place, prentice.Risk(i%3)
			plans = append(plans, policy.Surveyed{Place: place, Plan: plan})
		}
	}
	begun := time.Now()
	t := p.Table(ctx, plans, begun)
	took := float64(time.Since(begun).Microseconds()) / 1000
	return []figure{{"policy.table", took, "ms", "≤ 1000", took <= 1000, fmt.Sprintf("50 procedures, 5 places, every hour of the week: %d cells", t.Cells)}}, nil
}

// replaying is how long 100,000 decisions in a store take to be judged again.
func replaying(ctx context.Context) (_ []figure, err error) {
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(folder, "prentice.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := errors.Join(d.Prepare(ctx), d.Migrate(ctx, "runner", run.Schema())); err != nil {
		return nil, err
	}
	const n = 100_000
	if err := manyDecisions(ctx, d, n); err != nil {
		return nil, err
	}
	p, err := twentyRules()
	if err != nil {
		return nil, err
	}
	r := &run.Store{DB: d, Clock: time.Now}
	begun := time.Now()
	got, err := p.Replay(ctx, time.Unix(0, 0), func(emit func(prentice.Decided) error) error { return r.Decisions(ctx, time.Unix(0, 0), emit) })
	took := time.Since(begun).Seconds()
	if err == nil && got.Decisions != n {
		err = fmt.Errorf("%d decisions were replayed, not %d", got.Decisions, n)
	}
	return []figure{{"policy.replay.100k", took, "s", "≤ 60", took <= 60, "100,000 stored decisions of 1,000 plans, twenty rules, SQLite"}}, err
}

// manyDecisions fills a store with ended runs that can be judged again.
func manyDecisions(ctx context.Context, d *db.DB, n int) error {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return d.Write(ctx, func(tx *db.Tx) error {
		var hashes []string
		for i := range 1000 {
			plan := measuredPlan(fmt.Sprint("p", i))
			hashes = append(hashes, plan.Hash())
			if _, err := tx.Exec(`INSERT INTO run_plans (plan, canonical) VALUES (?, ?)`, plan.Hash(), string(plan.Canonical())); err != nil {
				return err
			}
		}
		for i := 1; i <= n; i++ {
			at := db.Micros(begin.Add(time.Duration(i) * time.Minute))
			_, err := tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires)
				VALUES (?, ?, ?, '', 'verified', '', 'change', 'person/ann', '', '', '{"Actor":{"kind":"person","name":"ann","role":"operator","door":"cli"}}', '{"verdict":"ask","rules":["default-change"],"reasons":[""],"approvers":1,"role":"approver"}', '{"runs":9,"verified":9}', '', 1, '', '', ?, ?, ?, ?, 0)`,
				i, fmt.Sprint("p", i%1000), hashes[i%1000], fmt.Sprint("run ", i), at, at, at)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
