package support

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// Alerting is a heartbeat that is an alert.
type Alerting = alert.Heartbeat

// Job is a job that pings, and how it stands.
type Job struct {
	heartbeat.Shown
	Incident prentice.Ref    `json:"incident,omitempty"` // that is open about it
	Runs     []heartbeat.Run `json:"runs,omitempty"`     // the newest first
}

// Status is the word of its state.
func (j Job) Status() string { return "job " + string(j.State) }

// HeldOf is how many of the slots of the last 28 days were kept.
func (j Job) HeldOf() string {
	if j.Kept+j.Missed == 0 {
		return "–"
	}
	text := fmt.Sprintf("%d of %d", j.Kept, j.Kept+j.Missed)
	if j.Unknown > 0 {
		text += fmt.Sprintf(", %d unknown", j.Unknown)
	}
	return text
}

// GraceText and LimitText are lengths, as people read them.
func (j Job) GraceText() string { return span.String(j.Grace) }

// LimitText is how long a run may take.
func (j Job) LimitText() string { return span.String(j.Limit()) }

// Says is how it stands, in a sentence.
func (j Job) Says() string {
	switch j.State {
	case heartbeat.Down:
		return j.Why
	case heartbeat.New:
		return "it was not heard yet"
	case heartbeat.Paused:
		return "no one listens for it"
	case heartbeat.Running:
		return fmt.Sprintf("%s under way", plural(j.Open, "run"))
	case heartbeat.Late:
		return "it was due at " + op.At(j.Due) + ", and has until " + op.At(j.Deadline)
	case heartbeat.Up:
	}
	return "it is due at " + op.At(j.Due)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Piece is a slot in the picture of a job.
type Piece struct {
	X, Width int
	State    string
	Says     string
}

// Strip is the picture of the last slots.
func (j Job) Strip() (list []Piece) {
	for i, s := range j.Slots {
		list = append(list, Piece{X: 10 * i, Width: 9, State: "slot " + string(s.State), Says: op.At(s.Due) + ": " + string(s.State)})
	}
	return list
}

// StripSays is what the picture shows, in words.
func (j Job) StripSays() string {
	if len(j.Slots) == 0 {
		return "no slot is over yet"
	}
	n := map[heartbeat.SlotState]int{}
	for _, s := range j.Slots {
		n[s.State]++
	}
	return fmt.Sprintf("of the last %s %d kept, %d missed, %d unknown", plural(len(j.Slots), "slot"), n[heartbeat.Kept], n[heartbeat.Missed], n[heartbeat.Unknown])
}

// SlotRows are the slots, the newest first.
func (j Job) SlotRows() (list []heartbeat.Slot) {
	for i := len(j.Slots) - 1; i >= 0; i-- {
		list = append(list, j.Slots[i])
	}
	return list
}

func (j Job) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\n", j.Ref(), jobSign(j.State), j.Says())
	fmt.Fprintf(&b, "When      %s, %s of grace\nLongest   %s\n", j.When(), j.GraceText(), j.LimitText())
	if j.About != "" {
		fmt.Fprintf(&b, "About     %s\n", j.About)
	}
	if j.Service != "" {
		fmt.Fprintf(&b, "Service   %s\n", j.Service)
	}
	if j.Owner != "" {
		fmt.Fprintf(&b, "Owner     %s\n", j.Owner)
	}
	fmt.Fprintf(&b, "Severity  %s\n", j.Severity)
	if !j.Last.IsZero() {
		fmt.Fprintf(&b, "Heard     %s\n", op.At(j.Last))
	}
	if !j.Deadline.IsZero() {
		fmt.Fprintf(&b, "Deadline  %s\n", op.At(j.Deadline))
	}
	fmt.Fprintf(&b, "Slots     %s kept in the last 28 days\n", j.HeldOf())
	if j.Hint != "" {
		fmt.Fprintf(&b, "Look at   %s\n", j.Hint)
	}
	if j.Incident != "" {
		fmt.Fprintf(&b, "Incident  %s\n", j.Incident)
	}
	return b.String()
}

func jobSign(s heartbeat.State) string {
	b := states["job "+string(s)]
	return b.Sign + " " + b.Word
}

// JobKey is a key, which is shown once.
type JobKey struct {
	Ref  prentice.Ref `json:"ref,omitempty"`
	Name string       `json:"name,omitempty"` // "" is the key of the team
	Key  string       `json:"key"`
	URL  string       `json:"url"`
}

// Text implements op.Texter.
func (k JobKey) Text() string {
	whose := string(k.Ref)
	if k.Name == "" {
		whose = "any job of the team"
	}
	return fmt.Sprintf("%s\n\nPing it for %s when it has done its work; with /start when it begins, with /fail or /EXIT-STATUS when it fails:\n\n  curl -fsS -m 10 --retry 5 -o /dev/null %s\n\nThe key is not shown again.\n", k.URL, whose, k.URL)
}

// JobDone is what was done to a job.
type JobDone struct {
	Ref  prentice.Ref `json:"ref"`
	Says string       `json:"says"`
}

// Text implements op.Texter.
func (d JobDone) Text() string { return fmt.Sprintf("%s %s.\n", d.Ref, d.Says) }

// JobRuns is the runs of a job.
type JobRuns struct {
	Runs []heartbeat.Run `json:"runs"`
}

// Table implements op.Tabler.
func (l JobRuns) Table() (head []string, rows [][]string) {
	for _, r := range l.Runs {
		b := states["ping "+r.State]
		rows = append(rows, []string{fmt.Sprint(r.Number), b.Sign + " " + b.Word, when(r.Started), when(r.Ended), r.Took, r.ID, r.Says})
	}
	return []string{"RUN", "STATE", "BEGAN (UTC)", "ENDED (UTC)", "TOOK", "ID", "SAYS"}, rows
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return op.Cell(t)
}

// Empty implements op.Emptier.
func (JobRuns) Empty() string { return "It was not heard yet." }

var (
	_ op.Texter  = JobKey{}
	_ op.Texter  = JobDone{}
	_ op.Tabler  = JobRuns{}
	_ op.Emptier = JobRuns{}
)
