package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"prentice/internal/engine/flag"
)

const measuredFlags = `{"flags": {
	"static": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "metadata": {"owner": "group/crew", "kind": "ops", "expires": "2999-01-01"}},
	"targeted": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"if": [{"ends_with": [{"var": "mail"}, "@example.com"]}, "on"]}, "metadata": {"owner": "group/crew", "kind": "release", "expires": "2999-01-01"}},
	"split": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"fractional": [["on", 10], ["off", 90]]}, "metadata": {"owner": "group/crew", "kind": "experiment", "expires": "2999-01-01"}}}}`

// flags is how many times a second flags answer: in this process on one core, and by OFREP.
func flags(ctx context.Context) ([]figure, error) {
	figures, err := evaluations()
	if err != nil {
		return nil, err
	}
	folder, err := folderWith(nil)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := writeFiles(filepath.Join(folder, "team"), map[string]string{"flags.json": measuredFlags}); err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer p.end()
	rate, err := p.evaluated(ctx, 4*time.Second)
	if err != nil {
		return nil, err
	}
	return append(figures, figure{"flags.ofrep", rate, "evaluations/s", "≥ 10000", rate >= 10_000, "a targeted flag over OFREP with a token, 16 connections, asked by a client on the same two cores"}), nil
}

func evaluations() (figures []figure, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	set, findings := flag.Load(flag.TeamFile, []byte(measuredFlags))
	if set == nil {
		return nil, fmt.Errorf("%v", findings)
	}
	about := map[string]any{"targetingKey": "user-1", "mail": "ann@example.com", "plan": "gold"}
	for _, f := range []struct{ key, note string }{{"static", "the same for everyone"}, {"targeted", "by the end of a mail address"}, {"split", "by a tenth"}} {
		begun, n := time.Now(), 0
		for ; time.Since(begun) < time.Second; n += 1000 {
			for range 1000 {
				if a := set.Evaluate(f.key, about, "", begun); a.Variant == "" {
					return nil, fmt.Errorf("%+v", a)
				}
			}
		}
		rate := float64(n) / time.Since(begun).Seconds()
		figures = append(figures, figure{"flags." + f.key, rate, "evaluations/s", "≥ 1000000", rate >= 1e6, "in process on one core, " + f.note})
	}
	return figures, nil
}

// evaluated is how many answers come a second.
func (p *process) evaluated(ctx context.Context, lasts time.Duration) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var many atomic.Int64
	var all sync.WaitGroup
	faults := make(chan error, 16)
	begun := time.Now()
	for range 16 {
		all.Go(func() {
			for time.Since(begun) < lasts {
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/ofrep/v1/evaluate/flags/targeted", strings.NewReader(`{"context":{"targetingKey":"user-1","mail":"ann@example.com"}}`))
				if err != nil {
					faults <- err
					return
				}
				req.Header.Set("Authorization", "Bearer "+p.token)
				res, err := client.Do(req)
				if err != nil {
					faults <- err
					return
				}
				text, _ := io.ReadAll(res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					faults <- fmt.Errorf("%s: %s", res.Status, text)
					return
				}
				many.Add(1)
			}
		})
	}
	all.Wait()
	select {
	case err := <-faults:
		return 0, err
	default:
		return float64(many.Load()) / time.Since(begun).Seconds(), nil
	}
}
