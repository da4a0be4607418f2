package availability

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/render"
	"prentice/internal/op"
	"prentice/internal/team"
)

// ListIn chooses services.
type ListIn struct {
	State string   `json:"state,omitempty" enum:"well,down,flapping,unknown" doc:"Only services that stand so."`
	Name  []string `json:"name,omitempty" of:"service" doc:"Only services of these names."`
}

// List is the services of the catalog.
type List struct {
	Services []Line `json:"services"`
	Filtered bool   `json:"filtered,omitempty"` // there are services, though perhaps none of the wanted state
}

// Line is a service in a list.
type Line struct {
	Standing
	Title        string        `json:"title,omitempty"`
	Owner        prentice.Ref  `json:"owner,omitempty"`
	Availability Share         `json:"availability"` // of the last 24 hours, of the probe that fared worst
	Says24       string        `json:"availability_says"`
	Mean         time.Duration `json:"mean_latency"` // of the last 24 hours
	Probes       int           `json:"probes"`
	Day          []Stretch     `json:"-"` // the last 24 hours of a service in a list, for a small chart
}

func (l *Lookout) list(ctx context.Context, _ op.Call, in ListIn) (List, error) {
	services := named(l.catalog().Services, in.Name)
	all, now, err := l.view(ctx, services)
	if err != nil {
		return List{}, err
	}
	out := List{Services: []Line{}, Filtered: in.State != "" && len(services) > 0 || len(in.Name) > 0}
	for i, s := range services {
		stands := standing(s.Ref, all[i])
		if in.State != "" && stands.State != Word(in.State) {
			continue
		}
		line := lineOf(now, s, stands, all[i])
		if len(in.Name) == 0 { // who names services asks how they stand, and draws no chart of each
			line.Day = Stretches(strip(now, daysOf(all[i])...))
		}
		out.Services = append(out.Services, line)
	}
	return out, nil
}

// named is the services that have one of the names; all of them when there is none.
func named(all []team.Service, names []string) []team.Service {
	if len(names) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(s team.Service) bool { return !slices.Contains(names, s.Ref.Name()) })
}

// lineOf sums up the last 24 hours of a service. Its availability is that of the
// probe that fared worst, as its standing is.
func lineOf(now time.Time, s team.Service, stands Standing, probes []probeState) Line {
	line := Line{Standing: stands, Title: s.Title, Owner: s.Owner, Probes: len(s.Probes)}
	var all Slot
	for i, p := range probes {
		total := p.day.total(now)
		all = all.with(total)
		if share := total.share(); i == 0 || share.worse(line.Availability) {
			line.Availability = share
		}
	}
	line.Mean, line.Says24 = all.Mean(), line.Availability.String()
	return line
}

func daysOf(probes []probeState) (days []day) {
	for _, p := range probes {
		days = append(days, p.day)
	}
	return days
}

// DaySays is the chart of the last 24 hours in words: how long what was not well
// lasted, in steps of five minutes.
func (l Line) DaySays() string {
	lasted := map[Word]time.Duration{}
	for _, s := range l.Day {
		lasted[s.State] += time.Duration(s.Width) * slotLength
	}
	var words []string
	for _, one := range []struct {
		state Word
		says  string
	}{{Down, "failing"}, {Degraded, "failing now and then"}, {Unknown, "not checked"}} {
		if t := lasted[one.state]; t > 0 {
			words = append(words, one.says+" for "+render.Span(t))
		}
	}
	if len(words) == 0 {
		return "the last 24 hours: all checks passed"
	}
	return "the last 24 hours: " + strings.Join(words, ", ")
}

// Table implements op.Tabler.
func (l List) Table() (head []string, rows [][]string) {
	head = []string{"SERVICE", "STATE", "SINCE (UTC)", "LAST 24 H", "MEAN", "WHY"}
	for _, s := range l.Services {
		since := "–"
		if !s.Since.IsZero() {
			since = op.Cell(s.Since)
		}
		rows = append(rows, []string{string(s.Ref), s.State.Sign() + " " + string(s.State), since, s.Says24, took(s.Mean), s.Says})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l List) Empty() string {
	if l.Filtered {
		return "No service stands so. See them all with: prentice service list"
	}
	return "No service is declared yet. Write one into catalog-info.yaml in the team folder, with the annotation prentice.dev/probes, and check it with: prentice catalog check"
}

// find is the service of a name or ref, or an error that knows the spelling.
func (l *Lookout) find(name string) (team.Service, error) {
	c := l.catalog()
	s, err := c.Service(name)
	if err == nil {
		return s, nil
	}
	var known []string
	for _, s := range c.Services {
		known = append(known, s.Ref.Name())
	}
	if near := nearest.Of(strings.TrimPrefix(name, "service/"), known); near != "" {
		return s, prentice.Errorf(prentice.NotFound, "no service %q in the catalog", name).Try("did you mean %s?", near)
	}
	return s, err
}

// changes emits every judgement that becomes another one.
func (l *Lookout) changes(ctx context.Context, _ op.Call, in WatchIn, emit func(Change) error) error {
	if in.Name == "" {
		return l.listen(ctx, emit)
	}
	s, err := l.find(in.Name)
	if err != nil {
		return err
	}
	return l.listen(ctx, func(c Change) error {
		if c.Service != s.Ref {
			return nil
		}
		return emit(c)
	})
}

// WatchIn may choose a service.
type WatchIn struct {
	Name string `json:"name,omitempty" arg:"1" maxLength:"200" example:"checkout" doc:"The service; without it, all services."`
}
