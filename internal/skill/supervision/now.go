package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// Broken is an open incident, as the first page shows it.
type Broken struct {
	Ref     prentice.Ref `json:"ref"`
	Title   string       `json:"title"`
	Raw     string       `json:"raw,omitempty"` // what was said first, word for word, when the title has not all of it
	Subject prentice.Ref `json:"subject"`
	State   string       `json:"state"`
	Opened  time.Time    `json:"opened"`
	Unknown bool         `json:"unknown,omitempty"` // the catalog does not have its subject

	Severity string `json:"severity,omitempty"` // the worst of its alerts
	Waits    string `json:"waits,omitempty"`    // which proposal is held back, until when and why

	Assignee     prentice.Ref `json:"assignee,omitempty"` // who has it
	Acknowledged time.Time    `json:"acknowledged,omitzero"`

	Muted *team.Mute `json:"muted,omitempty"` // all its symptoms are silenced
}

// Silenced is a symptom that is silenced, and for which there is no incident.
type Silenced struct {
	What    string       `json:"what"`
	Title   string       `json:"title"`
	Subject prentice.Ref `json:"subject"`
	Since   time.Time    `json:"since"`
	Mute    team.Mute    `json:"mute"`
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
	Broken   []Broken   `json:"broken"`
	Silenced []Silenced `json:"silenced,omitempty"`

	Maintenance []calendar.Listed `json:"maintenance,omitempty"` // in force: what it names is muted

	Waiting  []prentice.Run `json:"waiting"`
	Running  []prentice.Run `json:"running"`
	Recent   []Recent       `json:"recent"` // what ended, the same things folded
	Services []ServiceState `json:"services"`
	Stopped  bool           `json:"stopped"`
	Why      string         `json:"why,omitempty"`      // everything is stopped
	Draining bool           `json:"draining,omitempty"` // no further step is begun before a restart
	Paused   *run.Pause     `json:"paused,omitempty"`
	Policy   string         `json:"policy,omitempty"` // that another one waits to be adopted

	Damage  []prentice.Finding `json:"damage,omitempty"`  // what is wrong with the evidence
	Team    []prentice.Finding `json:"team,omitempty"`    // why not all of the team folder is in force
	Unheard []notice.Notice    `json:"unheard"`           // notices that no one took
	More    More               `json:"more,omitzero"`     // that is not listed here
	Reviews []run.Review       `json:"reviews,omitempty"` // of broken glass, that someone must close
}

// More is how much there is of what Now does not list.
type More struct {
	Broken  int `json:"broken,omitempty"`
	Waiting int `json:"waiting,omitempty"`
	Running int `json:"running,omitempty"`

	Silenced int `json:"silenced,omitempty"`
	Unheard  int `json:"unheard,omitempty"`
	Reviews  int `json:"reviews,omitempty"`
}

// How many of each Now lists, at most.
const (
	brokenShown  = 100
	runningShown = 50
	unheardShown = 10

	silencedShown = 20
)

func (d Deps) now(ctx context.Context, c op.Call, _ nothing) (out Now, err error) {
	if out.Stopped = d.Switch.Stopped(); out.Stopped {
		out.Why = d.Switch.Says()
	}
	out.Draining = d.Runner.Draining()
	if out.Policy, err = d.waitingPolicy(ctx); err != nil {
		return out, err
	}
	if out.Damage, err = d.Damage(ctx); err != nil {
		return out, err
	}
	out.Team = d.Troubles()
	if out.Paused, err = d.Limits.Pause(ctx); err != nil {
		return out, err
	}
	if out.Unheard, err = d.Notices.List(ctx, notice.Filter{State: notice.Dead, Limit: unheardShown}); err != nil {
		return out, err
	}
	broken := 0
	if out.Broken, broken, err = d.Broken(ctx); err != nil {
		return out, err
	}
	out.Broken = out.Broken[:min(len(out.Broken), brokenShown)]
	out.More.Broken = broken - len(out.Broken)
	if d.Maintenance != nil {
		out.Maintenance = d.Maintenance(ctx, c.Now)
	}
	if d.Silenced != nil {
		if out.Silenced, err = d.Silenced(ctx); err != nil {
			return out, err
		}
		out.More.Silenced = max(0, len(out.Silenced)-silencedShown)
		out.Silenced = out.Silenced[:min(len(out.Silenced), silencedShown)]
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
	if out.Running, err = d.Runner.List(ctx, run.Filter{Moving: true, Limit: runningShown}); err != nil {
		return out, err
	}
	ended, err := d.Runner.List(ctx, run.Filter{Over: true, Limit: recentRead})
	if err != nil {
		return out, err
	}
	out.Recent = folded(ended, recentShown)
	return out, d.more(ctx, &out)
}

// more counts what the lists that are full have left out.
func (d Deps) more(ctx context.Context, out *Now) (err error) {
	rest := func(more *int, shown, most int, count func() (int, error)) {
		if err != nil || shown < most {
			return
		}
		var all int
		all, err = count()
		*more = max(0, all-shown)
	}
	rest(&out.More.Waiting, len(out.Waiting), questionsShown, func() (int, error) { return d.Runner.Count(ctx, run.Filter{State: prentice.Waiting}) })
	rest(&out.More.Running, len(out.Running), runningShown, func() (int, error) { return d.Runner.Count(ctx, run.Filter{Moving: true}) })
	rest(&out.More.Reviews, len(out.Reviews), reviewsShown, func() (int, error) { return d.Runner.OpenReviews(ctx) })
	rest(&out.More.Unheard, len(out.Unheard), unheardShown, func() (int, error) { return d.Notices.Count(ctx, notice.Dead) })
	return err
}

// Text implements op.Texter.
func (n Now) Text() string {
	var b strings.Builder
	if n.Stopped {
		fmt.Fprintf(&b, "■ Everything is stopped%s. Let it go on with: prentice resume-all\n\n", after(": ", n.Why))
	}
	if n.Draining {
		b.WriteString("▲ Drained: what is asked for is accepted, and nothing begins here before prentice is stopped and started again.\n\n")
	}
	if n.Paused != nil {
		b.WriteString(pauseText(*n.Paused) + "\n")
	}
	if n.Policy != "" {
		fmt.Fprintf(&b, "▲ %s Look at it with: prentice policy show\n\n", n.Policy)
	}
	if len(n.Damage) > 0 {
		fmt.Fprintf(&b, "✕ The evidence is damaged, and nothing that must be recorded can be done.\n%s\n", op.Found(n.Damage).Lines("  "))
	}
	if len(n.Team) > 0 {
		fmt.Fprintf(&b, "✕ The team folder has %s; what was read before stays in force, and a procedure with errors is refused.\n%s\n",
			op.Count(len(n.Team), "error", "errors"), op.Found(n.Team[:min(len(n.Team), troublesShown)]).Lines("  "))
	}
	for _, v := range n.Reviews {
		fmt.Fprintf(&b, "■ %s used break-glass on run/%d: %s (another person closes the review)\n", v.By, v.Run, v.Reason)
	}
	left(&b, n.More.Reviews, "more review that is open", "more reviews that are open", "prentice review list")
	for _, x := range n.Broken {
		fmt.Fprintf(&b, "■ %s  %s%s  %s%s, since %s%s%s%s\n", x.Ref, x.Subject, unknown(x.Unknown), severity(x.Severity), x.Title, op.At(x.Opened), after("; ", x.Has()), after("; ", x.Waits), after("; ", x.MutedSays()))
	}
	left(&b, n.More.Broken, "more open incident", "more open incidents", "prentice incident list --open")
	for _, x := range n.Unheard {
		fmt.Fprintf(&b, "■ %s  not delivered over %s: %s (%s); try again with: prentice notice retry %s\n", x.Ref(), x.Channel, x.Title, x.Says, x.Ref())
	}
	left(&b, n.More.Unheard, "more message that was not delivered", "more messages that were not delivered", "prentice notice list --dead")
	for _, e := range n.Maintenance {
		fmt.Fprintf(&b, "◇ maintenance  %s mutes %s%s: %s\n", e.Name, e.Applies, untilSays(e.Until), e.Reason)
	}
	for _, x := range n.Silenced {
		fmt.Fprintf(&b, "◇ silenced  %s  %s, since %s; %s\n", x.Subject, x.Title, op.At(x.Since), muteText(x.Mute))
	}
	left(&b, n.More.Silenced, "more that is silenced", "more that are silenced", "prentice silence list")
	if len(n.Broken) == 0 {
		b.WriteString("● No incident is open.\n")
	}
	for _, group := range []struct {
		title string
		runs  []prentice.Run
		more  int
		where string
	}{{"Waits for an answer", n.Waiting, n.More.Waiting, "prentice inbox list"}, {"Running", n.Running, n.More.Running, "prentice run list --open"}} {
		if len(group.runs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", group.title)
		for _, r := range group.runs {
			b.WriteString(lineOf(r))
			if r.State == prentice.Waiting {
				b.WriteString(after("; runs: ", r.Command))
			}
			b.WriteString(after("; ✕ ", r.Unread))
			b.WriteByte('\n')
		}
		left(&b, group.more, "more run", "more runs", group.where)
	}
	if len(n.Recent) > 0 {
		b.WriteString("\nRecent runs\n")
	}
	for _, r := range n.Recent {
		b.WriteString(lineOf(r.Run))
		if r.Times > 1 {
			fmt.Fprintf(&b, " (%d times)", r.Times)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func lineOf(r prentice.Run) string {
	return fmt.Sprintf("  %s %s  %s%s: %s", r.State.Sign(), r.Ref(), r.Procedure, after(" on ", r.About()), r.Says)
}

// left says how many more there are than are listed, and where.
func left(b *strings.Builder, more int, one, many, where string) {
	if more > 0 {
		fmt.Fprintf(b, "  … and %s; see all with: %s\n", op.Count(more, one, many), where)
	}
}

func untilSays(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + op.At(t)
}

func unknown(is bool) string {
	if is {
		return " (not in the catalog)"
	}
	return ""
}

// facts is what explain.md is drawn from.
func (d Deps) facts(ctx context.Context) (any, error) { return d.now(ctx, op.Call{}, nothing{}) }

// severity stands before a title when alerts say how severe a fault is.
func severity(s string) string {
	if s == "" {
		return ""
	}
	return s + ": "
}
