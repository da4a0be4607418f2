package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// reviewed is how long a change takes to be shown over HTTP, with the lines of its diff, what
// is missing before it can land and its threads: of 5,000 lines in ten files, and of 50,000 in one.
func reviewed(ctx context.Context) ([]figure, error) {
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
	if _, err := p.ask(ctx, "repository.create", map[string]any{"name": "shop"}); err != nil {
		return nil, err
	}
	if err := p.proposes(ctx, filepath.Join(folder, "clone")); err != nil {
		return nil, err
	}
	var figures []figure
	for _, q := range []struct {
		name string
		in   map[string]any
		most float64
	}{
		{"forge.change.5000-lines.p95", map[string]any{"change": "1"}, 300},
		{"forge.change.50000-lines.p95", map[string]any{"change": "2", "file": "big.txt"}, 1000},
	} {
		var times []time.Duration
		for range 25 {
			begun := time.Now()
			if _, err := p.ask(ctx, "change.review", q.in); err != nil {
				return nil, err
			}
			times = append(times, time.Since(begun))
			time.Sleep(25 * time.Millisecond)
		}
		p95 := percentile(times[5:], 0.95)
		figures = append(figures, figure{q.name, p95, "ms", fmt.Sprintf("≤ %.0f", q.most), p95 <= q.most, "over HTTP, as JSON with all lines; half of them are changed, and the words within are marked"})
	}
	pages, err := p.signedIn(ctx, "olga")
	if err != nil {
		return nil, err
	}
	for _, q := range []struct {
		name, path string
		most       float64
	}{
		{"forge.page.5000-lines.p95", "/changes/1", 300},
		{"forge.page.50000-lines.p95", "/changes/2?file=big.txt", 1000},
	} {
		var times []time.Duration
		size := 0
		for range 25 {
			begun := time.Now()
			if size, err = pages(q.path); err != nil {
				return nil, err
			}
			times = append(times, time.Since(begun))
			time.Sleep(25 * time.Millisecond)
		}
		p95 := percentile(times[5:], 0.95)
		figures = append(figures, figure{q.name, p95, "ms", fmt.Sprintf("≤ %.0f", q.most), p95 <= q.most, fmt.Sprintf("the same as the page of the change, from the question to the last of %.1f MB of HTML", float64(size)/1e6)})
	}
	return figures, nil
}

// signedIn signs someone in as a browser does, by a link, and gives what reads pages then: it
// says how many bytes one has.
func (p *process) signedIn(ctx context.Context, name string) (func(path string) (int, error), error) {
	raw, err := p.ask(ctx, "person.link", map[string]any{"name": name})
	if err != nil {
		return nil, err
	}
	link := regexp.MustCompile(`/sign-in/[A-Za-z0-9_-]+`).Find(raw)
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var cookies []*http.Cookie
	send := func(method, path string, want int) (int, error) {
		r, err := http.NewRequestWithContext(ctx, method, p.url+path, nil)
		if err != nil {
			return 0, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		a, err := browser.Do(r)
		if err != nil {
			return 0, err
		}
		defer a.Body.Close()
		cookies = append(cookies, a.Cookies()...)
		n, err := io.Copy(io.Discard, a.Body)
		if err == nil && a.StatusCode != want {
			err = fmt.Errorf("%s: %s", path, a.Status)
		}
		return int(n), err
	}
	if _, err := send(http.MethodPost, string(link), http.StatusSeeOther); err != nil {
		return nil, fmt.Errorf("sign in with %q: %w", link, err)
	}
	return func(path string) (int, error) { return send(http.MethodGet, path, http.StatusOK) }, nil
}

// proposes pushes two changes, one on the other.
func (p *process) proposes(ctx context.Context, dir string) error {
	git := func(args ...string) error {
		c := exec.CommandContext(ctx, "git", append([]string{"-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", dir}, args...)...)
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
		return nil
	}
	write := func(name, word string, lines int) error {
		var b strings.Builder
		for i := range lines {
			fmt.Fprintf(&b, "\tline %d: price := %s * count(basket, items)\n", i, word)
		}
		return os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o600)
	}
	at := strings.Replace(p.url, "://", "://x:"+p.token+"@", 1) + "/git/shop.git"
	steps := []func() error{
		func() error { return os.Mkdir(dir, 0o700) },
		func() error { return git("init", "-q", "-b", "main") },
	}
	for i := range 10 {
		steps = append(steps, func() error { return write(fmt.Sprintf("f%d.txt", i), "10", 250) })
	}
	steps = append(steps, func() error { return write("big.txt", "10", 25_000) }, func() error { return git("add", "-A") }, func() error { return git("commit", "-q", "-m", "base") },
		func() error { return git("push", "-q", at, "HEAD:refs/heads/main") })
	for i := range 10 {
		steps = append(steps, func() error { return write(fmt.Sprintf("f%d.txt", i), "12", 250) })
	}
	steps = append(steps, func() error { return git("commit", "-q", "-a", "-m", "5,000 lines") }, func() error { return write("big.txt", "12", 25_000) },
		func() error { return git("commit", "-q", "-a", "-m", "50,000 lines") }, func() error { return git("push", "-q", at, "HEAD:refs/for/main") })
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
