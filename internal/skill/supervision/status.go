package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team/calendar"
)

// Status is the whole of it on one screen: is anything wrong, does anything wait for
// a person, does anything hold work back.
type Status struct {
	Version string `json:"version"`
	Serving bool   `json:"serving"` // a server works on this; else nothing is watched and nothing begins

	Healthy   int            `json:"healthy"` // services
	Down      int            `json:"down"`
	Flapping  int            `json:"flapping"`
	Unknown   int            `json:"unknown"`
	Unhealthy []ServiceState `json:"unhealthy"` // those that are not healthy, the worst first, at most a few

	Incidents int            `json:"incidents"` // open
	Broken    []Broken       `json:"broken"`    // of them, at most a few
	Waiting   int            `json:"waiting"`   // runs that wait for a person
	Asked     []prentice.Run `json:"asked"`     // of them, at most a few
	Running   int            `json:"running"`   // runs under way

	Holds  []string `json:"holds"`  // what holds work back now
	Errors int      `json:"errors"` // of the team folder
	Wrong  []string `json:"wrong"`  // why the exit code is not 0
}

// fewShown is how many of each a status names.
const fewShown = 5

func (d Deps) statusOp() op.Op {
	return op.New("status", prentice.Look, prentice.Viewer, "Show on one screen whether anything is wrong, waits, or is blocked.", d.status).
		WithExample("prentice status").
		WithHelp("Ends with exit code 9 when something is wrong: a service is down or flapping, an incident is open, everything is stopped, the team folder has errors, the evidence is damaged, or no server works on the data folder. A run that waits for approval, a freeze and a service of which nothing is known are told, and are not wrong.\n\nprentice alone shows its first lines, and ends with 0.")
}

func (d Deps) status(ctx context.Context, c op.Call, _ nothing) (out Status, err error) {
	now, err := d.now(ctx, c, nothing{})
	if err != nil {
		return out, err
	}
	out = Status{Version: d.Version, Serving: d.Serving, Unhealthy: []ServiceState{}, Holds: []string{}, Wrong: []string{},
		Incidents: len(now.Broken) + now.More.Broken, Broken: now.Broken[:min(len(now.Broken), fewShown)],
		Waiting: len(now.Waiting) + now.More.Waiting, Asked: now.Waiting[:min(len(now.Waiting), fewShown)],
		Running: len(now.Running) + now.More.Running, Errors: len(now.Team)}
	out.count(now.Services)
	out.held(now)
	days, _ := d.Days(c.Now, 1)
	out.frozen(days, c.Now)
	out.judge(now)
	return out, nil
}

// count sorts services by how they are, the worst first.
func (s *Status) count(services []ServiceState) {
	for _, group := range []struct {
		state string
		n     *int
	}{{"down", &s.Down}, {"flapping", &s.Flapping}, {"unknown", &s.Unknown}, {"well", &s.Healthy}} {
		for _, one := range services {
			if one.State != group.state {
				continue
			}
			*group.n++
			if group.n != &s.Healthy && len(s.Unhealthy) < fewShown {
				s.Unhealthy = append(s.Unhealthy, one)
			}
		}
	}
}

func (s *Status) held(now Now) {
	if now.Stopped {
		says := "everything is stopped" + after(": ", now.Why)
		if !strings.Contains(now.Why, "prentice resume-all") { // after a restore the reason says it, and what to look at before
			says += "; let it go on with: prentice resume-all"
		}
		s.Holds = append(s.Holds, says)
	}
	if now.Draining {
		s.Holds = append(s.Holds, "drained: nothing begins before prentice is stopped and started again")
	}
	if now.Paused != nil {
		s.Holds = append(s.Holds, fmt.Sprintf("what no person started is paused since %s: %s; let it go on with: prentice resume", op.At(now.Paused.Since), now.Paused.Says))
	}
}

// frozen adds the freezes that hold now.
func (s *Status) frozen(days calendar.Days, now time.Time) {
	for _, e := range days.Entries {
		if e.Kind != "freeze" || !e.InForce {
			continue
		}
		until := ""
		for _, span := range e.Spans {
			if !span.From.After(now) && span.To.After(now) {
				until = " until " + op.At(span.To)
			}
		}
		s.Holds = append(s.Holds, fmt.Sprintf("frozen by %s%s, for %s: %s", e.Name, until, e.Applies, e.Reason))
	}
}

func (s *Status) judge(now Now) {
	wrong := func(is bool, says string) {
		if is {
			s.Wrong = append(s.Wrong, says)
		}
	}
	wrong(!s.Serving, "no server works on this data folder: nothing is watched and nothing begins; start it with: prentice up")
	wrong(s.Down > 0, op.Count(s.Down, "service is down", "services are down"))
	wrong(s.Flapping > 0, op.Count(s.Flapping, "service is flapping", "services are flapping"))
	wrong(s.Incidents > 0, op.Count(s.Incidents, "incident is open", "incidents are open"))
	wrong(now.Stopped, "everything is stopped")
	wrong(s.Errors > 0, "the team folder has "+op.Count(s.Errors, "error", "errors")+"; see them with: prentice now")
	wrong(len(now.Damage) > 0, "the evidence is damaged; see it with: prentice evidence check")
}

// ExitCode implements op.Ender: 9 when something is wrong.
func (s Status) ExitCode() int {
	if len(s.Wrong) > 0 {
		return op.NotWell
	}
	return 0
}

// Brief implements op.Briefer: the lines without what is named below them.
func (s Status) Brief() string { return s.text(false) }

// Text implements op.Texter.
func (s Status) Text() string { return s.text(true) }

func (s Status) text(whole bool) string {
	var b strings.Builder
	head := func(name, says string) { fmt.Fprintf(&b, "%-10s %s\n", name, says) }
	below := func(says string) {
		if whole {
			fmt.Fprintf(&b, "%-10s   %s\n", "", says)
		}
	}
	works := "● a server works"
	if !s.Serving {
		works = "■ no server works on this data folder; start it with: prentice up"
	}
	head("Prentice", works+after(", version ", s.Version))
	head("Services", counted([]tally{{s.Healthy, "● %d healthy"}, {s.Down, "■ %d down"}, {s.Flapping, "▲ %d flapping"}, {s.Unknown, "○ %d unknown"}}, "none is watched"))
	for _, one := range s.Unhealthy {
		below(fmt.Sprintf("%s %s: %s", signOfService(one.State), one.Ref, one.Says))
	}
	more(below, s.Down+s.Flapping+s.Unknown-len(s.Unhealthy), "prentice service list")
	head("Incidents", counted([]tally{{s.Incidents, "■ %d open"}}, "● none is open"))
	for _, one := range s.Broken {
		below(fmt.Sprintf("■ %s  %s: %s, since %s%s", one.Ref, one.Subject, one.Title, op.At(one.Opened), one.cared()))
	}
	more(below, s.Incidents-len(s.Broken), "prentice incident list --open")
	head("Runs", counted([]tally{{s.Waiting, "▲ %d waiting for a person"}, {s.Running, "◐ %d under way"}}, "● none is under way, and none waits for a person"))
	for _, run := range s.Asked {
		below(fmt.Sprintf("▲ %s  %s%s: %s", run.Ref(), run.Procedure, after(" on ", run.About()), run.Says))
	}
	more(below, s.Waiting-len(s.Asked), "prentice inbox list")
	if len(s.Holds) == 0 {
		head("Blocked", "● nothing")
	}
	for i, hold := range s.Holds {
		name := ""
		if i == 0 {
			name = "Blocked"
		}
		head(name, "▲ "+hold)
	}
	if s.Errors > 0 {
		head("Team", fmt.Sprintf("✕ %s in the team folder; see them with: prentice now", op.Count(s.Errors, "error", "errors")))
	}
	return b.String()
}

// more says how many are not named, and what names them.
func more(below func(string), n int, command string) {
	if n > 0 {
		below(fmt.Sprintf("and %d more: %s", n, command))
	}
}

// cared says who has an open incident, or that no one is called for it.
func (b Broken) cared() string {
	text := ""
	if b.Assignee != "" {
		text += fmt.Sprintf("; %s has it", b.Assignee)
	}
	if b.Muted != nil {
		text += "; silenced"
		if !b.Muted.Until.IsZero() {
			text += " until " + op.At(b.Muted.Until)
		}
	}
	return text
}

// tally is a number, and how it is said when it is not 0.
type tally struct {
	n    int
	says string
}

func counted(list []tally, none string) string {
	var parts []string
	for _, t := range list {
		if t.n > 0 {
			parts = append(parts, fmt.Sprintf(t.says, t.n))
		}
	}
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, "   ")
}

func signOfService(state string) string {
	switch state {
	case "down":
		return "■"
	case "flapping":
		return "▲"
	}
	return "○"
}

var (
	_ op.Texter  = Status{}
	_ op.Briefer = Status{}
	_ op.Ender   = Status{}
)
