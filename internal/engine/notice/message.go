package notice

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/render"
)

// Message is what people are told. Every text in it is one plain line: what
// came from outside has lost its control characters.
type Message struct {
	ID        string         `json:"id"`
	Topic     string         `json:"topic"`
	Time      time.Time      `json:"time"`
	Title     string         `json:"title"`
	Says      string         `json:"says,omitempty"`
	About     prentice.Ref   `json:"about,omitempty"` // run/7, incident/3, event/12
	Procedure string         `json:"procedure,omitempty"`
	Subject   prentice.Ref   `json:"subject,omitempty"`
	Risk      string         `json:"risk,omitempty"`
	Severity  string         `json:"severity,omitempty"` // of an incident, as its alerts say it
	Owner     prentice.Ref   `json:"owner,omitempty"`    // of what an incident is about
	Assignee  prentice.Ref   `json:"assignee,omitempty"` // who has an incident
	For       prentice.Ref   `json:"for,omitempty"`      // whom news of a change concerns
	Targets   []prentice.Ref `json:"targets,omitempty"`
	Requester prentice.Ref   `json:"requester,omitempty"`
	Reason    string         `json:"reason,omitempty"`  // why it was asked for
	Until     time.Time      `json:"until,omitzero"`    // when the question ends
	Answers   []prentice.Ref `json:"answers,omitempty"` // of a question: who can answer it
	Link      string         `json:"link,omitempty"`
	Command   string         `json:"command,omitempty"` // what to type

	by   prentice.Ref // who did what is told of a change
	news string       // which news of a change it is
}

// Lines are the facts of a message in the order in which a person asks for
// them: each a label and a value.
func (m Message) Lines() [][2]string {
	until := ""
	if !m.Until.IsZero() {
		until = m.Until.UTC().Format("2006-01-02 15:04 MST")
	}
	targets := refs(m.Targets, 10)
	var lines [][2]string
	for _, l := range [][2]string{{"Risk", m.Risk}, {"Severity", m.Severity}, {"Owner", string(m.Owner)}, {"Assignee", string(m.Assignee)}, {"Targets", targets}, {"About", string(m.Subject)}, {"Details", m.Says}, {"Requester", string(m.Requester)},
		{"Reason", m.Reason}, {"Can answer", refs(m.Answers, 10)}, {"Until", until}, {"Link", m.Link}, {"Command", m.Command}} {
		if l[1] != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// Text is the message as plain text.
func (m Message) Text() string {
	var b strings.Builder
	b.WriteString(m.Title + "\n\n")
	for _, l := range m.Lines() {
		fmt.Fprintf(&b, "%-10s %s\n", l[0], l[1])
	}
	return b.String()
}

func refs(list []prentice.Ref, most int) string {
	var words []string
	for _, r := range list[:min(len(list), most)] {
		words = append(words, string(r))
	}
	if more := len(list) - most; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

// line is text from outside on one line, short and without anything that does
// something other than be read.
func line(text string) string {
	text = strings.Join(strings.Fields(render.Plain(text)), " ")
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return text
}

// said is what of an event's data is told.
type said struct {
	Run       int64          `json:"run"`
	State     prentice.State `json:"state"`
	Incident  prentice.Ref   `json:"incident"`
	Event     prentice.Ref   `json:"event"`
	How       string         `json:"how"`
	Says      string         `json:"says"`
	Summary   string         `json:"summary"`
	Title     string         `json:"title"`
	Called    string         `json:"called"` // what an incident is called
	Why       string         `json:"why"`
	Reason    string         `json:"reason"`
	By        prentice.Ref   `json:"by"`
	Procedure string         `json:"procedure"`
	Count     int            `json:"count"`
	Severity  string         `json:"severity"`
	Owner     prentice.Ref   `json:"owner"`
	Assignee  prentice.Ref   `json:"assignee"` // who has an incident
	Was       prentice.Ref   `json:"was"`      // who had it
	Quiet     bool           `json:"quiet"`    // no one is to be told
	Question  string         `json:"question"` // that a prototype asks
	For       prentice.Ref   `json:"for"`      // who is called
	Task      prentice.Ref   `json:"task"`     // of maintenance
	Hint      string         `json:"hint"`     // that the catalog does not have what it is about
}

// topicsOf says which topics an event is about. Only events of our own sources
// have any: no one else can claim those.
func topicsOf(e prentice.Event, d said) []string {
	if name, _, _ := strings.Cut(e.Source, "/"); name != "prentice" {
		return nil
	}
	switch e.Type {
	case "run.waiting":
		return []string{Asked}
	case "run.ended":
		switch d.State {
		case prentice.Failed, prentice.Undone:
			return []string{Failed}
		case prentice.Uncertain:
			return []string{Unsure}
		}
	case "prentice.break-glass":
		return []string{BreakGlass, Review}
	case "incident.opened", "incident.raised", "incident.unacknowledged", "incident.unassigned", "person.called":
		if d.Quiet {
			return nil
		}
		return []string{Incident}
	case "oncall.page":
		return []string{Paged}
	case "oncall.exhausted":
		return []string{Incident}
	case "incident.acknowledged", "incident.assigned":
		return []string{Acked}
	case "incident.closed":
		return []string{Resolved}
	case "schedule.missed":
		return []string{Missed}
	case "webhook.disabled":
		return []string{Silent}
	case "prototype.undecided", "prototype.expired":
		return []string{Tried}
	case "maintenance.due", "maintenance.overdue", "followup.overdue":
		return []string{Upkeep}
	}
	if newsOf(e.Type) != "" || e.Type == "change.opened" {
		return []string{Changed}
	}
	return nil
}

// compose writes the message of a topic. run is nil when the event is about
// none. What a step printed is not in it: that is read where it is masked and
// where people sign in.
func compose(topic string, e prentice.EventRecord, d said, run *run.View, link string) Message {
	m := Message{Topic: topic, Time: e.Time.UTC(), About: e.Subject, Reason: line(d.Reason)}
	if run != nil {
		m.about(*run)
	}
	switch topic {
	case Asked:
		who := "an approver"
		if run.Waits != "" && run.Waits != "approval" {
			who = "a person"
		}
		m.Title = fmt.Sprintf("%s waits for %s: %s%s, on %s", m.About, who, m.Procedure, on(m.Subject), hosts(m.Targets))
		m.Says, m.Until, m.Command = line(run.Says), run.Expires.UTC(), fmt.Sprintf("prentice run show %s", m.About)
	case Failed, Unsure:
		m.Title = fmt.Sprintf("%s ended %s: %s%s", m.About, d.State, m.Procedure, on(m.Subject))
		m.Command = fmt.Sprintf("prentice run show %s", m.About)
	case BreakGlass, Review:
		m.Title, m.Requester = fmt.Sprintf("%s used break-glass: %s goes on without approval", orSomebody(d.By), m.About), d.By
		m.Command = fmt.Sprintf("prentice %s show %s", m.About.Kind(), m.About)
		if topic == Review {
			m.Title = fmt.Sprintf("%s used break-glass on %s, and another person must review it", orSomebody(d.By), m.About)
		}
	case Incident, Acked, Resolved, Paged:
		m.incident(topic, e, d)
	case Changed:
		m.change(e, d)
	case Silent:
		m.Title, m.Says = fmt.Sprintf("%s is told of events no more", e.Subject), line(d.Says)
		m.Command = fmt.Sprintf("prentice webhook show %s", e.Subject.Name())
	case Tried:
		m.Title, m.Says, m.Owner = fmt.Sprintf("No one has decided on %s: %s", e.Subject, line(d.Question)), line(d.Why), ownerIn(d)
		m.Command = fmt.Sprintf("prentice prototype decide %s --decision drop --reason '…'", e.Subject.Name())
	case Upkeep:
		m.About, m.Subject, m.Owner = d.Task, e.Subject, ownerIn(d)
		m.Title, m.Says = fmt.Sprintf("%s: %s", d.Task, line(d.Says)), line(d.Title)
		m.Command = fmt.Sprintf("prentice maintenance show %s", d.Task.Name())
		if d.Task.Kind() == "followup" {
			m.Command = fmt.Sprintf("prentice followup done %s --how '…'", d.Task)
		}
	case Missed:
		m.Title = fmt.Sprintf("%s was due and not begun, %d times", line(d.Procedure), max(d.Count, 1))
		m.Procedure, m.Command = line(d.Procedure), "prentice event list --type schedule.missed"
	}
	m.Title = line(m.Title)
	m.Link = linkTo(link, m.About)
	return m
}

// incident writes what is told of one. Its title is what the incident is called, in
// words; what was said first stands below.
func (m *Message) incident(topic string, e prentice.EventRecord, d said) {
	m.About, m.Subject, m.Severity, m.Owner = aboutOf(e, d), e.Subject, line(d.Severity), ownerIn(d)
	m.Command = fmt.Sprintf("prentice %s show %s", m.About.Kind(), m.About)
	called := line(d.Called)
	if called == "" {
		called = line(d.Summary + d.Title)
	}
	if called == "" {
		called = string(e.Subject)
	}
	which, what := m.About.Kind()+" "+m.About.Name(), after(": ", called)
	if d.Summary != called {
		m.Says = line(d.Summary)
	}
	has := personName(d.Assignee)
	switch topic {
	case Acked:
		m.Assignee, m.Title = d.Assignee, has+" has "+which+what
	case Resolved:
		m.Title, m.Says = fmt.Sprintf("%s is resolved (%s)%s", which, line(d.How), what), line(d.Says)
	default:
		m.Title, m.Says = which+what, joined(m.Says, line(d.Hint))
	}
	switch e.Type {
	case "incident.raised":
		m.Title = fmt.Sprintf("%s is worse now%s%s", which, inBrackets(m.Severity), what)
	case "incident.unacknowledged":
		m.Title = fmt.Sprintf("%s is not acknowledged any more, %s had it%s", which, has, what)
		m.Says = joined(line(d.Why), m.Says)
	case "incident.unassigned":
		m.Title = fmt.Sprintf("%s is assigned to no one, %s gave it back%s", which, personName(d.By), what)
	case "incident.assigned":
		m.Title = fmt.Sprintf("%s is assigned to %s by %s%s", which, has, personName(d.By), what)
	case "oncall.page":
		m.For, m.Title, m.Says = d.For, fmt.Sprintf("You are called for %s%s%s", which, inBrackets(m.Severity), what), line(d.Why)
		m.Command = fmt.Sprintf("prentice incident ack %s", m.About)
		if d.Count > 1 {
			m.Title = fmt.Sprintf("You are called again for %s%s%s", which, inBrackets(m.Severity), what)
		}
	case "oncall.exhausted":
		m.Title, m.Says = fmt.Sprintf("No one answers for %s%s", which, what), line(d.Why)
	case "person.called":
		m.Title, m.Says = fmt.Sprintf("A person must look at %s%s", which, what), line(d.Why)
	}
	m.Title = capital(m.Title)
}

// change writes what is told of one. What people wrote in it is a line of theirs.
func (m *Message) change(e prentice.EventRecord, d said) {
	m.About, m.Subject, m.Command = e.Subject, "", fmt.Sprintf("prentice change show %s", e.Subject.Name())
	which, by := "change "+e.Subject.Name()+after(": ", line(d.Title)), personName(d.By)
	switch e.Type {
	case "change.opened":
		m.Title = by + " proposes " + which
	case "change.asked":
		m.Assignee, m.Title = d.Assignee, fmt.Sprintf("%s asks %s to look at %s", by, personName(d.Assignee), which)
	case "change.commented":
		m.Title, m.Says = by+" says something of "+which, line(d.Summary)
	case "change.objected":
		m.Title = by + " says no to " + which
	case "change.approved":
		m.Title = by + " approves " + which
	case "queue.ejected":
		m.Title, m.Says = which+" has left the queue without landing", line(d.Says)
	case "change.landed":
		m.Title = which + " has landed"
	}
	m.Title = capital(m.Title)
	m.For, m.news = concerns(e.Event, d), newsOf(e.Type)
	if m.news != NewsEjected && m.news != NewsLanded {
		m.by = d.By
	}
}

// personName is someone as people say it.
func personName(who prentice.Ref) string {
	switch {
	case who == "":
		return "somebody"
	case who.Kind() == "group":
		return "group " + who.Name()
	}
	return who.Name()
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// capital is a text that begins with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func (m *Message) about(run run.View) {
	m.About, m.Procedure, m.Subject, m.Risk = run.Ref(), run.Procedure, run.Subject, run.Risk.String()
	m.Targets, m.Requester = slices.Clone(run.Targets), run.Requester
	if m.Reason == "" {
		m.Reason = line(run.Reason)
	}
}

func on(subject prentice.Ref) string {
	if subject == "" {
		return ""
	}
	return " on " + string(subject)
}

func hosts(targets []prentice.Ref) string {
	if len(targets) == 0 {
		return "0 hosts"
	}
	return prentice.CountTargets(len(targets), targets[0])
}

func orSomebody(who prentice.Ref) string {
	if who == "" {
		return "somebody"
	}
	return string(who)
}

// aboutOf is what an event of an incident is about: the incident, or, when there
// is none, the event for which a person is called.
func aboutOf(e prentice.EventRecord, d said) prentice.Ref {
	for _, ref := range []prentice.Ref{d.Incident, d.Event} {
		if _, err := prentice.ParseRef(string(ref)); err == nil {
			return ref
		}
	}
	return e.Ref()
}

// ownerIn is the owner that an event names, if it is a ref.
func ownerIn(d said) prentice.Ref {
	if _, err := prentice.ParseRef(string(d.Owner)); err != nil {
		return ""
	}
	return d.Owner
}

// after is text behind a word, or nothing.
func after(word, text string) string {
	if text == "" {
		return ""
	}
	return word + text
}

// linkTo is where a thing is read, if people can reach the pages and there is a
// page for it.
func linkTo(base string, about prentice.Ref) string {
	page := map[string]string{"run": "/runs/", "incident": "/incidents/", "event": "/events/", "change": "/changes/", "webhook": "/webhooks/"}[about.Kind()]
	if base == "" {
		return ""
	}
	if page == "" {
		return base + "/"
	}
	return base + page + about.Name()
}

func read(e prentice.Event) (d said) {
	if len(e.Data) > 0 {
		_ = json.Unmarshal(e.Data, &d) // what does not fit is not told
	}
	return d
}
