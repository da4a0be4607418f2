package rota

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// File is who is on call, in the team folder.
var File = team.File[*Settings]{Name: "oncall.yaml", Load: Load, Unread: team.Unread{IsEmpty: true}}

// The bounds of the file.
const (
	mostNamed = 200
	leastTurn = time.Hour
	mostTurn  = 366 * 24 * time.Hour
	leastWait = time.Second
	mostWait  = 7 * 24 * time.Hour
)

// Load reads a team's oncall.yaml. With an error among the findings there are no rotas, and
// anyone who has older ones keeps them.
func Load(file string, text []byte) (*Settings, []prentice.Finding) {
	r := reader{strict.Reader{Near: nearest.Of}}
	s := &Settings{}
	if top := r.Document(text); top != nil {
		r.settings(s, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return s, nil
}

type reader struct{ strict.Reader }

func (r *reader) settings(s *Settings, top *strict.Node) {
	v := r.Mapping(top, "on-call file", "working_hours", "rotas", "policies", "severities")
	if n := v["working_hours"]; n != nil {
		h := r.Mapping(n, "hours", "zone", "days", "from", "until")
		s.Hours = r.hours(n, h, r.zone(h["zone"], n))
	}
	names := map[string]bool{}
	for _, n := range r.list(v["rotas"], "rotas") {
		one := r.rota(n)
		r.once(names, "rota "+one.Name, n)
		s.Rotas = append(s.Rotas, one)
	}
	for _, n := range r.list(v["policies"], "policies") {
		one := r.policy(n, s)
		r.once(names, "policy "+one.Name, n)
		s.Policies = append(s.Policies, one)
	}
	for _, n := range r.list(v["severities"], "severities") {
		one := r.severity(n)
		r.once(names, "severity "+one.Name, n)
		s.Severities = append(s.Severities, one)
	}
}

func (r *reader) list(n *strict.Node, what string) []*strict.Node {
	list := r.List(n, what)
	if len(list) > mostNamed {
		r.Wrong(n, "leave out what is not needed", "there are %d %s, at most %d are read", len(list), what, mostNamed)
		return nil
	}
	return list
}

func (r *reader) once(names map[string]bool, name string, n *strict.Node) {
	if names[name] {
		r.Wrong(n, "choose another name", "there is another %s", name)
	}
	names[name] = true
}

func (r *reader) name(n, of *strict.Node, what string) string {
	name := r.Needed(n, of, what, "name", "give it a name")
	if name != "" && !prentice.ValidName(name) {
		r.Wrong(n, "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(name))
	}
	return name
}

// zone reads a zone of the IANA list. That of the machine is no zone of a team.
func (r *reader) zone(n, of *strict.Node) *time.Location {
	name := r.Needed(n, of, "it", "zone", "write zone: Europe/Berlin")
	if name == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		r.Wrong(n, "write one of the IANA list, such as Europe/Berlin or UTC", "%q is not a zone", clip.Text(name))
		return time.UTC
	}
	return zone
}

func (r *reader) rota(n *strict.Node) Rota {
	v := r.Mapping(n, "rota", "name", "zone", "layers")
	one := Rota{Name: r.name(v["name"], n, "rota"), Zone: r.zone(v["zone"], n)}
	for _, l := range r.list(v["layers"], "layers") {
		one.Layers = append(one.Layers, r.layer(l, one.Zone))
	}
	if v["layers"] == nil || len(one.Layers) == 0 {
		r.Wrong(n, "write layers: with people, start and every", "the rota has no layers")
	}
	return one
}

func (r *reader) layer(n *strict.Node, zone *time.Location) (l Layer) {
	v := r.Mapping(n, "layer", "people", "start", "every", "handover", "hours")
	l.People = r.people(v["people"], n)
	text := r.Needed(v["start"], n, "layer", "start", `write start: "2026-11-30 09:00", a time on the wall of the rota's zone`)
	l.Every = 7 * 24 * time.Hour
	switch {
	case text == "":
	case v["handover"] != nil:
		if v["every"] != nil {
			r.Wrong(v["every"], "keep one of them", "a layer has either every or handover, which is every week")
		}
		l.Start = r.handover(v["handover"], v["start"], text)
	default:
		l.Start = r.start(v["start"], text, zone)
		l.Every = r.length(v["every"], n, "layer", "every", leastTurn, mostTurn)
	}
	if h := v["hours"]; h != nil {
		l.Hours = r.hours(h, r.Mapping(h, "hours", "days", "from", "until"), zone)
	}
	return l
}

// start reads when a first turn begins. It is a time that someone typed.
func (r *reader) start(n *strict.Node, text string, zone *time.Location) time.Time {
	wall, err := time.Parse(wallLayout, text)
	if err != nil {
		r.Wrong(n, `write "2026-11-30 09:00"`, "start is %q", clip.Text(text))
		return wall
	}
	if _, err := Typed(text, zone); err != nil {
		r.Wrong(n, prentice.HintOf(err), "%v", err)
	}
	return wall
}

// handover reads the day and the hour of every week at which turns end, and finds the first of
// them on a day or behind it.
func (r *reader) handover(n, start *strict.Node, text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		r.Wrong(start, `write the day from which it counts, such as "2026-11-30"`, "start is %q beside handover", clip.Text(text))
	}
	word := r.Text(n, "handover")
	name, hour, _ := strings.Cut(word, " ")
	weekday, known := days[name]
	at, fine := clock(hour)
	if !known || !fine {
		r.Wrong(n, "write the day and the time, such as mon 09:00", "handover is %q", clip.Text(word))
	}
	for day.Weekday() != weekday {
		day = day.AddDate(0, 0, 1)
	}
	return day.Add(at)
}

var days = map[string]time.Weekday{"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday}

var dayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// clock reads a time of the day, up to 24:00.
func clock(text string) (time.Duration, bool) {
	h, m, found := strings.Cut(text, ":")
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	return at, found && err == nil && err2 == nil && len(h) == 2 && len(m) == 2 && hour >= 0 && minute >= 0 && minute < 60 && at <= 24*time.Hour
}

func (r *reader) hours(n *strict.Node, v map[string]*strict.Node, zone *time.Location) *Hours {
	h := &Hours{Zone: zone}
	for _, day := range r.Choices(v["days"], "days", dayNames) {
		h.Days = append(h.Days, days[day])
	}
	if v["days"] == nil {
		r.Wrong(n, "write days: [mon, tue, wed, thu, fri]", "the hours have no days")
	}
	for key, to := range map[string]*time.Duration{"from": &h.From, "until": &h.Until} {
		text := r.Needed(v[key], n, "hours", key, `write a time of the day, such as "09:00"`)
		at, fine := clock(text)
		if text != "" && !fine {
			r.Wrong(v[key], `write a time of the day, such as "09:00"`, "%s is %q", key, clip.Text(text))
		}
		*to = at
	}
	return h
}

func (r *reader) people(n, of *strict.Node) (list []prentice.Ref) {
	for _, word := range r.Words(n, "people") {
		ref := prentice.NewRef(string(prentice.Person), strings.TrimPrefix(word, "person/"))
		if !prentice.ValidName(ref.Name()) {
			r.Wrong(n, "write names as prentice person list shows them, such as [ann, ben]", "%q cannot be the name of a person", clip.Text(word))
		}
		list = append(list, ref)
	}
	if len(list) == 0 || len(list) > mostNamed {
		r.Wrong(of, "write people: [ann, ben]", "the layer has %d people, from 1 to %d can take turns", len(list), mostNamed)
		return []prentice.Ref{"person/unknown"}
	}
	return list
}

func (r *reader) length(n, of *strict.Node, what, key string, least, most time.Duration) time.Duration {
	text := r.Needed(n, of, what, key, "write a length of time, such as 12h or 7d")
	d, err := span.Parse(text)
	if text != "" && (err != nil || d < least || d > most) {
		r.Wrong(n, fmt.Sprintf("write a time from %s to %s", span.String(least), span.String(most)), "%s is %q", key, clip.Text(text))
	}
	return max(d, least)
}

func (r *reader) policy(n *strict.Node, s *Settings) Policy {
	v := r.Mapping(n, "policy", "name", "owners", "begin", "steps", "repeat", "lapse")
	one := Policy{Name: r.name(v["name"], n, "policy")}
	for _, word := range r.Words(v["owners"], "owners") {
		ref, err := prentice.ParseRef(strings.Replace(word, ":", "/", 1))
		if err != nil {
			r.Wrong(v["owners"], "write a ref such as group:ops", "%q cannot be an owner", clip.Text(word))
		}
		one.Owners = append(one.Owners, ref)
	}
	if v["begin"] != nil {
		one.Opened = r.Choice(v["begin"], "begin", []string{"called", "opened"}) == "opened"
	}
	for _, x := range r.list(v["steps"], "steps") {
		one.Steps = append(one.Steps, r.step(x, s))
	}
	if len(one.Steps) == 0 {
		r.Wrong(n, "write steps: with call and wait", "the policy has no steps")
	}
	if v["repeat"] != nil {
		text := r.Text(v["repeat"], "repeat")
		times, err := strconv.Atoi(text)
		if one.Repeat = times; err != nil || times < 0 || times > 20 {
			r.Wrong(v["repeat"], "write how many times all steps are gone through again, from 0 to 20", "repeat is %q", clip.Text(text))
		}
	}
	if v["lapse"] != nil {
		one.Lapse = r.length(v["lapse"], n, "policy", "lapse", leastWait, mostWait)
	}
	return one
}

func (r *reader) step(n *strict.Node, s *Settings) Step {
	v := r.Mapping(n, "step", "call", "wait", "again", "each", "when")
	one := Step{Wait: r.length(v["wait"], n, "step", "wait", leastWait, mostWait)}
	for _, word := range r.Words(v["call"], "call") {
		ref, err := prentice.ParseRef(word)
		_, known := s.Rota(ref.Name())
		switch {
		case err != nil || !slices.Contains([]string{"rota", "person", "channel"}, ref.Kind()):
			r.Wrong(v["call"], "write rota/NAME, person/NAME or channel/NAME", "%q cannot be called", clip.Text(word))
		case ref.Kind() == "rota" && !known:
			r.Wrong(v["call"], "name one that stands under rotas", "there is no rota %q", ref.Name())
		}
		one.Call = append(one.Call, ref)
	}
	if len(one.Call) == 0 {
		r.Wrong(n, "write call: [rota/NAME]", "the step calls no one")
	}
	if v["again"] != nil {
		one.Again = r.length(v["again"], n, "step", "again", leastWait, mostWait)
	}
	if v["each"] != nil {
		one.Each = r.Choice(v["each"], "each", []string{"true", "false"}) == "true"
		if one.Again == 0 {
			r.Wrong(v["each"], "write again: 2m", "each one would be called once, whether they answer or not")
		}
	}
	if v["when"] != nil {
		one.When = r.Choice(v["when"], "when", []string{Working, Outside})
	}
	return one
}

func (r *reader) severity(n *strict.Node) Severity {
	v := r.Mapping(n, "severity", "name", "of", "respond", "update", "working_hours")
	one := Severity{Name: r.Needed(v["name"], n, "severity", "name", "write P1, P2, P3 or P4"), Of: r.Words(v["of"], "of")}
	if one.Name != "" {
		r.Choice(v["name"], "severity", []string{"P1", "P2", "P3", "P4"})
	}
	one.Respond = r.length(v["respond"], n, "severity", "respond", time.Minute, 60*24*time.Hour)
	if v["update"] != nil {
		one.Update = r.length(v["update"], n, "severity", "update", time.Minute, 60*24*time.Hour)
	}
	if v["working_hours"] != nil {
		one.Working = r.Choice(v["working_hours"], "working_hours", []string{"true", "false"}) == "true"
	}
	return one
}
