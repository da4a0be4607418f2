package metric

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/pattern"
)

// Job is targets that are asked alike.
type Job struct {
	Name       string            `json:"name"`
	Service    prentice.Ref      `json:"service,omitempty"`
	Owner      prentice.Ref      `json:"owner,omitempty"`
	Targets    []string          `json:"targets"`
	Every      time.Duration     `json:"every"`
	Timeout    time.Duration     `json:"timeout"`
	Labels     map[string]string `json:"labels,omitempty"` // added to every series
	Keep       []*regexp.Regexp  `json:"-"`                // names of metrics that are taken; none is all
	Drop       []*regexp.Regexp  `json:"-"`                // names of metrics that are not
	DropLabels []string          `json:"drop_labels,omitempty"`
	MostSeries int               `json:"most_series"` // of one target
	MostBytes  int64             `json:"most_bytes"`  // of one answer, unpacked
	Access
}

// Access is how a page is asked for. Secrets stand in it by their names.
type Access struct {
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"` // the name of a secret
	Bearer   string `json:"bearer,omitempty"`   // the name of a secret
	Proxy    string `json:"proxy,omitempty"`
	Trust    string `json:"trust,omitempty"` // a file of certificates
}

// Source is a Prometheus that is asked.
type Source struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Access
}

// Ref names a job.
func (j Job) Ref() prentice.Ref { return prentice.NewRef("metric", j.Name) }

// Instance is how a target is called in its series: its host and port.
func Instance(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	if u.Port() != "" {
		return u.Host
	}
	return u.Host + map[string]string{"https": ":443"}[u.Scheme] + map[string]string{"http": ":80"}[u.Scheme]
}

// instance is how a target is called in the series of the job: with its path where another target of
// the job has the same host and port.
func (j Job) instance(target string) string {
	name := Instance(target)
	for _, other := range j.Targets {
		if other != target && Instance(other) == name {
			_, path, _ := strings.Cut(strings.SplitN(target, "://", 2)[1], "/")
			return name + "/" + path
		}
	}
	return name
}

// Takes says whether series of a name are taken.
func (j Job) Takes(name string) bool {
	for _, r := range j.Drop {
		if r.MatchString(name) {
			return false
		}
	}
	for _, r := range j.Keep {
		if r.MatchString(name) {
			return true
		}
	}
	return len(j.Keep) == 0
}

// The bounds of a job, and what holds where it says nothing.
const (
	LeastEvery     = time.Second
	MostEvery      = 2 * time.Minute // a value is looked back for five
	DefaultEvery   = 15 * time.Second
	DefaultTimeout = 5 * time.Second
	DefaultSeries  = 10_000
	MostSeries     = 200_000
	DefaultBytes   = 16 << 20
	mostJobs       = 500
	mostTargets    = 1000 // of a job
	mostLabels     = 30
	mostSources    = 20
	DefaultKept    = 28 * 24 * time.Hour
)

var (
	isName  = pattern.Of(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$`)
	isLabel = pattern.Of(`^[a-zA-Z_][a-zA-Z0-9_]{0,99}$`)
)
