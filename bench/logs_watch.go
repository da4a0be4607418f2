package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/run"
)

const (
	manyWatchers = 100
	paced        = 2000 // lines, in twenty batches
)

// talking prints lines in batches, once its watchers are there.
const talking = `---
procedure: talk
summary: Print, for those who watch
owner: group:crew
review_by: 2030-01-01
targets: '["h0"]'
limits: {max_targets: 1, cooldown: 0s, timeout: 2m, approval_expires: 24h}
---

# Talk

## Act

` + "```sh id=talk\nwhile ! test -e \"$PRENTICE_STATE/go\"; do sleep 0.1; done\nfor i in $(seq 20); do seq -f \"batch $i line %.0f of what a step says\" 100; sleep 0.25; done\n```\n"

// watchers is a hundred who follow a running log over HTTP: whether each hears
// each line, how late, and what it costs the server.
func watchers(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(map[string]string{"talk": talking})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer p.end()
	if _, err := p.ask(ctx, "run.start", map[string]any{"procedure": "talk"}); err != nil {
		return nil, err
	}
	before, err := p.memory()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	heard := make([][]time.Duration, manyWatchers)
	errs := make([]error, manyWatchers)
	var all sync.WaitGroup
	for i := range manyWatchers {
		all.Go(func() { heard[i], errs[i] = p.hear(ctx) })
		time.Sleep(25 * time.Millisecond) // below the rate limit of one actor
	}
	begun := time.Now()
	if err := os.WriteFile(folder+"/data/work/go", nil, 0o600); err != nil {
		return nil, err
	}
	all.Wait()
	took := time.Since(begun).Seconds()
	after, err := p.peak()
	if err != nil {
		return nil, err
	}
	var late []time.Duration
	lost := 0
	for i, times := range heard {
		if errs[i] != nil {
			return nil, errs[i]
		}
		lost += max(0, paced-len(times))
		late = append(late, times...)
	}
	if len(late) == 0 {
		return nil, fmt.Errorf("no one heard anything")
	}
	p95 := percentile(late, 0.95)
	return []figure{
		{"logs.watchers.lost", float64(lost), "lines", "0", lost == 0, fmt.Sprintf("%d watchers over HTTP, %d lines in batches of 100; lines that someone did not hear", manyWatchers, paced)},
		{"logs.watchers.delivered", float64(len(late)) / took, "lines/s", "≥ 20000", float64(len(late))/took >= 20_000, "to all of them together; the step prints 400 a second"},
		{"logs.watchers.delay.p95", p95, "ms", "≤ 250", p95 <= 250, "from when a line was kept to when a watcher has it"},
		{"logs.watchers.memory", after - before, "MB RSS", "≤ 60", after-before <= 60, "what the server took more at its peak"},
	}, nil
}

// hear follows run 1 to its end, and says how late each line was.
func (p *process) hear(ctx context.Context) ([]time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v1/watch/run.watch?in="+url.QueryEscape(`{"number":"1"}`), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("run.watch: %s", res.Status)
	}
	var late []time.Duration
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if lines.Text() == "event: end" {
			return late, nil
		}
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		var m run.Moment
		if found && json.Unmarshal([]byte(data), &m) == nil && m.Log != nil && strings.HasPrefix(m.Log.Text, "batch") {
			late = append(late, time.Since(m.Log.Time))
		}
	}
	return late, fmt.Errorf("the stream broke off after %d lines: %w", len(late), lines.Err())
}
