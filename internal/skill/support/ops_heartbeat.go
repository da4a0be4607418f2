package support

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/engine/inbox"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// Heartbeat is an alert that always fires, and how it stands.
type Heartbeat struct {
	alert.Heartbeat
	State    string       `json:"state"`              // heard, missing, or waited for: not heard yet
	First    time.Time    `json:"first,omitzero"`     // when it was heard first, if that is known
	Last     time.Time    `json:"last,omitzero"`      // when it was heard last
	Due      time.Time    `json:"due,omitzero"`       // when it has to be heard again, while it is heard
	Missing  time.Time    `json:"missing,omitzero"`   // since when
	Incident prentice.Ref `json:"incident,omitempty"` // that is open about it
}

// Ref is what its events and incidents are about.
func (h Heartbeat) Ref() prentice.Ref { return prentice.NewRef("heartbeat", h.Name) }

// Every is how long may pass between two of its messages, as people read it.
func (h Heartbeat) Every() string { return span.String(h.Within) }

// HeartbeatShown is a heartbeat and when it was missing.
type HeartbeatShown struct {
	Heartbeat
	From time.Time `json:"from"` // the history goes back to this
	Now  time.Time `json:"now"`
	Gaps []Gap     `json:"gaps"` // the newest first

	Job *Job `json:"job,omitempty"` // where it is no alert, but a job that pings
}

// Stretches are the picture of its history.
func (h HeartbeatShown) Stretches() []Stretch { return stretchesOf(h.From, h.Now, h.First, h.Gaps) }

// Lasted is how long a gap was, as people read it.
func (h HeartbeatShown) Lasted(g Gap) string { return span.String(g.Lasted(h.Now).Round(time.Second)) }

// Text implements op.Texter.
func (h HeartbeatShown) Text() string {
	if h.Job != nil {
		return h.Job.text()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s, %s\n", h.Ref(), beatSigns[h.State], h.State, h.says())
	fmt.Fprintf(&b, "Every     %s at most\nSeverity  %s\n", h.Every(), h.Severity)
	if h.Owner != "" {
		fmt.Fprintf(&b, "Owner     %s\n", h.Owner)
	}
	if h.Incident != "" {
		fmt.Fprintf(&b, "Incident  %s\n", h.Incident)
	}
	fmt.Fprintf(&b, "\nMissing in the last %d days\n", beatDays)
	for _, g := range h.Gaps {
		until := "now"
		if !g.Until.IsZero() {
			until = op.At(g.Until)
		}
		fmt.Fprintf(&b, "  %s until %s, for %s  (%s)\n", op.At(g.From), until, h.Lasted(g), g.Event)
	}
	if len(h.Gaps) == 0 {
		b.WriteString("  at no time that was noticed\n")
	}
	return b.String()
}

func (h Heartbeat) says() string {
	switch {
	case !h.Missing.IsZero() && h.Last.IsZero():
		return "never heard"
	case !h.Missing.IsZero():
		return "last heard " + op.At(h.Last)
	case h.Last.IsZero():
		return "not heard yet"
	}
	return "last heard " + op.At(h.Last) + ", due by " + op.At(h.Due)
}

var beatSigns = map[string]string{"heard": "●", "missing": "■", "waited for": "○"}

// Heartbeats is the jobs that ping and the alerts that always fire.
type Heartbeats struct {
	Jobs       []Job       `json:"jobs"`
	Heartbeats []Heartbeat `json:"heartbeats"`
}

// Table implements op.Tabler.
func (l Heartbeats) Table() (head []string, rows [][]string) {
	for _, j := range l.Jobs {
		last := "never"
		if !j.Last.IsZero() {
			last = op.Cell(j.Last)
		}
		rows = append(rows, []string{j.Name, jobSign(j.State), last, j.When() + " + " + j.GraceText(), j.Severity, string(j.Owner)})
	}
	for _, h := range l.Heartbeats {
		last := "never"
		if !h.Last.IsZero() {
			last = op.Cell(h.Last)
		}
		rows = append(rows, []string{h.Name, beatSigns[h.State] + " " + h.State, last, span.String(h.Within), h.Severity, string(h.Owner)})
	}
	return []string{"HEARTBEAT", "STATE", "LAST HEARD (UTC)", "WITHIN", "SEVERITY", "OWNER"}, rows
}

// Empty implements op.Emptier.
func (l Heartbeats) Empty() string {
	return "Nothing is listened for. Listen for a cron job: prentice heartbeat create NAME --schedule '0 3 * * *' --zone Europe/Berlin. Or name an alert that always fires, such as Watchdog, under heartbeats in alerts.yaml."
}

func (s *Support) heartbeatOps() []op.Op {
	return []op.Op{
		op.New("heartbeat.list", prentice.Look, prentice.Viewer, "List the jobs that ping and the alerts that always fire, and when each was heard last.", s.heartbeatList).
			WithExample("prentice heartbeat list").Naming("heartbeat").OfferedAsRefs("heartbeat").
			WithHelp("Jobs stand in heartbeats.yaml, or are made by heartbeat create; alerts that always fire are named under heartbeats in alerts.yaml. When nothing is heard of one for longer than it may be, an incident is opened, which ends when it is heard again. After a start each is waited for anew."),
		op.New("heartbeat.show", prentice.Look, prentice.Viewer, "Show a job that pings, or an alert that always fires, and when it was missing.", s.heartbeatShow).
			WithExample("prentice heartbeat show prometheus").
			WithHelp("Its history goes back seven days, or as far as the events about it are kept. Of the time in which prentice did not run nothing is told."),
	}
}

func (s *Support) heartbeatList(ctx context.Context, _ op.Call, _ struct{}) (Heartbeats, error) {
	out := Heartbeats{Jobs: []Job{}, Heartbeats: []Heartbeat{}}
	if err := s.ready(); err != nil {
		return out, err
	}
	var wanted []alert.Heartbeat
	if s.Router != nil {
		wanted, _ = s.Router.Heartbeats()
	}
	var jobs []heartbeat.Shown
	if s.Jobs != nil {
		var err error
		if jobs, err = s.Jobs.List(ctx); err != nil {
			return out, err
		}
	}
	if len(wanted) == 0 && len(jobs) == 0 {
		return out, nil
	}
	kept, err := s.beatings(ctx)
	if err != nil {
		return out, err
	}
	open, err := s.incidents(ctx, `closed = 0 AND subject LIKE 'heartbeat/%' ORDER BY number`)
	if err != nil {
		return out, err
	}
	about := map[prentice.Ref]prentice.Ref{}
	for _, i := range open {
		about[i.Subject] = i.Ref
	}
	for _, j := range jobs {
		out.Jobs = append(out.Jobs, Job{Shown: j, Incident: about[j.Ref()]})
	}
	for _, h := range wanted {
		one := heartbeatOf(h, kept[h.Name])
		one.Incident = about[one.Ref()]
		out.Heartbeats = append(out.Heartbeats, one)
	}
	return out, nil
}

// heartbeatOf is a heartbeat as it stands.
func heartbeatOf(h alert.Heartbeat, b beating) Heartbeat {
	one := Heartbeat{Heartbeat: h, State: "heard", First: b.first, Last: b.last, Missing: b.missing}
	switch {
	case !b.missing.IsZero():
		one.State = "missing"
	case b.beats == 0:
		one.State = "waited for"
	default:
		one.Due = b.last.Add(h.Within)
	}
	return one
}

type heartbeatIn struct {
	Name string `json:"name" arg:"1" doc:"The heartbeat, such as prometheus." example:"prometheus" minLength:"1" maxLength:"200"`
}

func (s *Support) heartbeatShow(ctx context.Context, c op.Call, in heartbeatIn) (HeartbeatShown, error) {
	list, err := s.heartbeatList(ctx, c, struct{}{})
	if err != nil {
		return HeartbeatShown{}, err
	}
	name := strings.TrimPrefix(in.Name, "heartbeat/")
	if j, err := s.job(ctx, name); err != nil || j != nil {
		return HeartbeatShown{Job: j, Heartbeat: Heartbeat{Heartbeat: alert.Heartbeat{Name: name}}, Now: s.Clock(), Gaps: []Gap{}}, err
	}
	at := slices.IndexFunc(list.Heartbeats, func(h Heartbeat) bool { return h.Name == name })
	if at < 0 {
		return HeartbeatShown{}, prentice.Errorf(prentice.NotFound, "there is no job and alerts.yaml names no heartbeat %q", clip(name, 100)).Try("list them with: prentice heartbeat list")
	}
	out := HeartbeatShown{Heartbeat: list.Heartbeats[at], Now: s.Clock(), Gaps: []Gap{}}
	out.From = out.Now.AddDate(0, 0, -beatDays)
	events, err := s.Inbox.List(ctx, inbox.Filter{Subject: out.Ref(), Limit: mostTold})
	for _, g := range gapsIn(events) {
		if g.Until.IsZero() || g.Until.After(out.From) {
			out.Gaps = append(out.Gaps, g)
		}
	}
	return out, err
}

// mostTold is how many events about a heartbeat its history is read from, at most.
const mostTold = 500
