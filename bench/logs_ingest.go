package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"prentice/internal/adapter/blob"
	"prentice/internal/engine/log"
)

// logsIn keeps logs in a data folder as prentice up does, finished parts in a
// folder.
func logsIn(data string) (*log.Logs, error) {
	store, err := blob.New(filepath.Join(data, "blobs"))
	if err != nil {
		return nil, err
	}
	return log.New(log.Deps{Own: log.Place{Folder: filepath.Join(data, "logs")}, Store: store, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
}

// printed is n lines as programs print them, of about a hundred bytes.
func printed(from, n int) []byte {
	var b bytes.Buffer
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "2026-11-27T08:%02d:%02d.%03dZ INFO checkout request=%08x took %d ms, status 200, customer %d of %d\n", i/60000%60, i/1000%60, i%1000, i*2654435761, i%977, i%5003, i)
	}
	return b.Bytes()
}

// ingest is how fast a step's output is kept, by one core: cut into records,
// masked, written and compressed, without a disk's waiting. The peers compress
// the same text from a file, and do no more than that.
func ingest(ctx context.Context) ([]figure, error) {
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	l, err := logsIn(folder)
	if err != nil {
		return nil, err
	}
	const n = 400_000
	text := printed(0, n)
	var secrets []string
	for i := range 20 {
		secrets = append(secrets, fmt.Sprintf("s3cret-%d-of-a-service-%x", i, i*7919))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var plain, masked []time.Duration
	for i := range 5 {
		plain = append(plain, keep(l, int64(2*i+1), text, nil))
		masked = append(masked, keep(l, int64(2*i+2), text, secrets))
	}
	p, m := median(plain), median(masked)
	mb := float64(len(text)) / 1e6
	cost := 100 * (m.Seconds()/p.Seconds() - 1)
	figures := []figure{
		{"logs.ingest.bytes", mb / m.Seconds(), "MB/s per core", "≥ 50", mb/m.Seconds() >= 50, "output of a step kept, with 20 secrets masked; median of five"},
		{"logs.ingest.lines", n / m.Seconds(), "lines/s per core", "≥ 500000", n/m.Seconds() >= 500_000, "the same"},
		{"logs.ingest.bytes-plain", mb / p.Seconds(), "MB/s per core", "≥ 50", mb/p.Seconds() >= 50, "the same without a secret"},
		{"logs.masking", cost, "%", "≤ 20", cost <= 20, "what masking 20 secrets costs on top"},
	}
	return append(figures, peers(ctx, folder, text, mb/m.Seconds())...), nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// keep writes text as a pipe gives it.
func keep(l *log.Logs, run int64, text []byte, secrets []string) time.Duration {
	w := l.Writer(run, "print", "host/h0", secrets)
	begun := time.Now()
	for rest := text; len(rest) > 0; {
		n := min(32<<10, len(rest))
		w.Write(rest[:n]) //nolint:errcheck // never fails
		rest = rest[n:]
	}
	took := time.Since(begun)
	w.Close() //nolint:errcheck // never fails
	return took
}

// peers compress the same text. One that is not installed is left out.
func peers(ctx context.Context, folder string, text []byte, ours float64) (list []figure) {
	file := filepath.Join(folder, "text")
	if os.WriteFile(file, text, 0o600) != nil {
		return nil
	}
	for name, args := range map[string][]string{"gzip": {"-1", "-c", file}, "zstd": {"-1", "--single-thread", "-q", "-c", file}} {
		c := exec.CommandContext(ctx, name, args...)
		c.Stdout = io.Discard
		begun := time.Now()
		if c.Run() != nil {
			continue
		}
		times := ours / (float64(len(text)) / 1e6 / time.Since(begun).Seconds())
		list = append(list, figure{"logs.ingest.vs-" + name, times, "times", "≥ 0.1", times >= 0.1, name + " -1 compresses the same text from a file and does no more; this is our speed by its"})
	}
	slices.SortFunc(list, func(a, b figure) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return list
}
