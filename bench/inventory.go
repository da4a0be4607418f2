package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The world of the figure: advisories of so many packages, and a lock file with some of
// them, of which every tenth is in a version that is affected.
const (
	advised, locked, affectedEach = 20_000, 1000, 10
)

// inventoried is how long it takes to read what a repository is built from and to ask the
// advisories of each dependency, the whole process, and how much memory.
func inventoried(ctx context.Context) ([]figure, error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is a folder of the machine's own for what passes
	if err := advisedShop(ctx, dir); err != nil {
		return nil, err
	}
	var all []time.Duration
	for range 21 {
		took, err := listed(ctx, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, took)
	}
	var most int64
	for range 5 {
		memory, err := listedAlone(ctx, dir)
		if err != nil {
			return nil, err
		}
		most = max(most, memory)
	}
	p50, mb := percentile(all, 0.5), float64(most)/1024
	return []figure{
		{"checks.inventory", p50, "ms", "≤ 200", p50 <= 200, fmt.Sprintf("prentice dependency list: %d dependencies of a lock file of npm asked of %d advisories, the whole process, half of 21", locked, advised)},
		{"checks.inventory.memory", mb, "MB", "≤ 100", mb <= 100, "the most that one of 5 such processes had in memory, each started by a process that had little itself"},
	}, nil
}

// advisedShop makes a repository with a lock file, and a book of advisories beside it.
func advisedShop(ctx context.Context, dir string) error {
	packages := map[string]any{"": map[string]any{}}
	for i := range locked {
		version := "2.0.0"
		if i%affectedEach == 0 {
			version = "1.0.0"
		}
		packages[fmt.Sprintf("node_modules/package-%d", i*(advised/locked))] = map[string]any{"version": version, "license": "MIT"}
	}
	lock, err := json.MarshalIndent(map[string]any{"lockfileVersion": 3, "packages": packages}, "", "  ")
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for i := range advised {
		w, err := z.Create(fmt.Sprintf("TEST-%d.json", i))
		if err == nil {
			_, err = fmt.Fprintf(w, `{"id": "TEST-%d", "modified": %q, "summary": "it is an example", "details": "%0600d", "affected": [{"package": {"ecosystem": "npm", "name": "package-%d"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.5.0"}]}]}]}`, i, time.Now().UTC().Add(-time.Hour).Format(time.RFC3339), i, i)
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := writeFiles(dir, map[string]string{"shop/package-lock.json": string(lock), "all.zip": archive.String()}); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "git", "init", "-q", filepath.Join(dir, "shop")).CombinedOutput(); err != nil {
		return fmt.Errorf("git init: %w: %s", err, out)
	}
	_, err = inShop(ctx, dir, "advisory", "import", filepath.Join(dir, "all.zip"))
	return err
}

// list are the words of the command that is measured.
var list = []string{"dependency", "list", "-o", "json"}

// listed is how long one process takes.
func listed(ctx context.Context, dir string) (time.Duration, error) {
	begun := time.Now()
	out, err := inShop(ctx, dir, list...)
	took := time.Since(begun)
	if err != nil {
		return 0, err
	}
	if found := bytes.Count(out, []byte(`"TEST-`)); found != locked/affectedEach {
		return 0, fmt.Errorf("%d vulnerable dependencies are found, and %d are there", found, locked/affectedEach)
	}
	return took, nil
}

func inShop(ctx context.Context, dir string, args ...string) ([]byte, error) {
	program, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	return output(ctx, dir, program, args)
}

func output(ctx context.Context, dir, program string, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = filepath.Join(dir, "shop"), append(os.Environ(), "PRENTICE_ADVISORIES="+filepath.Join(dir, "shelf"))
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return nil, fmt.Errorf("prentice %s: %w", args[0], err)
	}
	return out, nil
}

// between is the first word of a process of ours that starts another and prints how much
// memory that had at most, in KB.
const between = "started-by-little"

// listedAlone is how much memory one process has at most, in KB. The system counts as that
// of a process also what the one that started it had in memory before, which after other
// figures is much more; so a process stands between that has little.
func listedAlone(ctx context.Context, dir string) (int64, error) {
	program, err := filepath.Abs(binary)
	if err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := output(ctx, dir, self, append([]string{between, program}, list...))
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
}

// startsAnother is the process between.
func startsAnother(ctx context.Context, argv []string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if err := cmd.Run(); err != nil {
		return err
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("the machine does not say how much memory a process had")
	}
	_, err := fmt.Println(usage.Maxrss)
	return err
}
