package codecontrol

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/op"
)

// QueueShown is the queue of a branch.
type QueueShown struct {
	Repository string      `json:"repository"`
	Branch     string      `json:"branch"`
	Tip        string      `json:"tip"`
	Frozen     string      `json:"frozen,omitempty"`
	Typical    string      `json:"typical,omitempty"` // how long a check takes
	Entries    []EntryLine `json:"entries"`
	Builds     []BuildLine `json:"builds"`
	Past       []Gone      `json:"past"` // what left it, the last first
	Now        time.Time   `json:"now"`
}

// EntryLine is a change that waits.
type EntryLine struct {
	Place    int          `json:"place"` // 0 is not in the order
	Change   prentice.Ref `json:"change"`
	PatchSet int          `json:"patch_set"`
	Title    string       `json:"title"`
	State    string       `json:"state"`
	Why      string       `json:"why"`
	Priority int          `json:"priority"`
	Since    time.Time    `json:"since"`
	Likely   time.Time    `json:"likely,omitzero"`
	By       prentice.Ref `json:"by"`
	With     string       `json:"with,omitempty"`
}

// BuildLine is a tree that is checked, or was.
type BuildLine struct {
	Base     string          `json:"base"`
	OnTip    bool            `json:"on_tip"`
	Changes  []int64         `json:"changes"`
	Commit   string          `json:"commit"`
	State    string          `json:"state"` // checking, passed, failed, flaky, unknown
	Attempts []queue.Attempt `json:"attempts"`
}

// Has says whether a change is in it.
func (b BuildLine) Has(change int64) bool { return slices.Contains(b.Changes, change) }

// Columns are the changes that any build has: those that wait in their order, then those
// that landed and are looked at again.
func (s QueueShown) Columns() (list []int64) {
	add := func(n int64) {
		if n > 0 && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	for _, e := range s.Entries {
		n, _ := numberOf(string(e.Change))
		if slices.ContainsFunc(s.Builds, func(b BuildLine) bool { return b.Has(n) }) {
			add(n)
		}
	}
	for _, b := range s.Builds {
		for _, n := range b.Changes {
			add(n)
		}
	}
	return list
}

// Row is an entry in the picture of a queue: since when it has waited, now, and when it will
// likely land, as parts of a thousand of the time that the picture spans.
type Row struct {
	EntryLine
	From, Now, Until int
}

// Waited is how long it has waited, at least to be seen.
func (r Row) Waited() int { return max(r.Now-r.From, 4) }

// Left is how long it will likely take from now on.
func (r Row) Left() int { return r.Until - r.Now }

// Known says whether it is known when it will likely land.
func (r Row) Known() bool { return r.Until > r.Now }

// Rows are the entries as a picture: it spans the time from when the first was queued until
// the last that is known to land likely does.
func (s QueueShown) Rows() (rows []Row) {
	first, last := s.Now, s.Now
	for _, e := range s.Entries {
		if e.Since.Before(first) {
			first = e.Since
		}
		if e.Likely.After(last) {
			last = e.Likely
		}
	}
	span := max(last.Sub(first), time.Second)
	at := func(t time.Time) int { return int(1000 * t.Sub(first) / span) }
	for _, e := range s.Entries {
		r := Row{EntryLine: e, From: at(e.Since), Now: at(s.Now)}
		if e.Likely.After(s.Now) {
			r.Until = at(e.Likely)
		}
		rows = append(rows, r)
	}
	return rows
}

// Table implements op.Tabler.
func (s QueueShown) Table() ([]string, [][]string) {
	rows := [][]string{}
	for _, e := range s.Entries {
		place, likely := "-", "-"
		if e.Place > 0 {
			place = strconv.Itoa(e.Place)
		}
		if !e.Likely.IsZero() {
			likely = op.At(e.Likely)
		}
		rows = append(rows, []string{place, string(e.Change), e.Title, e.State, e.Why, likely})
	}
	return []string{"place", "change", "title", "state", "why", "likely"}, rows
}

// Empty implements op.Emptier.
func (s QueueShown) Empty() string {
	text := fmt.Sprintf("nothing waits to land on %s of %s: queue a change with prentice queue add change/N", s.Branch, s.Repository)
	if s.Frozen != "" {
		text += " (" + s.Frozen + ")"
	}
	return text
}

// QueuedOut says what became of a change.
type QueuedOut struct {
	Change prentice.Ref `json:"change"`
	Says   string       `json:"says"`
}

// Text implements op.Texter.
func (o QueuedOut) Text() string { return fmt.Sprintf("%s %s\n", o.Change, o.Says) }

var (
	_ op.Texter  = QueuedOut{}
	_ op.Tabler  = QueueShown{}
	_ op.Emptier = QueueShown{}
)
