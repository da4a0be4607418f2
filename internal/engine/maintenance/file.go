package maintenance

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// TeamFile is the tasks in the team folder.
const TeamFile = "maintenance.yaml"

// File is how they are read.
var File = team.File[*Set]{Name: TeamFile, Load: Load, Unread: team.Unread{IsEmpty: true}}

// mostTasks is how many one file may have.
const mostTasks = 500

// Set is what the file says. A nil Set has no tasks.
type Set struct {
	Zone  *time.Location
	Tasks []Task
}

// Find is a task by its name.
func (s *Set) Find(name string) (Task, bool) {
	if s != nil {
		for _, t := range s.Tasks {
			if t.Name == name {
				return t, true
			}
		}
	}
	return Task{}, false
}

func (s *Set) zone() *time.Location {
	if s == nil || s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// Load reads a team's maintenance.yaml. With an error among the findings there is no set.
func Load(file string, text []byte) (*Set, []prentice.Finding) {
	r := reader{Reader: strict.Reader{Near: nearest.Of}, file: file, lines: map[string]int{}}
	s := &Set{Zone: time.UTC}
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
	zone  *time.Location
	lines map[string]int // of tasks, by their names
}

func (r *reader) set(s *Set, top *strict.Node) {
	v := r.Mapping(top, "file", "zone", "tasks")
	if v["zone"] != nil {
		s.Zone = r.location(v["zone"])
	}
	r.zone = s.Zone
	list := r.List(v["tasks"], "tasks")
	if len(list) > mostTasks {
		r.Wrong(v["tasks"], "leave out what no one does", "there are %d tasks, at most %d are read", len(list), mostTasks)
		return
	}
	for _, n := range list {
		s.Tasks = append(s.Tasks, r.task(n))
	}
}

func (r *reader) location(n *strict.Node) *time.Location {
	name := r.Text(n, "zone")
	where, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		r.Wrong(n, "write a name such as Europe/London or UTC", "%q is not an IANA time zone", clip.Text(name))
		return time.UTC
	}
	return where
}

func (r *reader) task(n *strict.Node) Task {
	v := r.Mapping(n, "task", "name", "summary", "about", "owner", "every", "grace", "first", "procedure", "with")
	t := Task{At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	t.Name = r.Needed(v["name"], n, "task", "name", "give it a name that people can cite")
	if t.Name != "" && !prentice.ValidName(t.Name) {
		r.Wrong(v["name"], "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(t.Name))
	}
	if line := r.lines[t.Name]; line > 0 && t.Name != "" {
		r.Wrong(v["name"], "choose another name: the other one is in line "+strconv.Itoa(line), "there is another task %q", t.Name)
	}
	r.lines[t.Name] = n.Line
	t.Summary = r.Needed(v["summary"], n, "task", "summary", "say in one sentence what is done: people read it when it is due")
	t.About, t.Owner = r.ref(v["about"], "about", "service/orders"), r.ref(v["owner"], "owner", "group/payments")
	t.Every = r.every(v["every"], n)
	t.Grace = r.grace(v["grace"], t.Every)
	t.First = r.first(v["first"])
	if v["procedure"] != nil {
		t.Procedure = r.Text(v["procedure"], "procedure")
		if t.Procedure != "" && !prentice.ValidName(t.Procedure) {
			r.Wrong(v["procedure"], "write the name of a procedure of the team", "%q is not a name", clip.Text(t.Procedure))
		}
	}
	t.With = r.with(v["with"], t.Procedure)
	return t
}

func (r *reader) ref(n *strict.Node, key, example string) prentice.Ref {
	if n == nil {
		return ""
	}
	ref, err := prentice.ParseRef(r.Text(n, key))
	if err != nil {
		r.Wrong(n, "write it as "+example, "%v", err)
	}
	return ref
}

var interval = regexp.MustCompile(`^([1-9][0-9]{0,3})(d|w|mo|y)$`)

// length reads a number of days, weeks, months or years.
func length(text string) (i Interval, ok bool) {
	m := interval.FindStringSubmatch(text)
	if m == nil {
		return i, false
	}
	n, _ := strconv.Atoi(m[1]) // it is a number
	switch m[2] {
	case "d":
		i.Days = n
	case "w":
		i.Days = 7 * n
	case "mo":
		i.Months = n
	case "y":
		i.Months = 12 * n
	}
	return i, i.Days <= 3660 && i.Months <= 120
}

func (r *reader) every(n, of *strict.Node) Interval {
	text := r.Needed(n, of, "task", "every", "say how often: 7d, 2w, 1mo or 1y")
	i, ok := length(text)
	if text != "" && !ok {
		r.Wrong(n, "write a number of days, weeks, months or years, up to ten years: 7d, 2w, 1mo, 1y", "every is %q", clip.Text(text))
	}
	return i
}

// grace is how many days after its day a task is overdue: a tenth of the interval where the
// file does not say.
func (r *reader) grace(n *strict.Node, every Interval) int {
	days := every.Days + 30*every.Months
	if n == nil {
		return days / 10
	}
	text := r.Text(n, "grace")
	i, ok := length(text)
	switch {
	case text == "0d":
		return 0
	case !ok || i.Months > 0:
		r.Wrong(n, "write a number of days or weeks: 0d, 3d, 2w", "grace is %q", clip.Text(text))
	case i.Days >= days && days > 0:
		r.Wrong(n, "write less than every", "grace is %s, and every is %s: it would never be overdue before it is due again", clip.Text(text), every)
	}
	return i.Days
}

func (r *reader) first(n *strict.Node) time.Time {
	if n == nil {
		return time.Time{}
	}
	text := r.Text(n, "first")
	at, err := time.ParseInLocation(time.DateOnly, text, r.zone)
	if err != nil {
		r.Wrong(n, "write a day such as 2026-12-18", "first is %q", clip.Text(text))
	}
	return at
}

func (r *reader) with(n *strict.Node, procedure string) map[string]string {
	if n == nil {
		return nil
	}
	if procedure == "" {
		r.Wrong(n, "name the procedure, or leave with out", "the task has inputs, and no procedure")
	}
	with := map[string]string{}
	if n.Kind != yaml.MappingNode {
		r.Wrong(n, "write NAME: VALUE lines", "with is no mapping")
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if !prentice.ValidName(key) || strings.Contains(key, ":") {
			r.Wrong(n.Content[i], "write the name of an input", "%q is not a name", clip.Text(key))
			continue
		}
		if _, there := with[key]; there {
			r.Wrong(n.Content[i], "keep one of them", "key %q is there twice", clip.Text(key))
		}
		with[key] = r.Text(n.Content[i+1], key)
	}
	if len(with) == 0 {
		r.Wrong(n, "write NAME: VALUE, or leave with out", "with has no inputs")
	}
	return with
}
