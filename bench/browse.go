package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The repository that is looked at.
const (
	browsedFiles   = 100_000
	browsedCommits = 20_000
)

// browsed is how long it takes over HTTP to look at a generated repository of 100,000 files
// and 20,000 commits that was imported and packed: folders with who changed each entry last,
// files, the history of files, and words that are searched for.
func browsed(ctx context.Context) ([]figure, error) {
	folder, err := folderWith(nil)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer p.end()
	from := filepath.Join(folder, "big.git")
	if err := grown(ctx, from); err != nil {
		return nil, err
	}
	if _, err := p.ask(ctx, "repository.import", map[string]any{"name": "big", "from": from}); err != nil {
		return nil, err
	}
	if err := p.imported(ctx, "big"); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same each time
	path := func() string { return browsedPath(r.IntN(browsedFiles)) }
	var figures []figure
	for _, q := range []struct {
		name, op, says string
		in             func(i int) map[string]any
	}{
		{"tree", "code.tree", "a folder of 50 files, and every fourth time the root or one of 40 folders, with who changed each last where that is found in 150 ms", func(i int) map[string]any {
			return map[string]any{"path": []string{filepath.Dir(path()), filepath.Dir(path()), filepath.Dir(path()), []string{"", "src", "src/d07"}[i%3]}[i%4]}
		}},
		{"file", "code.file", "a file", func(int) map[string]any { return map[string]any{"path": path()} }},
		{"log", "code.log", "the newest 50 commits of a file, of a folder, and of all from the 15,000th on, in turn", func(i int) map[string]any {
			return []map[string]any{{"path": path()}, {"path": filepath.Dir(path())}, {"after": 15_000}}[i%3]
		}},
		{"search", "code.search", "a word of which 200 lines are found, and every fourth time one below a folder of 2,000 files", func(i int) map[string]any {
			return []map[string]any{{"text": "return"}, {"text": "package p1"}, {"text": "int) int"}, {"text": "w0042", "path": "src/d07"}}[i%4]
		}},
		{"search.nowhere", "code.search", "a word that stands nowhere: each file is read", func(i int) map[string]any { return map[string]any{"text": fmt.Sprint("nowhere", i)} }},
	} {
		rounds := 45
		if q.name == "search.nowhere" {
			rounds = 8
		}
		var times []time.Duration
		for i := range rounds {
			in := q.in(i)
			in["repository"] = "big"
			begun := time.Now()
			if _, err := p.ask(ctx, q.op, in); err != nil {
				return nil, err
			}
			times = append(times, time.Since(begun))
		}
		p95 := percentile(times[len(times)/9:], 0.95)
		figures = append(figures, figure{"forge.browse." + q.name + ".p95", p95, "ms", "≤ 300", p95 <= 300, "over HTTP, of 100,000 files and 20,000 commits: " + q.says})
	}
	return figures, nil
}

// imported waits until a repository is there.
func (p *process) imported(ctx context.Context, name string) error {
	for range 600 {
		raw, err := p.ask(ctx, "repository.clone", map[string]any{"name": name})
		if err != nil {
			return err
		}
		var now struct{ State, Says string }
		if err := json.Unmarshal(raw, &now); err != nil {
			return err
		}
		switch now.State {
		case "active":
			return nil
		case "failed":
			return errors.New(now.Says)
		}
		time.Sleep(500 * time.Millisecond)
	}
	return errors.New("the repository was not brought in")
}

func browsedPath(i int) string { return fmt.Sprintf("src/d%02d/e%02d/f%05d.go", i%50, i/50%40, i) }

// grown makes the repository.
func grown(ctx context.Context, dir string) error {
	if err := plainGit(ctx, filepath.Dir(dir), "init", "-q", "--bare", "-b", "main", dir); err != nil {
		return err
	}
	in, out := io.Pipe()
	go func() { out.CloseWithError(grow(out)) }() //nolint:errcheck // it cannot be wrong
	c := exec.CommandContext(ctx, "git", "-C", dir, "fast-import", "--quiet")
	c.Stdin = in
	if says, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("git fast-import: %w: %s", err, says)
	}
	return nil
}

// grow writes what git fast-import reads: a commit of all files, and commits that change one
// to three of them.
func grow(to io.Writer) error {
	b := bufio.NewWriterSize(to, 1<<20)
	data := func(text string) { fmt.Fprintf(b, "data %d\n%s\n", len(text), text) }
	text := func(i int) string {
		r := rand.New(rand.NewPCG(uint64(i), 1)) //nolint:gosec // the same each time
		var s strings.Builder
		fmt.Fprintf(&s, "// file %d\npackage p%d\n\n", i, i%997)
		for n := range 5 + r.IntN(25) {
			fmt.Fprintf(&s, "func w%04d_%d(a int) int { return a + %d } // w%04d w%04d\n", r.IntN(4000), n, n, r.IntN(4000), r.IntN(4000))
		}
		return s.String()
	}
	commit := func(n int) {
		fmt.Fprintf(b, "commit refs/heads/main\ncommitter Ann%d <ann%d@example.org> %d +0000\n", n%40, n%40, 1_700_000_000+60*n)
		data(fmt.Sprintf("change %d", n))
	}
	commit(0)
	for i := range browsedFiles {
		fmt.Fprintf(b, "M 100644 inline %s\n", browsedPath(i))
		data(text(i))
	}
	r := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // as above
	for n := 1; n < browsedCommits; n++ {
		commit(n)
		for range 1 + n%3 {
			i := r.IntN(browsedFiles)
			fmt.Fprintf(b, "M 100644 inline %s\n", browsedPath(i))
			data(fmt.Sprintf("%s// changed by %d\n", text(i), n))
		}
	}
	return b.Flush()
}
