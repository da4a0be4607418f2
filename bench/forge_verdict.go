package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// rounds is how many pushes are timed.
const rounds = 21

// verdicts is how long it takes from `git push` of a change to its verdict, that it may land
// or may not, beside a repository of its own whose post-receive hook has act perform the same
// step. Ours asks the standards of the team as well, in the sandbox of a fresh copy; act's
// copy is made by git worktree, it isolates nothing, and the push ends with its verdict.
func verdicts(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	peer, err := builtPeer(ctx, peerOfChecks, dir)
	if err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, filepath.Join(dir, "ours"))
	if err != nil {
		return nil, err
	}
	defer p.end()
	if _, err := p.ask(ctx, "repository.create", map[string]any{"name": "shop"}); err != nil {
		return nil, err
	}
	work, ours := filepath.Join(dir, "work"), strings.Replace(p.url, "http://", "http://x:"+p.token+"@", 1)+"/git/shop.git"
	theirs, err := actsOnPush(ctx, filepath.Join(dir, "theirs"), peer)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(writeFiles(work, oneStep), committed(ctx, work), plainGit(ctx, work, "push", "-q", ours, "HEAD:refs/heads/main")); err != nil {
		return nil, err
	}
	var verdict, pushed, acted []time.Duration
	for n := range rounds {
		if err := errors.Join(writeFiles(work, map[string]string{"note": fmt.Sprint(n)}), plainGit(ctx, work, "add", "-A"),
			plainGit(ctx, work, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", fmt.Sprint("change ", n))); err != nil {
			return nil, err
		}
		head, err := outOf(ctx, work, "rev-parse", "HEAD")
		if err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := plainGit(ctx, work, "push", "-q", ours, "HEAD:refs/for/main"); err != nil {
			return nil, err
		}
		pushed = append(pushed, time.Since(begun))
		if err := p.passes(ctx, head); err != nil {
			return nil, err
		}
		verdict = append(verdict, time.Since(begun))
		begun = time.Now()
		if err := plainGit(ctx, work, "push", "-q", theirs, fmt.Sprint("HEAD:refs/heads/b", n)); err != nil {
			return nil, err
		}
		acted = append(acted, time.Since(begun))
		if err := os.Remove(filepath.Join(dir, "theirs", "passed")); err != nil {
			return nil, fmt.Errorf("act did not say that the check passes: %w", err)
		}
		if err := plainGit(ctx, work, "reset", "-q", "--hard", "HEAD^"); err != nil {
			return nil, err
		}
		time.Sleep(500 * time.Millisecond) // below the rate limit of one actor
	}
	half, p95, theirHalf := percentile(verdict, 0.5), percentile(verdict, 0.95), percentile(acted, 0.5)
	return []figure{
		{"forge.verdict.p50", half, "ms", "≤ 300", half <= 300, fmt.Sprintf("from git push of a change to its verdict, a check of one step and the standards that apply; the push itself is %.0f ms of it, half of %d", percentile(pushed, 0.5), rounds)},
		{"forge.verdict.p95", p95, "ms", "≤ 1000", p95 <= 1000, "the same"},
		{"forge.verdict.vs-act", theirHalf / half, "×", "≥ 10", theirHalf/half >= 10, fmt.Sprintf("a push to a repository whose hook has act 0.2.89 perform the same step in self-hosted mode, which isolates nothing: %.0f ms over %.0f ms", theirHalf, half)},
	}, nil
}

// passes waits for the verdict on a commit.
func (p *process) passes(ctx context.Context, commit string) error {
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		raw, err := p.ask(ctx, "may.land", map[string]any{"repository": "shop", "commit": commit})
		if err != nil {
			return err
		}
		var a struct{ May string }
		if err := json.Unmarshal(raw, &a); err != nil {
			return err
		}
		switch a.May {
		case "pass":
			return nil
		case "fail":
			return fmt.Errorf("%.12s may not land: %s", commit, raw)
		}
	}
	return fmt.Errorf("%.12s has no verdict within a minute", commit)
}

// actsOnPush is a bare repository whose hook has act perform what is pushed.
func actsOnPush(ctx context.Context, dir, act string) (bare string, err error) {
	hook := "#!/bin/sh\nset -e\nexport HOME=" + dir + "/home XDG_CONFIG_HOME=" + dir + "/home XDG_CACHE_HOME=" + dir + "/home\nwhile read old new ref; do\n" +
		"unset GIT_DIR GIT_QUARANTINE_PATH\nrm -rf " + dir + "/tree\ngit -C " + dir + "/shop.git worktree prune\ngit -C " + dir + "/shop.git worktree add -q --detach " + dir + "/tree $new\ncd " + dir + "/tree\n" +
		act + " push -P self-hosted=-self-hosted --action-offline-mode --no-cache-server >" + dir + "/said 2>&1 && touch " + dir + "/passed\ndone\n"
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "home"), 0o755), plainGit(ctx, dir, "init", "-q", "--bare", "shop.git")); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "shop.git", "hooks", "post-receive")
	return filepath.Join(dir, "shop.git"), errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(hook), 0o755)) //nolint:gosec // a hook is run
}

// idleForge is how much memory the server takes that keeps a hundred repositories and has
// nothing to do.
func idleForge(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := startProcess(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer p.end()
	work := filepath.Join(dir, "work")
	if err := errors.Join(writeFiles(work, oneStep), committed(ctx, work)); err != nil {
		return nil, err
	}
	for n := range 100 {
		name := fmt.Sprint("shop", n)
		if _, err := p.ask(ctx, "repository.create", map[string]any{"name": name}); err != nil {
			return nil, err
		}
		if err := plainGit(ctx, work, "push", "-q", strings.Replace(p.url, "http://", "http://x:"+p.token+"@", 1)+"/git/"+name+".git", "HEAD:refs/heads/main"); err != nil {
			return nil, err
		}
	}
	most := 0.0
	quiet := time.Duration(0)
	for before, until := time.Duration(0), time.Now().Add(5*time.Minute); quiet < time.Minute && time.Now().Before(until); {
		time.Sleep(time.Second)
		now, err := p.memory()
		if err != nil {
			return nil, err
		}
		worked, err := p.busy()
		if err != nil {
			return nil, err
		}
		most, quiet = max(most, now), quiet+time.Second
		if worked-before > 250*time.Millisecond { // what is pushed is checked within a minute
			quiet = 0
		}
		before = worked
	}
	now, err := p.memory()
	if err != nil {
		return nil, err
	}
	return []figure{{"forge.idle.memory", now, "MB RSS", "≤ 80", now <= 80, fmt.Sprintf("with 100 repositories, after each was pushed to and checked, and a minute in which little was done; at most %.0f MB before", most)}}, nil
}

// outOf is what git prints.
func outOf(ctx context.Context, dir string, args ...string) (string, error) {
	c := gitCommand(ctx, dir, args...)
	out, err := c.Output()
	return strings.TrimSpace(string(out)), err
}
