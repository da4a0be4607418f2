package objectives

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/op"
)

// List is objectives.
type List struct {
	Objectives []Line             `json:"objectives"`
	Wrong      []prentice.Finding `json:"wrong"` // with the files
	Filtered   bool               `json:"filtered,omitempty"`
}

// Table implements op.Tabler.
func (l List) Table() (head []string, rows [][]string) {
	for _, o := range l.Objectives {
		rows = append(rows, []string{o.Name, sign(o.State), o.Service.Name(), o.Target.String(), o.Left, o.Unseen, fmt.Sprintf("%.1f", o.Burn), o.Arming})
	}
	for _, f := range l.Wrong { // what is not in force, and why
		rows = append(rows, []string{"…", "▲ wrong", "", "", "", "", "", says(f)})
	}
	return []string{"OBJECTIVE", "STATE", "SERVICE", "TARGET", "BUDGET LEFT", "UNKNOWN", "BURN", "ALERTS"}, rows
}

func says(f prentice.Finding) string {
	text := f.Text
	if f.At.File != "" {
		text = fmt.Sprintf("%s:%d: %s", f.At.File, f.At.Line, text)
	}
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

// Empty implements op.Emptier.
func (l List) Empty() string {
	switch {
	case len(l.Wrong) > 0:
		return "No objective is in force: " + says(l.Wrong[0])
	case l.Filtered:
		return "No objective is like that. See all: prentice objective list"
	}
	return "No objective is declared yet. Write one into objectives/NAME.yaml of the team folder (OpenSLO v1), and check it: prentice objective lint objectives/NAME.yaml"
}

// Shown is one objective, whole.
type Shown struct {
	Line
	Alerts  []Alert           `json:"alerts"`
	Saw     []objective.Fired `json:"saw,omitempty"` // what its replay said when it was armed
	ArmedBy prentice.Ref      `json:"armed_by,omitempty"`
	ArmedAt time.Time         `json:"armed_at,omitzero"`
	Spent   []Point           `json:"spent"` // by the hour
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\n", s.Ref, sign(s.State), s.Stands())
	line := func(what, text string) { fmt.Fprintf(&b, "%-12s %s\n", what, text) }
	line("Of", string(s.Service))
	line("Good are", s.Indicator.String())
	line("Target", fmt.Sprintf("%s over %s", s.Target, s.Period))
	line("Counted", s.Counted())
	line("Maintenance", s.Maintenance())
	line("Burn", fmt.Sprintf("%.1f over the last hour; at 1 the budget lasts exactly as long as the period", s.Burn))
	line("Alerts", s.Arms())
	for _, a := range s.Alerts {
		fmt.Fprintf(&b, "  %-10s %s; now %.1f and %.1f%s\n", a.Name, a.Says, a.Long, a.Short, a.Fires())
	}
	return b.String()
}

// Stands is one line of how it stands.
func (l Line) Stands() string {
	if !l.Budget.Known() {
		return "nothing was seen of it, so nothing is known of its budget"
	}
	text := fmt.Sprintf("%s of the budget is left", l.Left)
	if l.Budget.Unknown > 0 {
		worst := l.Worst + " is"
		if l.Budget.Worst().Sign() <= 0 {
			worst = "nothing is"
		}
		text += fmt.Sprintf("; of %s of what was due nothing is known: if all of that was bad, %s", l.Unseen, worst)
	}
	return text
}

// Counted is the counts for people.
func (l Line) Counted() string {
	b := l.Budget
	text := fmt.Sprintf("%d good, %d bad, %d unknown", b.Good, b.Bad, b.Unknown)
	if b.ToCome > 0 {
		text += fmt.Sprintf(", %d to come", b.ToCome)
	}
	return text
}

// Maintenance says what becomes of looks during it.
func (l Line) Maintenance() string {
	if l.Excludes {
		return fmt.Sprintf("does not count; %d looks were left out", l.Excused)
	}
	return "counts as any other time"
}

// Arms says whether its alerts call anyone.
func (l Line) Arms() string {
	switch l.Arming {
	case "none":
		return "it has none"
	case "not armed":
		return "they call no one yet: see what they would have done, and arm them: prentice objective replay " + l.Name
	case "changed":
		return "the file was changed; what was armed before goes on until the new ones are: prentice objective replay " + l.Name
	}
	return "armed"
}

// Fires says since when it fires, or "".
func (a Alert) Fires() string {
	if a.Since.IsZero() {
		return ""
	}
	return "; fires since " + op.At(a.Since)
}

// Would is one time that a rule would have fired, and the incidents of the service then.
type Would struct {
	objective.Fired
	Incidents []prentice.Ref `json:"incidents,omitempty"`
}

// Replayed is what alerts would have done.
type Replayed struct {
	Ref     prentice.Ref     `json:"ref"`
	Rules   []objective.Rule `json:"rules"`
	Digest  string           `json:"digest"`
	Armed   bool             `json:"armed"`
	From    time.Time        `json:"from,omitzero"` // of what is kept; zero is nothing
	Fine    time.Time        `json:"fine,omitzero"` // when the minutes begin
	Counts  objective.Counts `json:"counts"`
	Pages   int              `json:"pages"`
	Tickets int              `json:"tickets"`
	Fired   []Would          `json:"fired"`
}

// Text implements op.Texter.
func (r Replayed) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Says())
	for _, f := range r.Fired {
		fmt.Fprintf(&b, "  %-7s %-10s %s to %s%s\n", f.Severity, f.Rule, op.At(f.From), f.Until(), f.Found())
	}
	if r.Armed {
		b.WriteString("It is armed as it stands.\n")
	} else {
		fmt.Fprintf(&b, "Arm exactly this: prentice objective arm %s --seen %s\n", r.Ref.Name(), r.Digest)
	}
	return b.String()
}

// Says is what it comes to.
func (r Replayed) Says() string {
	if r.From.IsZero() {
		return "Nothing was counted of it yet, so nothing is known of what its alerts would do."
	}
	text := fmt.Sprintf("Since %s it would have called someone %d times, and made %d tickets (%d good looks, %d bad, %d that could not be made).", op.At(r.From), r.Pages, r.Tickets, r.Counts.Good, r.Counts.Bad, r.Counts.Unknown)
	switch {
	case r.Fine.IsZero():
		text += " All of that is known by longer spans than minutes alone."
	case r.Fine.After(r.From):
		text += fmt.Sprintf(" Before %s it is known by longer spans than minutes alone.", op.At(r.Fine))
	}
	return text
}

// Until is when it would have ended.
func (w Would) Until() string {
	if w.To.IsZero() {
		return "now"
	}
	return op.At(w.To)
}

// Found names the incidents of that time.
func (w Would) Found() string {
	if len(w.Incidents) == 0 {
		return "  no incident"
	}
	var names []string
	for _, i := range w.Incidents {
		names = append(names, string(i))
	}
	return "  " + strings.Join(names, ", ")
}

// ArmedOut is an objective that was armed.
type ArmedOut struct {
	Ref   prentice.Ref `json:"ref"`
	Rules int          `json:"rules"`
	Pages int          `json:"pages"` // that its replay had
}

// Text implements op.Texter.
func (a ArmedOut) Text() string {
	return fmt.Sprintf("%s is armed: %d alerts; on what was counted they would have called someone %d times.\n", a.Ref, a.Rules, a.Pages)
}

// Disarmed is one that was disarmed.
type Disarmed struct {
	Ref prentice.Ref `json:"ref"`
}

// Text implements op.Texter.
func (d Disarmed) Text() string {
	return fmt.Sprintf("The alerts of %s call no one any more.\n", d.Ref)
}

// Read is an objective of a file.
type Read struct {
	Ref prentice.Ref `json:"ref"`
	objective.Objective
}

// Linted is a file without errors.
type Linted struct {
	Objectives []Read             `json:"objectives"`
	Findings   []prentice.Finding `json:"findings"`
}

// Text implements op.Texter.
func (l Linted) Text() string {
	var b strings.Builder
	for _, o := range l.Objectives {
		fmt.Fprintf(&b, "%s: %s of %s over %s; %d alerts\n", o.Ref, o.Target, o.Service, o.Period, len(o.Rules))
		for _, r := range o.Rules {
			fmt.Fprintf(&b, "  %-10s %s\n", r.Name, r)
		}
	}
	for _, f := range l.Findings {
		b.WriteString(says(f) + "\n")
	}
	if b.Len() == 0 {
		return "The file has no objective.\n"
	}
	return b.String()
}

func sign(w Word) string {
	b := states["objective "+string(w)]
	return b.Sign + " " + b.Word
}

var (
	_ op.Tabler  = List{}
	_ op.Emptier = List{}
	_ op.Texter  = Shown{}
	_ op.Texter  = Replayed{}
	_ op.Texter  = ArmedOut{}
	_ op.Texter  = Disarmed{}
	_ op.Texter  = Linted{}
)
