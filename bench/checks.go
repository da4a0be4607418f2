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
)

// checks is how long prentice check takes, the whole process: the first time on
// repositories of a hundred to ten thousand files, and again when nothing has changed.
func checks(ctx context.Context) ([]figure, error) {
	var figures []figure
	per := map[int]float64{}
	for _, files := range []int{100, 1_000, 10_000} {
		dir, err := repository(ctx, files)
		if err != nil {
			return nil, err
		}
		first, again, err := checked(ctx, dir)
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return nil, err
		}
		per[files] = first / float64(files)
		if files == 10_000 {
			figures = append(figures,
				figure{"checks.unchanged.10k", again, "ms", "≤ 100", again <= 100, "prentice check on an unchanged tree of 10,000 files, the whole process, half of 20"},
				figure{"checks.first.10k", first, "ms", "≤ 2000", first <= 2000, "the same, all rules judged anew, half of 5"})
		}
	}
	growth := per[10_000] / per[1_000]
	return append(figures, figure{"checks.growth", growth, "×", "≤ 1.5", growth <= 1.5, "what a file costs among 10,000 over what it costs among 1,000"}), nil
}

// checked is how long the first check of a repository takes, and another one.
func checked(ctx context.Context, dir string) (first, again float64, err error) {
	var firsts, agains []time.Duration
	for range 5 {
		took, err := timeCheck(ctx, dir, "--fresh")
		if err != nil {
			return 0, 0, err
		}
		firsts = append(firsts, took)
	}
	for range 20 {
		took, err := timeCheck(ctx, dir)
		if err != nil {
			return 0, 0, err
		}
		agains = append(agains, took)
	}
	return percentile(firsts, 0.5), percentile(agains, 0.5), nil
}

// timeCheck runs the program. That something is found is no failure here.
func timeCheck(ctx context.Context, dir string, flags ...string) (time.Duration, error) {
	program, err := filepath.Abs(binary)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"check"}, flags...)...)
	var says bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &says
	begun := time.Now()
	err = cmd.Run()
	took := time.Since(begun)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && (exit.ExitCode() == 9 || exit.ExitCode() == 10) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("prentice check: %w: %s", err, says.String())
	}
	return took, nil
}

// repository is a repository of so many files, of the kinds that a service has.
func repository(ctx context.Context, files int) (string, error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return "", err
	}
	texts := map[string]string{}
	for n := range files {
		name := filepath.Join("services", fmt.Sprint("s", n/100), fmt.Sprint("f", n))
		switch n % 5 {
		case 0:
			texts[name+".go"] = fmt.Sprintf("package s%d\n\n// F%d adds.\nfunc F%d(a, b int) int { return a + b }\n", n/100, n, n)
		case 1:
			texts[name+".yaml"] = fmt.Sprintf("name: f%d\nreplicas: 2\nports:\n  - 80%02d\n", n, n%100)
		case 2:
			texts[name+".sh"] = fmt.Sprintf("#!/bin/sh\nset -eu\necho %d\n", n)
		case 3:
			texts[name+".md"] = fmt.Sprintf("# File %d\n\nIt says what it says.\n", n)
		default:
			texts[name+".json"] = fmt.Sprintf("{\"name\": \"f%d\"}\n", n)
		}
	}
	texts["README.md"], texts["LICENSE"] = "# Shop\n\nHow to run and test it: make test.\n", "All rights reserved.\n"
	if err := writeFiles(dir, texts); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	if err := committed(ctx, dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// committed makes a folder a repository with all that is in it in one commit.
func committed(ctx context.Context, dir string) error {
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "a repository to measure with"}} {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %v: %w: %s", args, err, out)
		}
	}
	return nil
}
