package provision

import (
	"path"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// TeamFile is what a team says of its capacity, in the team folder.
const TeamFile = "capacity.yaml"

// File is how it is read.
var File = team.File[*Set]{Name: TeamFile, Load: Load, Unread: team.Unread{IsEmpty: true}}

const (
	mostHosts = 1000
	mostEnds  = 500
)

// Kinds are those of what ends.
var Kinds = []string{"certificate", "domain", "licence", "quota", "contract", "support"}

// End is something that ends on a day.
type End struct {
	Name    string
	Kind    string
	Summary string
	About   prentice.Ref
	Owner   prentice.Ref
	Ends    time.Time // the end of that day, in UTC
	Notice  time.Duration
	At      prentice.Pos
}

// Set is what the file says. A nil Set has nothing.
type Set struct {
	Hosts []string // that are looked at: names or patterns of the catalog's
	Every time.Duration
	Ends  []End
}

// Looks says whether a host is to be looked at.
func (s *Set) Looks(host string) bool {
	if s == nil {
		return false
	}
	for _, h := range s.Hosts {
		if ok, err := path.Match(h, host); err == nil && ok {
			return true
		}
	}
	return false
}

// Find is an end by its name.
func (s *Set) Find(name string) (End, bool) {
	if s != nil {
		for _, e := range s.Ends {
			if e.Name == name {
				return e, true
			}
		}
	}
	return End{}, false
}

// Load reads a team's capacity.yaml. With an error among the findings there is no set.
func Load(file string, text []byte) (*Set, []prentice.Finding) {
	r := reader{Reader: strict.Reader{Near: nearest.Of}, file: file, lines: map[string]int{}}
	s := &Set{Every: usually}
	if top := r.Document(text); top != nil {
		r.set(s, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return s, []prentice.Finding{}
}

type reader struct {
	strict.Reader
	file  string
	lines map[string]int // of ends, by their names
}

const (
	usually  = 5 * time.Minute
	oftenest = time.Minute
	rarest   = 24 * time.Hour
)

func (r *reader) set(s *Set, top *strict.Node) {
	v := r.Mapping(top, "file", "hosts", "every", "ends")
	if v["hosts"] != nil {
		s.Hosts = r.Words(v["hosts"], "hosts")
	}
	if len(s.Hosts) > mostHosts {
		r.Wrong(v["hosts"], "write patterns, such as web*", "there are %d hosts, at most %d are read", len(s.Hosts), mostHosts)
	}
	for _, h := range s.Hosts {
		if _, err := path.Match(h, ""); err != nil || !hostPattern.MatchString(h) {
			r.Wrong(v["hosts"], "write the name of a host of the catalog, or a pattern such as web*", "%q is neither a name nor a pattern", clip.Text(h))
		}
	}
	if v["every"] != nil {
		text := r.Text(v["every"], "every")
		d, err := span.Parse(text)
		if err != nil || d < oftenest || d > rarest {
			r.Wrong(v["every"], "write a time from 1m to 24h, such as 5m", "every is %q", clip.Text(text))
		}
		s.Every = d
	}
	list := r.List(v["ends"], "ends")
	if len(list) > mostEnds {
		r.Wrong(v["ends"], "leave out what is over", "there are %d ends, at most %d are read", len(list), mostEnds)
		return
	}
	for _, n := range list {
		s.Ends = append(s.Ends, r.end(n))
	}
}

var (
	hostPattern = pattern.Of(`^[A-Za-z0-9._*?\[\]-]{1,100}$`)
	endName     = pattern.Of(`^[a-z0-9][a-z0-9.-]{0,59}$`)
)

// usualNotice is how long before a day somebody must act, where the file does not say.
const usualNotice = 30 * 24 * time.Hour

func (r *reader) end(n *strict.Node) End {
	v := r.Mapping(n, "end", "name", "kind", "summary", "about", "owner", "ends", "notice")
	e := End{Notice: usualNotice, At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	e.Name = r.Needed(v["name"], n, "end", "name", "give it a name that people can cite")
	if e.Name != "" && !endName.MatchString(e.Name) {
		r.Wrong(v["name"], "use small letters, digits, dots and dashes, at most 60", "%q is not a name", clip.Text(e.Name))
	}
	if line := r.lines[e.Name]; line > 0 && e.Name != "" {
		r.Wrong(v["name"], "choose another name: the other one is in line "+strconv.Itoa(line), "there is another end %q", e.Name)
	}
	r.lines[e.Name] = n.Line
	if r.Needed(v["kind"], n, "end", "kind", "say what it is, such as licence") != "" {
		e.Kind = r.Choice(v["kind"], "kind", Kinds)
	}
	if v["summary"] != nil {
		e.Summary = r.Text(v["summary"], "summary")
	}
	e.About, e.Owner = r.ref(v["about"], n, "about", "service/orders"), r.ref(v["owner"], nil, "owner", "group/payments")
	text := r.Needed(v["ends"], n, "end", "ends", "say on which day it ends, such as 2027-03-31")
	day, err := time.Parse(time.DateOnly, text)
	if text != "" && (err != nil || day.Year() < 2000 || day.Year() > 2200) {
		r.Wrong(v["ends"], "write a day such as 2027-03-31", "ends is %q", clip.Text(text))
	}
	e.Ends = day.AddDate(0, 0, 1)
	if v["notice"] != nil {
		e.Notice = r.notice(v["notice"])
	}
	return e
}

func (r *reader) ref(n, of *strict.Node, key, example string) prentice.Ref {
	if n == nil && of == nil {
		return ""
	}
	text := ""
	if of != nil {
		text = r.Needed(n, of, "end", key, "say of what it is, such as "+example)
	} else {
		text = r.Text(n, key)
	}
	if text == "" {
		return ""
	}
	ref, err := prentice.ParseRef(text)
	if err != nil {
		r.Wrong(n, "write it as "+example, "%v", err)
	}
	return ref
}

func (r *reader) notice(n *strict.Node) time.Duration {
	text := r.Text(n, "notice")
	d, err := span.Parse(text)
	if err != nil || d < 24*time.Hour || d > 3*365*24*time.Hour {
		r.Wrong(n, "write a number of days or weeks, such as 30d or 8w", "notice is %q", clip.Text(text))
		return usualNotice
	}
	return d
}
