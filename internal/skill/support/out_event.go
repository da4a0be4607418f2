package support

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/inbox"
	"prentice/internal/op"
)

// Sent is what became of an event that was sent.
type Sent struct {
	inbox.Receipt
	ID      string       `json:"id"`
	Source  string       `json:"source"`
	Type    string       `json:"type"`
	Subject prentice.Ref `json:"subject,omitempty"`
}

// Text implements op.Texter.
func (s Sent) Text() string {
	text := fmt.Sprintf("%s is kept: %s", s.Event, s.Type)
	switch s.Duplicate {
	case "id":
		text = fmt.Sprintf("%s was received before, and is not counted again", s.Event)
	case "ignored":
		text = fmt.Sprintf("%s is not kept", s.Type)
	case "late":
		text = fmt.Sprintf("%s is kept and changes nothing: %s", s.Event, s.Type)
	case "fingerprint":
		text = fmt.Sprintf("%s says the same, and counts it: %d times now", s.Event, s.Count)
	}
	if s.Note != "" {
		text += "\nNote: " + s.Note
	}
	return text + "\n"
}

// Events is a page of events.
type Events struct {
	Events []prentice.EventRecord `json:"events"`
	Next_  string                 `json:"next,omitempty"`

	Filtered bool `json:"filtered,omitempty"` // not every event was asked for
}

// Table implements op.Tabler.
func (e Events) Table() (head []string, rows [][]string) {
	head = []string{"EVENT", "RECEIVED (UTC)", "TYPE", "SUBJECT", "SOURCE", "TIMES", "STATE"}
	for _, r := range e.Events {
		rows = append(rows, []string{string(r.Ref()), op.Cell(r.Received), r.Type, string(r.Subject), r.Source, fmt.Sprint(r.Count), string(r.State)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (e Events) Empty() string {
	if e.Filtered {
		return "No event is like that. See all with: prentice event list"
	}
	return "No event yet. Send one with: prentice event send --type service.down --subject service/checkout"
}

// Next implements op.Pager.
func (e Events) Next() string { return e.Next_ }

// EventOut is one event.
type EventOut struct {
	prentice.EventRecord
	Incident prentice.Ref   `json:"incident,omitempty"` // that it joined
	Routed   *alert.Routing `json:"routed,omitempty"`   // of an alert
}

// Text implements op.Texter.
func (e EventOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", e.Ref(), e.Type)
	if e.Subject != "" {
		fmt.Fprintf(&b, " on %s", e.Subject)
	}
	fmt.Fprintf(&b, "\nSource    %s, id %s\nSent by   %s, received %s\n", e.Source, e.ID, e.Sender, op.At(e.Received))
	fmt.Fprintf(&b, "Happened  %s\nSaid      %s\nState     %s", op.At(e.Time), times(e.Count, e.Last), e.State)
	if e.Says != "" {
		fmt.Fprintf(&b, ": %s", e.Says)
	}
	b.WriteByte('\n')
	if e.Note != "" {
		fmt.Fprintf(&b, "Note      %s\n", e.Note)
	}
	if e.Incident != "" {
		fmt.Fprintf(&b, "Incident  %s\n", e.Incident)
	}
	if e.Routed != nil && e.Routed.Why != "" {
		fmt.Fprintf(&b, "Routed    %s\n", e.Routed.Why)
	}
	if e.Routed != nil && e.Routed.Hint != "" {
		fmt.Fprintf(&b, "Unknown   %s\n", e.Routed.Hint)
	}
	if len(e.Data) > 0 {
		var pretty bytes.Buffer
		if json.Indent(&pretty, e.Data, "", "  ") == nil {
			fmt.Fprintf(&b, "\n%s\n", pretty.String())
		}
	}
	return b.String()
}

func times(n int64, last time.Time) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times, last at %s", n, op.At(last))
}
