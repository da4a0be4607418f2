package support

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Incidents is a page of incidents.
type Incidents struct {
	Incidents []Incident `json:"incidents"`
	Next_     string     `json:"next,omitempty"`
	Open      bool       `json:"open,omitempty"`     // only those that are open were asked for
	Filtered  bool       `json:"filtered,omitempty"` // not every incident was asked for
}

// Table implements op.Tabler.
func (i Incidents) Table() (head []string, rows [][]string) {
	head = []string{"INCIDENT", "STATE", "SUBJECT", "FIRST SYMPTOM (UTC)", "SYMPTOMS", "ASSIGNEE", "WHAT"}
	for _, in := range i.Incidents {
		rows = append(rows, []string{string(in.Ref), in.State.Sign() + " " + string(in.State), string(in.Subject), op.Cell(in.FirstSymptom),
			fmt.Sprint(in.Events), in.short(), in.line()})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (i Incidents) Empty() string {
	switch {
	case i.Open:
		return "No incident is open."
	case i.Filtered:
		return "No incident is like that. See all with: prentice incident list"
	}
	return "No incident yet. One is opened by the first symptom, or with: prentice incident open service/NAME --summary '…'"
}

// Next implements op.Pager.
func (i Incidents) Next() string { return i.Next_ }

// Symptom is a complaint that belongs to an incident.
type Symptom struct {
	What  string    `json:"what"`
	Since time.Time `json:"since"`
	Gone  time.Time `json:"gone,omitzero"`

	About    prentice.Ref `json:"about,omitempty"` // unless it is what the incident is about
	Severity string       `json:"severity,omitempty"`
	Why      string       `json:"why,omitempty"` // an alert was routed so
	Links    []Link       `json:"links,omitempty"`
	Event    prentice.Ref `json:"event,omitempty"`
	Last     time.Time    `json:"last,omitzero"` // when it was last told of
	Times    int64        `json:"times,omitempty"`

	event int64
}

// text is a symptom as people read it.
func (y Symptom) text() string {
	var b strings.Builder
	if y.Gone.IsZero() {
		fmt.Fprintf(&b, "■ symptom %s, since %s", y.What, op.At(y.Since))
	} else {
		fmt.Fprintf(&b, "● symptom %s, gone at %s", y.What, op.At(y.Gone))
	}
	if y.About != "" {
		fmt.Fprintf(&b, ", on %s", y.About)
	}
	if y.Times > 1 {
		fmt.Fprintf(&b, ", last told at %s (%d times)", op.At(y.Last), y.Times)
	}
	if y.Why != "" {
		fmt.Fprintf(&b, "\n  %s", y.Why)
	}
	for _, l := range y.Links {
		fmt.Fprintf(&b, "\n  %s: %s", l.Name, l.URL)
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// Detail is an incident with all that belongs to it.
type Detail struct {
	Incident
	Now      time.Time `json:"now"` // when it was looked at
	Symptoms []Symptom `json:"symptoms"`

	MoreSymptoms int           `json:"more_symptoms,omitempty"` // that are not listed
	Runs         []IncidentRun `json:"runs"`
	Timeline     []Line        `json:"timeline"`
	Held         []Held        `json:"held,omitempty"` // proposals that wait for their time
	Followups    []Followup    `json:"followups"`      // what is to be done after it
}

// Lasted is how long the fault lasted, or has lasted.
func (d Detail) Lasted() time.Duration {
	if d.Closed.IsZero() {
		return max(0, d.Now.Sub(d.FirstSymptom))
	}
	return max(0, d.Closed.Sub(d.FirstSymptom))
}

// Text implements op.Texter.
func (d Detail) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s  %s\n%s: %s\n", d.Ref, d.State.Sign(), d.State, d.Title, d.Subject, d.Summary)
	if d.Closed.IsZero() {
		fmt.Fprintf(&b, "It has lasted %s; %s.\n", long(d.Lasted()), symptoms(d.Events))
	} else {
		fmt.Fprintf(&b, "It lasted %s; %s. It ended %s: %s.\n", long(d.Lasted()), symptoms(d.Events), d.How, strings.TrimSuffix(d.Says, "."))
	}
	if d.Recurs != "" {
		fmt.Fprintf(&b, "It is %s.\n", d.Recurs)
	}
	if d.Muted != nil && d.Closed.IsZero() {
		fmt.Fprintf(&b, "All its symptoms are silenced: %s.\n", muteText(*d.Muted))
	}
	if who := d.Who(); who != "" {
		fmt.Fprintf(&b, "Assignee: %s.\n", who)
	}
	if d.Severity != "" || d.Owner != "" {
		fmt.Fprintf(&b, "Severity %s, owner %s.\n", orNone(d.Severity), orNone(string(d.Owner)))
	}
	for _, h := range d.Held {
		fmt.Fprintf(&b, "%s\n", h)
	}
	if !d.Called.IsZero() {
		fmt.Fprintf(&b, "A person was called %s after the first symptom.\n", long(d.Called.Sub(d.FirstSymptom)))
	}
	fmt.Fprintf(&b, "\n%s  first symptom\n", op.At(d.FirstSymptom))
	for _, l := range d.Timeline {
		who := ""
		if l.Actor != self {
			who = " (" + string(l.Actor) + ")"
		}
		fmt.Fprintf(&b, "%11s  %-9s  %s%s\n", after(l.After), l.Kind, l.Says, who)
	}
	for _, y := range d.Symptoms {
		fmt.Fprintf(&b, "\n%s\n", y.text())
	}
	for _, r := range d.Runs {
		fmt.Fprintf(&b, "\n%s %s  %s: %s", r.State.Sign(), r.Run, r.Procedure, r.Says)
	}
	if len(d.Runs) > 0 {
		b.WriteByte('\n')
	}
	for _, f := range d.Followups {
		fmt.Fprintf(&b, "\n%s", f.Text())
	}
	fmt.Fprintf(&b, "\nWhat was recorded: prentice evidence thread %s\n", d.Ref)
	return b.String()
}

func symptoms(n int64) string {
	if n == 1 {
		return "one symptom joined it"
	}
	return fmt.Sprintf("%d symptoms joined it", n)
}

// after is a time relative to the first symptom.
func after(d time.Duration) string {
	if d < 0 {
		return "-" + long(-d)
	}
	return "+" + long(d)
}

func long(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Sign is the state's shape, the same in the terminal and on the pages.
func (s State) Sign() string {
	switch s {
	case Fixing, Watching:
		return "◐"
	case Closed:
		return "●"
	default:
		return "■"
	}
}

var (
	_ op.Texter  = Sent{}
	_ op.Tabler  = Events{}
	_ op.Emptier = Events{}
	_ op.Pager   = Events{}
	_ op.Texter  = EventOut{}
	_ op.Tabler  = Incidents{}
	_ op.Emptier = Incidents{}
	_ op.Pager   = Incidents{}
	_ op.Texter  = Detail{}
)
