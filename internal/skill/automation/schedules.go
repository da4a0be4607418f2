package automation

import (
	"context"
	"maps"
	"slices"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Scheduled is a procedure that is proposed at certain times.
type Scheduled struct {
	Procedure string `json:"procedure"`
	Cron      string `json:"cron"`
	Zone      string `json:"zone"`

	With map[string]string `json:"with,omitempty"` // the inputs that it gives

	Summary string         `json:"summary"`
	Next    time.Time      `json:"next,omitzero"`  // when it is due next; zero is never
	Fired   time.Time      `json:"fired,omitzero"` // when it was due last and was proposed
	Run     prentice.Ref   `json:"run,omitempty"`  // what came of that
	State   prentice.State `json:"state,omitempty"`
	Says    string         `json:"says,omitempty"`
	Missed  time.Time      `json:"missed,omitzero"`  // when it was last noticed that it had not been proposed in time
	Times   int            `json:"times,omitempty"`  // how many times were missed then
	Broken  string         `json:"broken,omitempty"` // why it cannot be proposed
}

// Schedules is the procedures that are proposed at certain times, the next first.
type Schedules struct {
	Schedules []Scheduled `json:"schedules"`
}

// Table implements op.Tabler.
func (s Schedules) Table() (head []string, rows [][]string) {
	for _, one := range s.Schedules {
		last := "never"
		switch {
		case one.Run != "":
			last = one.State.Sign() + " " + string(one.State)
		case !one.Fired.IsZero():
			last = "no run"
		}
		next := op.Cell(one.Next)
		if one.Next.IsZero() {
			next = "never"
		}
		rows = append(rows, []string{one.Procedure, one.When(), one.Zone, next, op.Cell(one.Fired), last, string(one.Run), one.why()})
	}
	return []string{"PROCEDURE", "SCHEDULE", "ZONE", "NEXT (UTC)", "LAST (UTC)", "OUTCOME", "RUN", "WHY"}, rows
}

// When is the schedule in words: its five fields, and the inputs that it gives.
func (s Scheduled) When() string {
	if len(s.With) == 0 {
		return s.Cron
	}
	text := s.Cron + " with"
	for _, name := range slices.Sorted(maps.Keys(s.With)) {
		text += " " + name + "=" + s.With[name]
	}
	return text
}

func (s Scheduled) why() string {
	switch {
	case s.Broken != "":
		return s.Broken
	case s.Missed.After(s.Fired):
		return op.Count(s.Times, "time was", "times were") + " missed, as was noticed at " + op.At(s.Missed)
	}
	return s.Says
}

// Empty implements op.Emptier.
func (s Schedules) Empty() string {
	return "No procedure has a schedule. Add one to its front matter, such as: on: [{schedule: \"30 3 * * *\", zone: Europe/London}]"
}

func schedulesOp(d Deps) op.Op {
	return op.New("schedule.list", prentice.Look, prentice.Viewer, "List the procedures that run at certain times: the last run, and when each is due next", func(ctx context.Context, c op.Call, in schedulesIn) (Schedules, error) {
		if d.Schedules == nil {
			return Schedules{}, unavailable("the schedules")
		}
		list, err := d.Schedules(ctx, c.Now)
		out := Schedules{Schedules: []Scheduled{}}
		for _, one := range list {
			if in.Procedure == "" || in.Procedure == one.Procedure || in.Procedure == "procedure/"+one.Procedure {
				out.Schedules = append(out.Schedules, one)
			}
		}
		return out, err
	}).WithExample("prentice schedule list").FromFiles().WithHelp(
		"A schedule is five fields as cron has them, in an IANA zone, in the front matter of a procedure; with: gives its runs inputs. What was due while prentice did not run is told as missed, and is not made up for. To run one now: prentice run start NAME")
}

type schedulesIn struct {
	Procedure string `json:"procedure,omitempty" arg:"1" doc:"Only those of this procedure." maxLength:"120"`
}

var (
	_ op.Tabler  = Schedules{}
	_ op.Emptier = Schedules{}
)
