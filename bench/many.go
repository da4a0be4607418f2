package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"prentice/internal/engine/pipeline"
)

// manyChecks is how long a repository with many checks of one step takes, each in a sandbox
// of its own, and how that grows from a hundred to a thousand.
func manyChecks(ctx context.Context) ([]figure, error) {
	took := map[int]time.Duration{}
	for _, n := range []int{1, 100, 1000} {
		d, err := manyOf(ctx, n)
		if err != nil {
			return nil, err
		}
		took[n] = d
	}
	each := func(n int) float64 { return took[n].Seconds() / (float64(n) * math.Log2(float64(n))) }
	growth := each(1000) / each(100)
	return []figure{{"checks.many.growth", growth, "×", "≤ 1.5", growth <= 1.5,
		fmt.Sprintf("what a check costs among 1,000 beside among 100, over n log n: one takes %.0f ms, 100 take %.1f s, 1,000 take %.1f s, each in its sandbox", took[1].Seconds()*1000, took[100].Seconds(), took[1000].Seconds())}}, nil
}

func manyOf(ctx context.Context, n int) (took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	texts := map[string]string{"README.md": "# Shop\n"}
	for i := range n {
		texts[fmt.Sprintf("%s/c%d.md", pipeline.Folder, i)] = fmt.Sprintf("---\ncheck: c%d\nsummary: The name is there\npaths: [README.md]\n---\n```sh\ngrep -q '^# Shop' README.md\n```\n", i)
	}
	if err := errors.Join(writeFiles(dir, texts), committed(ctx, dir)); err != nil {
		return 0, err
	}
	program, err := filepath.Abs(binary)
	if err != nil {
		return 0, err
	}
	return timePassing(ctx, dir, filepath.Join(dir, ".git"), program, "check", "--only", "checks", "--fresh")
}
