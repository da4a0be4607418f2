package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice/internal/engine/leak"
)

// peerOfSecrets is the gitleaks that is measured beside us, built from the module proxy.
const peerOfSecrets = "github.com/zricethezav/gitleaks/v8@v8.30.1"

// secrets is how long it takes to look for secrets in all files and in the whole history
// of a repository, beside gitleaks on the same one: this one, or the one that
// BENCH_HISTORY names. Both are whole processes, in turn, half of five. What both find is
// compared by rule, commit, file and line; what we find in archives gitleaks is not asked
// for.
func secrets(ctx context.Context) ([]figure, error) {
	dir, err := filepath.Abs(cmp.Or(os.Getenv("BENCH_HISTORY"), "."))
	if err != nil {
		return nil, err
	}
	tools, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tools) //nolint:errcheck // it is of no more use
	peer, err := builtPeer(ctx, peerOfSecrets, tools)
	if err != nil {
		return nil, err
	}
	var ours, theirs []time.Duration
	report := filepath.Join(tools, "report.json")
	var found []byte
	for range 5 {
		took, out, err := timeHistory(ctx, dir)
		if err != nil {
			return nil, err
		}
		ours, found = append(ours, took), out
		begun := time.Now()
		cmd := exec.CommandContext(ctx, peer, "git", dir, "--no-banner", "--log-level=error", "--report-format=json", "--report-path="+report, "--exit-code=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("gitleaks: %w: %s", err, out)
		}
		theirs = append(theirs, time.Since(begun))
	}
	missed, more, both, err := compared(found, report)
	if err != nil {
		return nil, err
	}
	a, b := percentile(ours, 0.5), percentile(theirs, 0.5)
	tree, bytes, err := timeTree(dir)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"secrets.history", a / b, "×", "≤ 1", a <= b, fmt.Sprintf("%.0f ms, and %.0f ms for gitleaks 8.30.1, on all commits of %s; half of five in turn", a, b, filepath.Base(dir))},
		{"secrets.missed", float64(missed), "", "0", missed == 0, fmt.Sprintf("places that gitleaks alone finds; %d both find, %d we alone, in archives", both, more)},
		{"secrets.tree", tree, "MB/s", "≥ 10", tree >= 10, fmt.Sprintf("%.1f MB of files, by one processor, in memory", bytes)},
	}, nil
}

// timeHistory runs the program. That something is found is no failure here.
func timeHistory(ctx context.Context, dir string) (time.Duration, []byte, error) {
	program, err := filepath.Abs(binary)
	if err != nil {
		return 0, nil, err
	}
	cmd := exec.CommandContext(ctx, program, "check", dir, "--only", "secrets/history", "--history", "--fresh", "-o", "json")
	begun := time.Now()
	out, err := cmd.Output()
	took := time.Since(begun)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 9 {
		err = nil
	}
	return took, out, err
}

// compared is how many places gitleaks alone, we alone, and both found.
func compared(ours []byte, theirs string) (missed, more, both int, err error) {
	var checked struct {
		Rules []struct {
			Findings []struct {
				Says   string
				Places []struct {
					Commit, Path string
					Line         int
				}
			}
		}
	}
	if err := json.Unmarshal(ours, &checked); err != nil {
		return 0, 0, 0, err
	}
	text, err := os.ReadFile(theirs)
	if err != nil {
		return 0, 0, 0, err
	}
	var leaks []struct {
		RuleID, Commit, File string
		StartLine            int
	}
	if err := json.Unmarshal(text, &leaks); err != nil {
		return 0, 0, 0, err
	}
	here, there := map[string]bool{}, map[string]bool{}
	for _, r := range checked.Rules {
		for _, f := range r.Findings {
			rule, _, _ := strings.Cut(f.Says, ":")
			for _, p := range f.Places {
				here[fmt.Sprintf("%s %s %s %d", rule, p.Commit, p.Path, p.Line)] = true
			}
		}
	}
	for _, l := range leaks {
		there[fmt.Sprintf("%s %s %s %d", l.RuleID, l.Commit, l.File, l.StartLine)] = true
	}
	for place := range there {
		if here[place] {
			both++
		} else {
			missed++
		}
	}
	return missed, len(here) - both, both, nil
}

// timeTree is how many megabytes of files are looked at in a second, and how many there are.
func timeTree(dir string) (float64, float64, error) {
	d, err := leak.New(leak.Settings{})
	if err != nil {
		return 0, 0, err
	}
	texts, size := map[string][]byte{}, 0
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && slices.Contains([]string{".git", "bin", "node_modules"}, e.Name()):
			return fs.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil && !leak.Binary(text) && len(text) < 1<<20 {
			texts[path] = text
			size += len(text)
		}
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	for path, text := range texts {
		d.Find(leak.Text{Path: path, Bytes: text})
	}
	mega := float64(size) / 1e6
	return mega / time.Since(begun).Seconds(), mega, nil
}
