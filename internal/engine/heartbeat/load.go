package heartbeat

import (
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// Rules are a team's heartbeats.yaml.
type Rules struct{ Jobs []Job }

// mostJobs is how many there may be, in a file and in all.
const mostJobs = 2000

// File is the jobs in the team folder. Where it has an error, those that are known stay.
var File = team.File[*Rules]{Name: "heartbeats.yaml", Load: Load}

// Load reads a team's heartbeats.yaml. With an error among the findings nothing was read.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := reader{strict.Reader{Near: nearest.Of}}
	rules := &Rules{}
	if top := r.Document(text); top != nil {
		r.jobs(rules, top)
	}
	if len(r.Problems) == 0 {
		return rules, nil
	}
	return nil, team.Findings(file, r.Problems)
}

type reader struct{ strict.Reader }

func (r *reader) jobs(to *Rules, top *strict.Node) {
	v := r.Mapping(top, "heartbeats file", "owner", "jobs")
	owner := team.Ref(&r.Reader, v["owner"], "owner", "group")
	list := r.List(v["jobs"], "jobs")
	if len(list) > mostJobs {
		r.Wrong(v["jobs"], "leave out what no one needs", "there are %d jobs, at most %d are read", len(list), mostJobs)
		return
	}
	names := map[string]bool{}
	for _, n := range list {
		j := r.job(n, owner)
		if names[j.Name] && j.Name != "" {
			r.Wrong(n, "choose another name", "there is another job %q", j.Name)
		}
		names[j.Name] = true
		to.Jobs = append(to.Jobs, j)
	}
}

func (r *reader) job(n *strict.Node, owner prentice.Ref) Job {
	before := len(r.Problems)
	v := r.Mapping(n, "job", "name", "about", "schedule", "zone", "every", "grace", "longest", "manual_resume", "post_only", "tags", "service", "owner", "severity")
	j := Job{Name: r.Needed(v["name"], n, "job", "name", "give it a name: it is pinged by it"), Owner: owner}
	for key, to := range map[string]*string{"about": &j.About, "schedule": &j.Schedule, "zone": &j.Zone} {
		if v[key] != nil {
			*to = r.Text(v[key], key)
		}
	}
	for key, to := range map[string]*time.Duration{"every": &j.Every, "grace": &j.Grace, "longest": &j.Longest} {
		if v[key] != nil {
			*to = r.length(v[key], key)
		}
	}
	for key, to := range map[string]*bool{"manual_resume": &j.Resume, "post_only": &j.PostOnly} {
		if v[key] != nil {
			*to = r.Choice(v[key], key, []string{"true", "false"}) == "true"
		}
	}
	j.Tags = r.Words(v["tags"], "tags")
	j.Service = team.Ref(&r.Reader, v["service"], "service", "service")
	if one := team.Ref(&r.Reader, v["owner"], "owner", "group"); one != "" {
		j.Owner = one
	}
	if v["severity"] != nil {
		j.Severity = r.Choice(v["severity"], "severity", []string{"critical", "warning", "info"})
	}
	if len(r.Problems) > before {
		return j
	}
	checked, err := j.Checked()
	if e, is := err.(*prentice.Error); is { //nolint:errorlint // it is made here
		r.Wrong(n, e.Hint, "%s", e.Text)
	}
	return checked
}

func (r *reader) length(n *strict.Node, key string) time.Duration {
	text := r.Text(n, key)
	d, err := span.Parse(text)
	if text != "" && (err != nil || d <= 0) {
		r.Wrong(n, "write a time such as 90s, 12h or 7d", "%s is %q", key, clip.Text(text))
		return 0
	}
	return d
}
