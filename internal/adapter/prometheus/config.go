package prometheus

import (
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
)

// mostBytes bounds a file and an answer.
const mostBytes = 32 << 20

// config is what is used of a prometheus.yml.
type config struct {
	Jobs []job `yaml:"scrape_configs"`
}

// job is what is used of one scrape configuration. Whatever else it has is in Rest,
// of which only the names are looked at.
type job struct {
	Name    string               `yaml:"job_name"`
	Scheme  string               `yaml:"scheme"`
	Path    string               `yaml:"metrics_path"`
	Static  []group              `yaml:"static_configs"`
	Files   []fileSD             `yaml:"file_sd_configs"`
	Relabel []relabel            `yaml:"relabel_configs"`
	Rest    map[string]yaml.Node `yaml:",inline"`
}

type group struct {
	Targets []string `yaml:"targets" json:"targets"`
}

type fileSD struct {
	Files []string `yaml:"files"`
}

type relabel struct {
	Sources []string `yaml:"source_labels"`
	Target  string   `yaml:"target_label"`
}

// signing are the keys with which a page is asked otherwise than plainly.
var signing = []string{"basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "tls_config", "proxy_url", "proxy_from_environment", "http_headers", "params"}

// signs says whether the job's pages want someone to sign in.
func (j job) signs() bool {
	return slices.ContainsFunc(signing, func(key string) bool { _, there := j.Rest[key]; return there })
}

// asksPages says whether the job's targets are pages that a blackbox exporter asks
// for: the address becomes a parameter.
func (j job) asksPages() bool {
	return slices.ContainsFunc(j.Relabel, func(r relabel) bool {
		return r.Target == "__param_target" && slices.Equal(r.Sources, []string{"__address__"})
	})
}

// File reads a prometheus.yml, or an answer of /api/v1/targets that was kept.
func File(name string) (Found, error) {
	raw, err := slurp(name)
	if err != nil {
		return Found{}, err
	}
	var f Found
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "{") {
		return f, f.answer(name, raw, nil)
	}
	var c config
	if err := yaml.Unmarshal(raw, &c); err != nil {
		return f, prentice.Errorf(prentice.Invalid, "%s is no configuration of Prometheus", name).Try("check it with: promtool check config %s", name)
	}
	if len(c.Jobs) == 0 {
		f.leave(name, "it has no scrape_configs")
	}
	for _, j := range c.Jobs {
		f.job(j, filepath.Dir(name))
	}
	return f, nil
}

// job takes the targets of one job.
func (f *Found) job(j job, dir string) {
	add := func(groups []group) {
		for _, g := range groups {
			for _, address := range g.Targets {
				switch page := j.asksPages(); {
				case page && !strings.Contains(address, "://"):
					f.leave("a target of job "+clip(j.Name), "a blackbox exporter asks it for something else than a page")
				case page:
					f.add(j.Name, address, false, true)
				default:
					f.add(j.Name, at(cmp.Or(j.Scheme, "http"), address, cmp.Or(j.Path, "/metrics")), j.signs(), false)
				}
			}
		}
	}
	add(j.Static)
	for _, sd := range j.Files {
		for _, pattern := range sd.Files {
			add(f.listed(j.Name, pattern, dir))
		}
	}
	for key := range j.Rest {
		if strings.HasSuffix(key, "_sd_configs") {
			f.leave("job "+clip(j.Name), "its targets are found by %s, which only the running Prometheus can be asked for: --prometheus URL", clip(key))
		}
	}
}

// listed reads the files of targets that a pattern names.
func (f *Found) listed(job, pattern, dir string) []group {
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(dir, pattern)
	}
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		f.leave("job "+clip(job), "there is no file %s", clip(pattern))
	}
	var all []group
	for _, name := range names[:min(len(names), 1000)] {
		raw, err := slurp(name)
		if err != nil {
			f.leave("job "+clip(job), "%s cannot be read", clip(name))
			continue
		}
		var groups []group
		read := func() error { return yaml.Unmarshal(raw, &groups) }
		if filepath.Ext(name) == ".json" {
			read = func() error { return json.Unmarshal(raw, &groups) }
		}
		if read() != nil {
			f.leave("job "+clip(job), "%s is no list of targets", clip(name))
			continue
		}
		all = append(all, groups...)
	}
	return all
}

// slurp reads a plain file that is not too large.
func slurp(name string) ([]byte, error) {
	about, err := os.Stat(name) // before opening: a named pipe would wait for ever
	if err != nil {
		return nil, prentice.Errorf(prentice.NotFound, "%w", err).Try("name a prometheus.yml, or the address of a Prometheus")
	}
	if !about.Mode().IsRegular() || about.Size() > mostBytes {
		return nil, prentice.Errorf(prentice.Invalid, "%s is no plain file of less than %d MB", name, mostBytes>>20).Try("name a prometheus.yml")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%w", err).Try("look at its owner and mode")
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, mostBytes))
}
