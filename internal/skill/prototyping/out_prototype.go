package prototyping

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// PrototypeOut is a prototype, and how it stands.
type PrototypeOut struct {
	Name        string       `json:"name"`
	Ref         prentice.Ref `json:"ref"`
	State       string       `json:"state"` // trying, undecided, adopted, dropped, changed
	Title       string       `json:"title,omitempty"`
	Question    string       `json:"question"`
	Technique   string       `json:"technique"`
	Owner       prentice.Ref `json:"owner"`
	Repository  string       `json:"repository,omitempty"`
	Source      string       `json:"source,omitempty"` // the file that declares it
	Begun       time.Time    `json:"begun"`
	By          prentice.Ref `json:"by"`
	DecideBy    time.Time    `json:"decide_by"`
	Extended    int64        `json:"extended,omitempty"`
	Scaffold    prentice.Ref `json:"scaffold,omitempty"` // the change that brings what it begins with
	Environment prentice.Ref `json:"environment,omitempty"`
	Stopped     time.Time    `json:"stopped,omitzero"`
	Decided     time.Time    `json:"decided,omitzero"`
	DecidedBy   prentice.Ref `json:"decided_by,omitempty"`
	Decision    string       `json:"decision,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	Learned     string       `json:"learned,omitempty"`
	Otherwise   string       `json:"otherwise,omitempty"`
	Promoted    time.Time    `json:"promoted,omitzero"`
	PromotedBy  prentice.Ref `json:"promoted_by,omitempty"`
	Commit      string       `json:"commit,omitempty"` // that became real code
	Took        string       `json:"took"`             // how long it has gone on, or did
}

func prototypeOut(p prototype.Prototype, now time.Time) PrototypeOut {
	return PrototypeOut{Name: p.Name, Ref: p.Ref(), State: p.State(now), Title: p.Title, Question: p.Question, Technique: p.Technique, Owner: p.Owner, Repository: p.Repository, Source: p.Source,
		Begun: p.Begun, By: p.By, DecideBy: p.DecideBy, Extended: p.Extended, Scaffold: p.Scaffold, Environment: p.Environment, Stopped: p.Stopped, Decided: p.Decided, DecidedBy: p.DecidedBy,
		Decision: p.Decision, Reason: p.Reason, Learned: p.Learned, Otherwise: p.Otherwise, Promoted: p.Promoted, PromotedBy: p.PromotedBy, Commit: p.Commit, Took: lasted(p.Took(now))}
}

// lasted is a length of time as people say it.
func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 48*time.Hour:
		return span.String(d.Truncate(time.Minute))
	}
	return op.Count(int(d.Hours()/24), "day", "days")
}

// rank puts first what a person has to do something about.
func (p PrototypeOut) rank() int {
	switch p.State {
	case prototype.Undecided:
		return 0
	case prototype.Open:
		return 1
	}
	return 2
}

// Outcome is what came of it, in a few words.
func (p PrototypeOut) Outcome() string {
	switch p.State {
	case prototype.Open:
		return "to be decided by " + p.DecideBy.Format(time.DateOnly)
	case prototype.Undecided:
		return "was to be decided by " + p.DecideBy.Format(time.DateOnly)
	}
	return p.Reason
}

// PrototypeList is prototypes: the ledger.
type PrototypeList struct {
	Prototypes []PrototypeOut     `json:"prototypes"`
	Open       int                `json:"trying"` // of all that are kept, whatever was asked for
	Undecided  int                `json:"undecided"`
	Adopted    int                `json:"adopted"`
	Dropped    int                `json:"dropped"`
	Changed    int                `json:"changed"`
	Wrong      []prentice.Finding `json:"wrong,omitempty"` // in files of the team folder, which are not taken
}

func (l *PrototypeList) count(p PrototypeOut) {
	switch p.State {
	case prototype.Open:
		l.Open++
	case prototype.Undecided:
		l.Undecided++
	case prototype.Adopted:
		l.Adopted++
	case prototype.Dropped:
		l.Dropped++
	case prototype.Changed:
		l.Changed++
	}
}

// Table implements op.Tabler.
func (l PrototypeList) Table() (head []string, rows [][]string) {
	head = []string{"PROTOTYPE", "STATE", "QUESTION", "TECHNIQUE", "OWNER", "DECIDE BY", "WHAT CAME OF IT"}
	for _, p := range l.Prototypes {
		rows = append(rows, []string{p.Name, states[p.State].Sign + " " + p.State, p.Question, p.Technique, string(p.Owner), p.DecideBy.Format(time.DateOnly), p.Outcome()})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l PrototypeList) Empty() string {
	return "No prototype. Begin with the question: prentice prototype advise, and then: prentice prototype new NAME --question '…?' --decide-by DAY --owner group/NAME --technique TECHNIQUE"
}

// TaskOut is a task, and how visitors did.
type TaskOut struct {
	prototype.Task
	Began  int64         `json:"began"`
	Done   int64         `json:"done"`
	GaveUp int64         `json:"gave_up"`
	Took   time.Duration `json:"took,omitempty"` // on average, of those who finished
}

// Success is how many finished of those who began, in words.
func (t TaskOut) Success() string {
	if t.Began == 0 {
		return "no one has tried it"
	}
	out := fmt.Sprintf("%d of %d finished", t.Done, t.Began)
	if t.GaveUp > 0 {
		out += fmt.Sprintf(", %d gave up", t.GaveUp)
	}
	if t.Done > 0 {
		out += ", in " + span.String(t.Took.Round(time.Second)) + " on average"
	}
	return out
}

// PrototypeShown is one, whole.
type PrototypeShown struct {
	PrototypeOut
	Tasks     []TaskOut            `json:"tasks"`
	Feedback  []prototype.Feedback `json:"feedback,omitempty"` // the newest first
	Technical prototype.Technique  `json:"how"`                // the technique
	Missing   string               `json:"missing,omitempty"`
	Says      string               `json:"says,omitempty"` // of what was asked, where there is more to say
}

// Text implements op.Texter.
func (p PrototypeShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s\nQuestion   %s\n", p.Ref, states[p.State].Sign, p.State, p.Question)
	fmt.Fprintf(&b, "Technique  %s: %s\nOwner      %s\n", p.Technique, p.Technical.Is, p.Owner)
	fmt.Fprintf(&b, "Begun      %s by %s\n", op.At(p.Begun), p.By)
	if p.Decided.IsZero() {
		fmt.Fprintf(&b, "Decide by  %s", p.DecideBy.Format(time.DateOnly))
		if p.Extended > 0 {
			fmt.Fprintf(&b, ", put off %s", op.Count(int(p.Extended), "time", "times"))
		}
		b.WriteByte('\n')
	} else {
		fmt.Fprintf(&b, "Decided    %s by %s after %s: %s\nReason     %s\n", op.At(p.Decided), p.DecidedBy, p.Took, p.Decision, p.Reason)
	}
	for _, one := range []struct{ head, says string }{{"Learned", p.Learned}, {"Otherwise", p.Otherwise}, {"Scaffold", string(p.Scaffold)}, {"Place", string(p.Environment)}, {"File", p.Source}} {
		if one.says != "" {
			fmt.Fprintf(&b, "%-10s %s\n", one.head, one.says)
		}
	}
	if !p.Promoted.IsZero() {
		fmt.Fprintf(&b, "Promoted   %s by %s as commit %.12s\n", op.At(p.Promoted), p.PromotedBy, p.Commit)
	}
	for i, t := range p.Tasks {
		if i == 0 {
			b.WriteString("Tasks\n")
		}
		fmt.Fprintf(&b, "  %s: %s (%s)\n", t.Name, t.Says, t.Success())
	}
	for i, f := range p.Feedback {
		if i == 0 {
			b.WriteString("Feedback\n")
		}
		if i == 10 {
			fmt.Fprintf(&b, "  and %d more, on its page\n", len(p.Feedback)-i)
			break
		}
		fmt.Fprintf(&b, "  %d  %s  %s: %s\n", f.Number, op.At(f.At), cmp.Or(f.Name, "someone"), strings.Join(strings.Fields(f.Note), " "))
		if !f.Open() {
			fmt.Fprintf(&b, "     answered by %s: %s\n", f.AnsweredBy, f.Answer)
		}
	}
	if p.State == prototype.Undecided {
		fmt.Fprintf(&b, "▲ its day is over: prentice prototype decide %s --decision adopt|drop|change --reason '…'\n", p.Name)
	}
	if p.Says != "" {
		fmt.Fprintf(&b, "● %s\n", p.Says)
	}
	return b.String()
}

// Ask is one of the things that advise asks.
type Ask struct {
	Name    string   `json:"name"`
	Says    string   `json:"says"`
	Answers []Answer `json:"answers"`
}

// Answer is one of the answers.
type Answer struct {
	Value string `json:"value"`
	Says  string `json:"says"`
}

// asks are the five things.
func asks() []Ask {
	var about []Answer
	for _, a := range prototype.Abouts {
		about = append(about, Answer{a, prototype.AboutSays(a)})
	}
	return []Ask{
		{"about", "What do you want to know?", about},
		{"within", "By when is the answer needed?", []Answer{{"hours", "within hours"}, {"days", "within days"}, {"weeks", "within weeks"}}},
		{"people", "Who can try it?", []Answer{{"us", "only us"}, {"few", "a few people"}, {"many", "as many as come"}}},
		{"there", "What is there already?", []Answer{{"nothing", "nothing yet"}, {"service", "a service that people use"}}},
		{"wrong", "What does it cost to be wrong?", []Answer{{"little", "little: it is easily changed"}, {"much", "much: it is hard to take back"}}},
	}
}

// Advised is which technique to use.
type Advised struct {
	Asks   []Ask              `json:"asks"`
	In     adviseIn           `json:"asked"`
	Advice []prototype.Advice `json:"advice,omitempty"` // all techniques, the one to use first
}

// Said is what was answered to one of the things that are asked.
func (a Advised) Said(name string) string {
	return map[string]string{"about": a.In.About, "within": a.In.Within, "people": a.In.People, "there": a.In.There, "wrong": a.In.Wrong}[name]
}

// Best is the technique to use, where one fits.
func (a Advised) Best() *prototype.Advice {
	if len(a.Advice) == 0 || !a.Advice[0].Fits {
		return nil
	}
	return &a.Advice[0]
}

// Others are the techniques that come after it.
func (a Advised) Others() []prototype.Advice {
	if len(a.Advice) == 0 {
		return nil
	}
	from := 0
	if a.Best() != nil {
		from = 1
	}
	return a.Advice[from:min(from+3, len(a.Advice))]
}

// Text implements op.Texter.
func (a Advised) Text() string {
	var b strings.Builder
	if len(a.Advice) == 0 {
		b.WriteString("Five things are asked:\n")
		for _, ask := range a.Asks {
			fmt.Fprintf(&b, "--%s  %s\n", ask.Name, ask.Says)
			for _, v := range ask.Answers {
				fmt.Fprintf(&b, "    %-10s %s\n", v.Value, v.Says)
			}
		}
		return b.String()
	}
	best := a.Best()
	if best == nil {
		b.WriteString("▲ no technique answers that under these conditions; the nearest are:\n")
	} else {
		fmt.Fprintf(&b, "● %s (%s): %s\n", best.Name, best.Key, best.Is)
		points(&b, *best)
		fmt.Fprintf(&b, "  what stays: %s\nOr else\n", best.Keep)
	}
	for _, v := range a.Others() {
		fmt.Fprintf(&b, "○ %s (%s): %s\n", v.Name, v.Key, v.Is)
		points(&b, v)
	}
	return b.String()
}

func points(b *strings.Builder, v prototype.Advice) {
	for _, s := range v.For {
		fmt.Fprintf(b, "  + %s\n", s)
	}
	for _, s := range v.Wary {
		fmt.Fprintf(b, "  - %s\n", s)
	}
}

// PrototypeChecked is what is wrong with a file of a prototype.
type PrototypeChecked struct{ op.Findings }

// Text implements op.Texter.
func (c PrototypeChecked) Text() string { return c.Report("") }

var (
	_ op.Tabler  = PrototypeList{}
	_ op.Emptier = PrototypeList{}
	_ op.Texter  = PrototypeShown{}
	_ op.Texter  = Advised{}
	_ op.Texter  = PrototypeChecked{}
)
