package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What is watched: so many targets over HTTP, each asked every so often.
const (
	watchTargets = 5000
	watchEvery   = 10 * time.Second
	watchFor     = 60 * time.Second
)

// watchedTargets is the argument with which bench becomes the process that is watched.
const watchedTargets = "watched-targets"

// watching is the program with 5,000 targets on loopback, which a process of their own answers:
// what that costs, how late looks come as the targets see it, how long it takes after a
// restart until all have been asked, and until one that fails is told.
func watching(ctx context.Context) ([]figure, error) {
	targets, err := startTargets(ctx)
	if err != nil {
		return nil, err
	}
	defer targets.end()
	folder, err := os.MkdirTemp("", "bench-watch")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := writeFiles(folder, watchedCatalog(targets.url)); err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	if err := targets.covered(ctx, time.Minute); err != nil {
		p.end()
		return nil, err
	}
	pause(ctx, 2*watchEvery)
	cpu, err := p.busy()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	targets.forget()
	pause(ctx, watchFor)
	took := time.Since(begun)
	after, err := p.busy()
	if err != nil {
		return nil, err
	}
	resident, err := p.memory()
	if err != nil {
		return nil, err
	}
	seen := targets.seen()
	late := seen.lateness()
	delay, err := targets.detected(ctx, p)
	p.end()
	if err != nil {
		return nil, err
	}
	targets.forget()
	again := time.Now()
	if p, err = startProcess(ctx, folder); err != nil {
		return nil, err
	}
	defer p.end()
	if err := targets.covered(ctx, time.Minute); err != nil {
		return nil, err
	}
	covered := time.Since(again)
	share := 100 * (after - cpu).Seconds() / took.Seconds()
	p99 := percentile(late, 0.99)
	due := float64(watchTargets) * took.Seconds() / watchEvery.Seconds()
	note := fmt.Sprintf("%d targets over HTTP every %s, each over a connection of its own, answered by another process on the same two cores", watchTargets, watchEvery)
	return []figure{
		{"watch.cpu", share, "% of a core", "≤ 29", share <= 29, note + fmt.Sprintf("; load of the machine %s", load())},
		{"watch.memory", resident, "MB", "≤ 260", resident <= 260, "resident, after a minute and a half"},
		{"watch.looks", float64(seen.looks()) / due, "of those due", "≥ 0.99", float64(seen.looks()) >= 0.99*due, "that came, counted by the targets"},
		{"watch.late.p99", p99, "ms", "≤ 100", p99 <= 100, "behind the beat of each target, as the targets saw it"},
		{"watch.covered", covered.Seconds(), "s", "≤ 10", covered <= watchEvery, "from the start of the program until every target has been asked"},
		{"watch.detected", delay.Seconds(), "s", "≤ 12", delay <= watchEvery+2*time.Second, "from when a target begins to fail until its service is shown as down, fail_after 1, confirmed once; the slowest of 5"},
	}, nil
}

func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:1], "")
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// watchedCatalog is services of 50 targets each, in files of 10 services.
func watchedCatalog(url string) map[string]string {
	files := map[string]string{}
	for f := range watchTargets / 500 {
		var b strings.Builder
		for s := range 10 {
			fmt.Fprintf(&b, "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: s%d\n  annotations:\n    prentice.dev/probes: |\n", f*10+s)
			for i := range 50 {
				fmt.Fprintf(&b, "      - {name: p%d, kind: http, target: \"%s/%d\", interval: %s, fail_after: 1, pass_after: 1}\n", i, url, (f*10+s)*50+i, watchEvery)
			}
			b.WriteString("spec: {type: service, lifecycle: production, owner: group:crew}\n")
		}
		files[fmt.Sprintf("team/part%d/catalog-info.yaml", f)] = b.String()
	}
	files["team/catalog-info.yaml"] = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n"
	return files
}

// hits are when each target was asked, in milliseconds.
type hits [][]int64

func (h hits) looks() (n int) {
	for _, one := range h {
		n += len(one)
	}
	return n
}

// lateness is how far behind the earliest beat of its target each look came.
func (h hits) lateness() (late []time.Duration) {
	every := watchEvery.Milliseconds()
	for _, one := range h {
		if len(one) < 3 {
			continue
		}
		var offsets []int64
		for _, at := range one {
			turn := (at - one[0] + every/2) / every
			offsets = append(offsets, at-one[0]-turn*every)
		}
		first := slices.Min(offsets)
		for _, o := range offsets {
			late = append(late, time.Duration(o-first)*time.Millisecond)
		}
	}
	slices.Sort(late)
	return late
}

// watchedProcess is what answers.
type watchedProcess struct {
	*exec.Cmd
	url string
}

func startTargets(ctx context.Context) (*watchedProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &watchedProcess{Cmd: exec.CommandContext(ctx, self, watchedTargets)}
	out, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscanln(out, &p.url); err != nil {
		return nil, fmt.Errorf("the process that is watched does not listen: %w", err)
	}
	return p, nil
}

func (p *watchedProcess) end() {
	p.Process.Kill() //nolint:errcheck // it may be over
	p.Wait()         //nolint:errcheck // it was killed
}

func (p *watchedProcess) ask(path string) []byte {
	res, err := http.Get(p.url + path)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return raw
}

func (p *watchedProcess) forget() { p.ask("/forget") }

func (p *watchedProcess) seen() (h hits) {
	json.Unmarshal(p.ask("/seen"), &h) //nolint:errcheck // nothing seen is a figure too
	return h
}

// covered waits until every target has been asked.
func (p *watchedProcess) covered(ctx context.Context, most time.Duration) error {
	for until := time.Now().Add(most); time.Now().Before(until) && ctx.Err() == nil; pause(ctx, 50*time.Millisecond) {
		if string(p.ask("/asked")) == strconv.Itoa(watchTargets) {
			return nil
		}
	}
	return fmt.Errorf("in %s not every target was asked: %s of %d", most, p.ask("/asked"), watchTargets)
}

// detected is the longest time from when a target begins to fail until its service is down, of 5.
func (p *watchedProcess) detected(ctx context.Context, ours *process) (longest time.Duration, err error) {
	for i := range 5 {
		service, begun := fmt.Sprintf("s%d", 20*i), time.Now()
		p.ask(fmt.Sprintf("/fail/%d", 20*i*50+i))
		for {
			raw, err := ours.ask(ctx, "service.show", map[string]any{"name": service})
			if err != nil {
				return 0, err
			}
			var s struct{ State string }
			if err := json.Unmarshal(raw, &s); err != nil {
				return 0, err
			}
			if s.State == "down" {
				break
			}
			if time.Since(begun) > time.Minute {
				return 0, fmt.Errorf("%s is not down after a minute: %s", service, s.State)
			}
			pause(ctx, 100*time.Millisecond)
		}
		longest = max(longest, time.Since(begun))
	}
	return longest, nil
}

// answerTargets is the process that is watched.
func answerTargets() error {
	var mu sync.Mutex
	var asked int
	seen, fails := make(hits, watchTargets), map[int]bool{}
	mux := http.NewServeMux()
	locked := func(do func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			do(w, r)
		}
	}
	mux.HandleFunc("/forget", locked(func(http.ResponseWriter, *http.Request) { seen, asked = make(hits, watchTargets), 0 }))
	mux.HandleFunc("/asked", locked(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, asked) }))
	mux.HandleFunc("/seen", locked(func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(seen) //nolint:errcheck // the asker sees
	}))
	mux.HandleFunc("/fail/{n}", locked(func(_ http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		fails[n] = true
	}))
	mux.HandleFunc("/{n}", locked(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= watchTargets {
			http.NotFound(w, r)
			return
		}
		if len(seen[n]) == 0 {
			asked++
		}
		seen[n] = append(seen[n], time.Now().UnixMilli())
		if fails[n] {
			http.Error(w, "it fails", http.StatusInternalServerError)
		}
	}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	return http.Serve(l, mux) //nolint:gosec // on loopback, for this measurement alone
}
