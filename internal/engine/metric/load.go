package metric

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/reach"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// Rules are a team's metrics.yaml.
type Rules struct {
	Kept    time.Duration // how long samples are kept
	Jobs    []Job
	Sources []Source
}

// File is the jobs in the team folder. Where it has an error, those that are known stay.
var File = team.File[*Rules]{Name: "metrics.yaml", Load: Load}

// Load reads a team's metrics.yaml. With an error among the findings nothing was read.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := reader{strict.Reader{Near: nearest.Of}}
	rules := &Rules{Kept: DefaultKept}
	if top := r.Document(text); top != nil {
		r.rules(rules, top)
	}
	if len(r.Problems) == 0 {
		return rules, nil
	}
	return nil, team.Findings(file, r.Problems)
}

type reader struct{ strict.Reader }

var accessKeys = []string{"user", "password", "bearer", "proxy", "trust"}

func (r *reader) rules(to *Rules, top *strict.Node) {
	v := r.Mapping(top, "metrics file", "owner", "kept", "jobs", "sources")
	owner := team.Ref(&r.Reader, v["owner"], "owner", "group")
	if v["kept"] != nil {
		to.Kept = r.length(v["kept"], "kept", time.Hour, 5*366*24*time.Hour)
	}
	names := map[string]bool{}
	once := func(n *strict.Node, name string) {
		if names[name] && name != "" {
			r.Wrong(n, "choose another name", "there is another %q", name)
		}
		names[name] = true
	}
	for _, n := range r.most(v["jobs"], "jobs", mostJobs) {
		j := r.job(n, owner)
		once(n, j.Name)
		to.Jobs = append(to.Jobs, j)
	}
	for _, n := range r.most(v["sources"], "sources", mostSources) {
		s := r.source(n)
		once(n, s.Name)
		to.Sources = append(to.Sources, s)
	}
}

// most reads a list that is not too long.
func (r *reader) most(n *strict.Node, what string, most int) []*strict.Node {
	list := r.List(n, what)
	if len(list) > most {
		r.Wrong(n, "leave out what no one needs", "there are %d %s, at most %d are read", len(list), what, most)
		return nil
	}
	return list
}

func (r *reader) job(n *strict.Node, owner prentice.Ref) Job {
	v := r.Mapping(n, "job", append([]string{"name", "service", "owner", "targets", "every", "timeout", "labels", "keep", "drop", "drop_labels", "most_series", "most_bytes"}, accessKeys...)...)
	j := Job{Name: r.name(v["name"], n, "job"), Owner: owner, Every: DefaultEvery, MostSeries: DefaultSeries, MostBytes: DefaultBytes}
	if one := team.Ref(&r.Reader, v["owner"], "owner", "group"); one != "" {
		j.Owner = one
	}
	j.Service = team.Ref(&r.Reader, v["service"], "service", "service")
	if v["targets"] == nil {
		r.Wrong(n, "write targets: with the addresses of pages, such as http://db1:9187/metrics", "the job has no targets")
	}
	list := r.most(v["targets"], "targets", mostTargets)
	for _, t := range list {
		target := r.Text(t, "target")
		if target != "" && !reach.IsWeb(target) {
			r.Wrong(t, "write it like http://db1:9187/metrics; passwords stand in it by the name of a secret", "%q is not a web address", clip.Text(target))
		}
		if slices.Contains(j.Targets, target) {
			r.Wrong(t, "keep one of them", "target %s is there twice", clip.Text(target))
		}
		j.Targets = append(j.Targets, target)
	}
	if v["every"] != nil {
		j.Every = r.length(v["every"], "every", LeastEvery, MostEvery)
	}
	j.Timeout = min(DefaultTimeout, j.Every)
	if v["timeout"] != nil {
		j.Timeout = r.length(v["timeout"], "timeout", 100*time.Millisecond, j.Every)
	}
	j.Labels = r.labels(v["labels"])
	j.Keep, j.Drop = r.patterns(v["keep"], "keep"), r.patterns(v["drop"], "drop")
	for _, name := range r.Words(v["drop_labels"], "drop_labels") {
		if name == Name {
			r.Wrong(v["drop_labels"], "use drop: with the names of metrics", "the name of a metric cannot be dropped")
		}
		j.DropLabels = append(j.DropLabels, name)
	}
	j.MostSeries = int(r.number(v["most_series"], "most_series", DefaultSeries, MostSeries))
	j.MostBytes = r.number(v["most_bytes"], "most_bytes", DefaultBytes, 256<<20)
	j.Access = r.access(v)
	return j
}

func (r *reader) source(n *strict.Node) Source {
	v := r.Mapping(n, "source", append([]string{"name", "prometheus"}, accessKeys...)...)
	s := Source{Name: r.name(v["name"], n, "source"), URL: r.Needed(v["prometheus"], n, "source", "prometheus", "write its address, such as http://prometheus:9090"), Access: r.access(v)}
	if s.URL != "" && !reach.IsWeb(s.URL) {
		r.Wrong(v["prometheus"], "write it like http://prometheus:9090", "%q is not a web address", clip.Text(s.URL))
	}
	return s
}

func (r *reader) access(v map[string]*strict.Node) (a Access) {
	for key, to := range map[string]*string{"user": &a.User, "password": &a.Password, "bearer": &a.Bearer, "proxy": &a.Proxy, "trust": &a.Trust} {
		if v[key] != nil {
			*to = r.Text(v[key], key)
		}
	}
	for key, name := range map[string]string{"password": a.Password, "bearer": a.Bearer} {
		if name != "" && !prentice.ValidName(name) {
			r.Wrong(v[key], "write the name of a secret of secrets.yaml, never the secret", "%s is not the name of a secret", key)
		}
	}
	if a.Bearer != "" && a.Password != "" {
		r.Wrong(v["bearer"], "keep one of them", "there are a bearer and a password")
	}
	if (a.User == "") != (a.Password == "") {
		r.Wrong(v["user"], "write both, or neither", "there is a user without a password, or a password without a user")
	}
	if u, err := url.Parse(a.Proxy); a.Proxy != "" && (err != nil || !reach.IsWeb(a.Proxy) || u.User != nil) {
		r.Wrong(v["proxy"], "write it like http://proxy:3128", "%q is not the address of a proxy", clip.Text(a.Proxy))
	}
	return a
}

func (r *reader) name(n, of *strict.Node, what string) string {
	name := r.Needed(n, of, what, "name", "give it a name")
	if name != "" && (!isName.MatchString(name) || !prentice.ValidName(name)) {
		r.Wrong(n, "use letters, digits and . _ -", "%q is not a name of a %s", clip.Text(name), what)
	}
	return name
}

func (r *reader) labels(n *strict.Node) map[string]string {
	if n == nil {
		return nil
	}
	list := map[string]string{}
	if len(n.Content) > 2*mostLabels {
		r.Wrong(n, "leave some out", "there are more than %d labels", mostLabels)
		return nil
	}
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	for name, value := range r.Mapping(n, "labels", keys...) {
		switch {
		case !isLabel.MatchString(name) || strings.HasPrefix(name, "__"):
			r.Wrong(value, "use letters, digits and _", "%q is not a name of a label", clip.Text(name))
		case name == "job" || name == "instance" || name == "service":
			r.Wrong(value, "choose another name", "label %s is given by the job", name)
		default:
			list[name] = r.Text(value, "label "+name)
		}
	}
	return list
}

// patterns reads regular expressions, each of which stands for a whole name.
func (r *reader) patterns(n *strict.Node, key string) (list []*regexp.Regexp) {
	for _, one := range r.List(n, key) {
		text := r.Text(one, key)
		re, err := regexp.Compile("^(?:" + text + ")$")
		if err != nil || len(text) > 500 {
			r.Wrong(one, "write a name of metrics, or a pattern such as http_.*", "%q is not a pattern", clip.Text(text))
			continue
		}
		list = append(list, re)
	}
	return list
}

func (r *reader) number(n *strict.Node, key string, or, most int64) int64 {
	if n == nil {
		return or
	}
	text := r.Text(n, key)
	value, err := strconv.ParseInt(text, 10, 64)
	if text != "" && (err != nil || value < 1 || value > most) {
		r.Wrong(n, "write a number from 1 to "+strconv.FormatInt(most, 10), "%s is %q", key, clip.Text(text))
	}
	return value
}

func (r *reader) length(n *strict.Node, key string, least, most time.Duration) time.Duration {
	text := r.Text(n, key)
	d, err := span.Parse(text)
	if text != "" && (err != nil || d < least || d > most) {
		r.Wrong(n, "write a time from "+span.String(least)+" to "+span.String(most), "%s is %q", key, clip.Text(text))
		return least
	}
	return d
}
