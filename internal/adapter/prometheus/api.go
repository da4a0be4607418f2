package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
)

// patience is how long a Prometheus may take to answer.
const patience = 10 * time.Second

// answered is what is used of what /api/v1/targets answers
// (https://prometheus.io/docs/prometheus/latest/querying/api/#targets).
type answered struct {
	Data struct {
		Active []struct {
			Discovered map[string]string `json:"discoveredLabels"`
			Labels     map[string]string `json:"labels"`
			URL        string            `json:"scrapeUrl"`
		} `json:"activeTargets"`
	} `json:"data"`
}

// Ask asks a Prometheus at a URL for its targets. How they are scraped, its
// configuration says, which is asked for too.
func Ask(ctx context.Context, base string) (Found, error) {
	var f Found
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return f, prentice.Errorf(prentice.Invalid, "the address of the Prometheus cannot be read").Try("write http://HOST:9090")
	}
	raw, err := get(ctx, u, "/api/v1/targets?state=active")
	if err != nil {
		return f, err
	}
	plain, err := plainJobs(ctx, u)
	if err != nil {
		f.leave("how the targets are asked", "its configuration cannot be read, so ports are probed and no pages: %v", err)
	}
	if err := f.answer("the Prometheus at "+u.Host, raw, plain); err != nil {
		return f, err
	}
	f.fromThere(u.Hostname())
	return f, nil
}

// plainJobs are the jobs whose pages need no one to sign in.
func plainJobs(ctx context.Context, u *url.URL) (map[string]bool, error) {
	raw, err := get(ctx, u, "/api/v1/status/config")
	if err != nil {
		return nil, err
	}
	var status struct {
		Data struct {
			YAML string `json:"yaml"`
		} `json:"data"`
	}
	var c config
	if err := errors.Join(json.Unmarshal(raw, &status), yaml.Unmarshal([]byte(status.Data.YAML), &c)); err != nil {
		return nil, errors.New("it is no configuration")
	}
	plain := map[string]bool{}
	for _, j := range c.Jobs {
		plain[j.Name] = !j.signs()
	}
	return plain, nil
}

// answer takes the targets of an answer. Of jobs that are not known to be plain, no
// page is taken.
func (f *Found) answer(from string, raw []byte, plain map[string]bool) error {
	var a answered
	if err := json.Unmarshal(raw, &a); err != nil || a.Data.Active == nil {
		return prentice.Errorf(prentice.Invalid, "what %s answers is no list of targets", from).Try("it should be what /api/v1/targets answers")
	}
	pods := 0
	for _, t := range a.Data.Active {
		job, page := t.Labels["job"], t.Discovered["__param_target"]
		if page == "" {
			if u, err := url.Parse(t.URL); err == nil && strings.HasSuffix(u.Path, "/probe") {
				page = u.Query().Get("target")
			}
		}
		switch {
		case cluster(t.Discovered):
			pods++
		case strings.Contains(page, "://"):
			f.add(job, page, false, true)
		case page != "":
			f.leave("a target of job "+clip(job), "a blackbox exporter asks it for something else than a page")
		default:
			f.add(job, t.URL, !plain[t.Discovered["job"]] && !plain[job], false)
		}
	}
	if pods > 0 {
		f.leave(fmt.Sprintf("%d targets of clusters", pods), "pods come and go: write the services that they are")
	}
	return nil
}

// cluster says whether a target was found in a cluster.
func cluster(labels map[string]string) bool {
	for name := range labels {
		if strings.HasPrefix(name, "__meta_kubernetes_") || strings.HasPrefix(name, "__meta_nomad_") || strings.HasPrefix(name, "__meta_dockerswarm_") {
			return true
		}
	}
	return false
}

// fromThere names the machine of the Prometheus where it calls it localhost.
func (f *Found) fromThere(there string) {
	if isLoopback(there) {
		return
	}
	for i, t := range f.Targets {
		if !isLoopback(t.Host) {
			continue
		}
		f.Targets[i].Host = there
		if u, err := url.Parse(t.URL); err == nil && t.URL != "" {
			u.Host = net.JoinHostPort(there, t.Port)
			f.Targets[i].URL = u.String()
		}
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// get asks for one page. It follows to no other host: who is asked was named.
func get(ctx context.Context, u *url.URL, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(u.String(), "/")+path, nil)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "the address of the Prometheus cannot be read").Try("write http://HOST:9090")
	}
	client := http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if next.URL.Host != u.Host {
			return errors.New("it sends on to another host")
		}
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the Prometheus at %s does not answer: %w", u.Host, cause(err)).Try("look whether it runs, or name its prometheus.yml")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, prentice.Errorf(prentice.Unavailable, "the Prometheus at %s answers %s", u.Host, resp.Status).Try("name the address under which its pages are")
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, mostBytes+1))
	if err != nil || len(raw) > mostBytes {
		return nil, prentice.Errorf(prentice.Unavailable, "the answer of the Prometheus at %s cannot be read to its end", u.Host).Try("name its prometheus.yml")
	}
	return raw, nil
}

// cause is what went wrong without the address, which may hold a password.
func cause(err error) error {
	if at, ok := errors.AsType[*url.Error](err); ok {
		return at.Err
	}
	return err
}
