package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

// sandboxed is what the sandbox costs: one program in it over the program alone, and the
// tests of a Go module as a check over the same tests outside.
func sandboxed(ctx context.Context) ([]figure, error) {
	over, err := execOver(ctx)
	if err != nil {
		return nil, err
	}
	ratio, err := goTestOver(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"sandbox.exec", over, "ms", "≤ 25", over <= 25, "true in a sandbox over true alone, half of 50"},
		{"sandbox.gotest", ratio, "×", "≤ 1.1", ratio <= 1.1, "a check that tests a Go module for some seconds, over go test in its folder, both with what was built before, half of 5"},
	}, nil
}

func execOver(ctx context.Context) (over float64, err error) {
	dir, err := os.MkdirTemp("/tmp", "bench-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	box, err := sandbox.New(ctx, dir)
	if err != nil {
		return 0, err
	}
	var within, alone []time.Duration
	for range 50 {
		begun := time.Now()
		if exit, err := box.Run(ctx, sandbox.Job{Argv: []string{"true"}}); err != nil || !exit.OK() {
			return 0, fmt.Errorf("true in a sandbox: %s: %w", exit, err)
		}
		within = append(within, time.Since(begun))
		begun = time.Now()
		if err := exec.CommandContext(ctx, "true").Run(); err != nil {
			return 0, err
		}
		alone = append(alone, time.Since(begun))
	}
	return percentile(within, 0.5) - percentile(alone, 0.5), box.Close()
}

// module is a Go module whose test computes for some seconds.
var module = map[string]string{
	"go.mod":                     "module example.org/busy\n\ngo 1.24\n",
	"busy.go":                    "package busy\n\n// Sum adds what numbers leave over.\nfunc Sum(n uint64) (sum uint64) {\n\tfor i := range n {\n\t\tsum += i * i % 7\n\t}\n\treturn sum\n}\n",
	"busy_test.go":               "package busy\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(3_000_000_000) == 0 {\n\t\tt.Fatal(0)\n\t}\n}\n",
	pipeline.Folder + "/unit.md": "---\ncheck: unit\nsummary: The tests pass\n---\n```sh\ngo test -count=1 ./...\n```\n",
}

func goTestOver(ctx context.Context) (ratio float64, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := writeFiles(filepath.Join(dir, "tree"), module); err != nil {
		return 0, err
	}
	tree := check.Example{Files: module}.Tree()
	tree.Keep, tree.Protected = filepath.Join(dir, "keep"), func(context.Context) bool { return true }
	kind := new(checkrun.Desk).Judge().Kind()
	var within, outside []time.Duration
	for n := range 6 { // the first of each builds
		begun := time.Now()
		if err := asCheck(ctx, kind, tree); err != nil {
			return 0, err
		}
		inside := time.Since(begun)
		cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "./...")
		cmd.Dir, cmd.Env = filepath.Join(dir, "tree"), append(os.Environ(), "GOFLAGS=", "GOCACHE="+filepath.Join(dir, "cache"))
		var says bytes.Buffer
		cmd.Stdout, cmd.Stderr = &says, &says
		begun = time.Now()
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("go test: %w: %s", err, says.String())
		}
		if n > 0 {
			within, outside = append(within, inside), append(outside, time.Since(begun))
		}
	}
	return percentile(within, 0.5) / percentile(outside, 0.5), nil
}

func asCheck(ctx context.Context, kind check.Kind, tree *check.Tree) error {
	j := check.Judge{Kinds: []check.Kind{kind}}
	rules, _ := j.Rules(ctx, tree)
	list, err := j.All(ctx, tree, rules)
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].Outcome.Truth != prentice.Pass {
		return fmt.Errorf("the check did not pass: %+v", list)
	}
	return nil
}
