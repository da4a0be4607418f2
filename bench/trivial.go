package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"prentice/internal/engine/pipeline"
)

// peerOfChecks is the act that is measured beside us, built from the module proxy.
const peerOfChecks = "github.com/nektos/act@v0.2.89"

// oneStep is a repository with one check of one step, and the same step as a workflow of
// GitHub. Both are given a copy of the tree to work in.
var oneStep = map[string]string{
	"README.md":                     "# Shop\n",
	pipeline.Folder + "/trivial.md": "---\ncheck: trivial\nsummary: The name is there\n---\n```sh\ngrep -q '^# Shop' README.md\n```\n",
	".github/workflows/trivial.yml": "on: push\njobs:\n  trivial:\n    runs-on: self-hosted\n    steps:\n      - uses: actions/checkout@v4\n      - run: grep -q '^# Shop' README.md\n        shell: sh\n",
}

// trivial is how long a check of one step takes beside act, which performs workflows of
// GitHub on this machine. Both are whole processes, in turn, half of 21. Ours proves its
// sandbox and performs the step in it; act, as it is asked here, isolates nothing. It is
// kept from the network, and from starting its cache.
func trivial(ctx context.Context) (_ []figure, err error) {
	tools, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tools)) }()
	peer, err := builtPeer(ctx, peerOfChecks, tools)
	if err != nil {
		return nil, err
	}
	program, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(tools, "shop")
	if err := errors.Join(writeFiles(dir, oneStep), committed(ctx, dir)); err != nil {
		return nil, err
	}
	home := filepath.Join(tools, "home") // act asks a person, where it finds no settings of its own
	act := []string{peer, "push", "-P", "self-hosted=-self-hosted", "--action-offline-mode", "--no-cache-server"}
	check := []string{program, "check", "--only", "checks/trivial", "--fresh"}
	var ours, theirs []time.Duration
	for range 21 {
		took, err := timePassing(ctx, dir, home, check...)
		if err != nil {
			return nil, err
		}
		ours = append(ours, took)
		if took, err = timePassing(ctx, dir, home, act...); err != nil {
			return nil, err
		}
		theirs = append(theirs, took)
	}
	a, b := percentile(ours, 0.5), percentile(theirs, 0.5)
	return []figure{{"checks.trivial", b / a, "×", "≥ 5", b/a >= 5,
		fmt.Sprintf("act 0.2.89 in self-hosted mode, which isolates nothing, over prentice check --fresh in its sandbox: %.0f ms over %.0f ms, one step that reads a file, half of 21 in turn", b, a)}}, nil
}

// timePassing runs a program in a repository, and takes nothing for good that does not pass.
func timePassing(ctx context.Context, dir, home string, argv ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, out)
	}
	return time.Since(begun), nil
}
