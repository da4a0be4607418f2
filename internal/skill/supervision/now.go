package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Broken is an open incident, as the first page shows it.
type Broken struct {
	Ref     prentice.Ref `json:"ref"`
	Title   string       `json:"title"`
	Subject prentice.Ref `json:"subject"`
	State   string       `json:"state"`
	Opened  time.Time    `json:"opened"`
}

// ServiceState is a service and how it is.
type ServiceState struct {
	Ref   prentice.Ref `json:"ref"`
	State string       `json:"state"`
	Says  string       `json:"says"`
}

// troublesShown is how many errors of the team folder the terminal tells; prentice
// procedure lint and catalog check tell all.
const troublesShown = 10

// Now answers: what is broken, what waits for me, what is happening?
type Now struct {
	Broken   []Broken        `json:"broken"`
	Waiting  []prentice.Run  `json:"waiting"`
	Running  []prentice.Run  `json:"running"`
	Recent   []prentice.Run  `json:"recent"`
	Services []ServiceState  `json:"services"`
	Stopped  bool            `json:"stopped"`
	Why      string          `json:"why,omitempty"` // everything is stopped
	Paused   *prentice.Pause `json:"paused,omitempty"`
	Policy   string          `json:"policy,omitempty"` // that another one waits to be adopted

	Team    []prentice.Finding `json:"team,omitempty"`    // why not all of the team folder is in force
	Unheard []prentice.Notice  `json:"unheard"`           // notices that nobody took
	Reviews []prentice.Review  `json:"reviews,omitempty"` // of broken glass, that somebody must close
}

func (d Deps) now(ctx context.Context, _ op.Call, _ nothing) (out Now, err error) {
	if out.Stopped = d.Switch.Stopped(); out.Stopped {
		out.Why = d.Switch.Says()
	}
	if out.Policy, err = d.waitingPolicy(ctx); err != nil {
		return out, err
	}
	out.Team = d.Troubles()
	if out.Paused, err = d.Limits.Pause(ctx); err != nil {
		return out, err
	}
	if out.Unheard, err = d.Notices.List(ctx, prentice.NoticeFilter{State: prentice.NoticeDead, Limit: 10}); err != nil {
		return out, err
	}
	if out.Broken, err = d.Broken(ctx); err != nil {
		return out, err
	}
	if out.Services, err = d.Services(ctx); err != nil {
		return out, err
	}
	if out.Reviews, err = d.Runner.Reviews(ctx, onlyOpen, 0); err != nil {
		return out, err
	}
	if out.Waiting, err = d.Runner.Waiting(ctx, questionsShown); err != nil {
		return out, err
	}
	if out.Running, err = d.Runner.List(ctx, prentice.RunFilter{Moving: true, Limit: 50}); err != nil {
		return out, err
	}
	out.Recent, err = d.Runner.List(ctx, prentice.RunFilter{Over: true, Limit: 10})
	return out, err
}

// Text implements op.Texter.
func (n Now) Text() string {
	var b strings.Builder
	if n.Stopped {
		fmt.Fprintf(&b, "■ Everything is stopped%s. Let it go on with: prentice resume-all\n\n", after(": ", n.Why))
	}
	if n.Paused != nil {
		b.WriteString(pauseText(*n.Paused) + "\n")
	}
	if n.Policy != "" {
		fmt.Fprintf(&b, "▲ %s Look at it with: prentice policy show\n\n", n.Policy)
	}
	if len(n.Team) > 0 {
		fmt.Fprintf(&b, "✕ The team folder has %s; what was read before stays in force, and a procedure with errors is refused.\n%s\n",
			op.Count(len(n.Team), "error", "errors"), op.Found(n.Team[:min(len(n.Team), troublesShown)]).Lines("  "))
	}
	for _, v := range n.Reviews {
		fmt.Fprintf(&b, "■ %s broke the glass for run/%d: %s (somebody else closes the review)\n", v.By, v.Run, v.Reason)
	}
	for _, x := range n.Broken {
		fmt.Fprintf(&b, "■ %s  %s  %s, since %s\n", x.Ref, x.Subject, x.Title, x.Opened.UTC().Format(time.TimeOnly))
	}
	for _, x := range n.Unheard {
		fmt.Fprintf(&b, "■ %s  nobody took it over %s: %s (%s); try again with: prentice notice retry %s\n", x.Ref(), x.Channel, x.Title, x.Says, x.Ref())
	}
	if len(n.Broken) == 0 {
		b.WriteString("● No incident is open.\n")
	}
	for _, group := range []struct {
		title string
		runs  []prentice.Run
	}{{"Waits for an answer", n.Waiting}, {"Running", n.Running}, {"Ended lately", n.Recent}} {
		if len(group.runs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", group.title)
		for _, r := range group.runs {
			fmt.Fprintf(&b, "  %s %s  %s%s: %s", r.State.Sign(), r.Ref(), r.Procedure, after(" on ", r.About()), r.Says)
			if r.State == prentice.Waiting {
				b.WriteString(after("; runs: ", r.Command))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// facts is what explain.md is drawn from.
func (d Deps) facts(ctx context.Context) (any, error) { return d.now(ctx, op.Call{}, nothing{}) }
