package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// longLog is how long pages of a log of ten million lines take over HTTP, and how
// much more memory the server ever had meanwhile.
func longLog(ctx context.Context) ([]figure, error) {
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
	if err := manyRuns(ctx, "sqlite:"+filepath.Join(folder, "data", "prentice.db"), 1); err != nil {
		return nil, err
	}
	const n = 10_000_000
	if err := printMuch(filepath.Join(folder, "data"), n); err != nil {
		return nil, err
	}
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	defer p.end()
	time.Sleep(5 * time.Second) // what the start needed is given back
	if err := p.forgetPeak(); err != nil {
		return nil, err
	}
	before, err := p.peak()
	if err != nil {
		return nil, err
	}
	figures, err := p.answers(ctx, "over HTTP, of a log of ten million lines",
		question{"logs.page.first", "run.log", map[string]any{"number": "1", "limit": 1000}},
		question{"logs.page.middle", "run.log", map[string]any{"number": "1", "line": n / 2, "limit": 1000}},
		question{"logs.page.last", "run.log", map[string]any{"number": "1", "tail": 1000}},
		question{"logs.page.target", "run.log", map[string]any{"number": "1", "target": "host/h1"}},
		question{"logs.page.search", "run.log", map[string]any{"number": "1", "find": "no line has this"}})
	if err != nil {
		return nil, err
	}
	for i := range figures {
		figures[i].goal, figures[i].good = "≤ 1000", figures[i].value <= 1000
	}
	figures[3].note = "a target that printed nothing: 256 MB are looked through at a time, over HTTP"
	search := &figures[len(figures)-1]
	search.note = "a search that finds nothing looks through 256 MB at a time, over HTTP"
	after, err := p.peak()
	grown := after - before
	return append(figures, figure{"logs.page.memory", grown, "MB RSS", "≤ 16", grown <= 16, "what the server took more at its peak, for all these pages"}, besideGrep(ctx, folder, search.value)), err
}

func printMuch(data string, n int) error {
	l, err := logsIn(data)
	if err != nil {
		return err
	}
	w := l.Writer(1, "print", "host/h0", nil)
	const part = 100_000
	for i := 0; i < n; i += part {
		w.Write(printed(i, part)) //nolint:errcheck // never fails
	}
	w.Close() //nolint:errcheck // never fails
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // the end of a process stores for five seconds
		if err := l.Run(ended); err != nil {
			return err
		}
	}
	return nil
}

// besideGrep looks for the same in 256 MB of plain text.
func besideGrep(ctx context.Context, folder string, ours float64) figure {
	file := filepath.Join(folder, "plain")
	f, err := os.Create(file)
	if err != nil {
		return figure{name: "logs.page.search.vs-grep", unit: "times", note: err.Error()}
	}
	defer f.Close()
	part := printed(0, 100_000)
	for size := 0; size < 256<<20; size += len(part) {
		f.Write(part) //nolint:errcheck // a shorter file is a faster peer
	}
	begun := time.Now()
	exec.CommandContext(ctx, "grep", "-F", "no line has this", file).Run() //nolint:errcheck // it finds nothing
	times := ours / (1000 * time.Since(begun).Seconds())
	return figure{"logs.page.search.vs-grep", times, "times", "≤ 20", times <= 20, "our search of 256 MB by the time of grep -F on plain text in the page cache"}
}
