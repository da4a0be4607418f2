package support

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/webhook"
	"prentice/internal/op"
)

// Taken is what became of a message that was delivered.
type Taken struct {
	Hook     string       `json:"hook"`
	Delivery int64        `json:"delivery"`
	Verdict  string       `json:"verdict"` // event, ignored, unmapped or repeated
	Event    prentice.Ref `json:"event,omitempty"`
	Says     string       `json:"says,omitempty"`
}

// Text implements op.Texter.
func (t Taken) Text() string {
	if t.Event != "" {
		return fmt.Sprintf("Delivery %d to hook %s became %s: %s\n", t.Delivery, t.Hook, t.Event, t.Says)
	}
	return fmt.Sprintf("Delivery %d to hook %s is %s: %s\n", t.Delivery, t.Hook, t.Verdict, t.Says)
}

// HookOut is a webhook and how it stands.
type HookOut struct {
	Name      string            `json:"name"`
	State     string            `json:"state"` // received, waited for, or blocked
	Problem   string            `json:"problem,omitempty"`
	Address   string            `json:"address,omitempty"`
	Sender    string            `json:"sender"`
	Secret    string            `json:"secret,omitempty"` // its name
	HeldBy    []prentice.Ref    `json:"held_by,omitempty"`
	Header    string            `json:"header,omitempty"`
	Rate      int               `json:"rate"`    // messages a minute
	Largest   int64             `json:"largest"` // bytes
	Tolerance time.Duration     `json:"tolerance,omitempty"`
	Maps      []webhook.Mapping `json:"events"`
	Last      time.Time         `json:"last,omitzero"`
	Verdict   string            `json:"verdict,omitempty"` // of the last
	At        prentice.Pos      `json:"at"`
}

// HookList is the webhooks of the team.
type HookList struct {
	Hooks []HookOut `json:"hooks"`
}

// Table implements op.Tabler.
func (l HookList) Table() (head []string, rows [][]string) {
	for _, h := range l.Hooks {
		last := "never"
		if !h.Last.IsZero() {
			last = op.Cell(h.Last)
		}
		rows = append(rows, []string{h.Name, states[h.State].Sign + " " + h.State, h.Sender, last, orNone(h.Verdict), h.Problem})
	}
	return []string{"HOOK", "STATE", "SENDER", "LAST (UTC)", "VERDICT", "PROBLEM"}, rows
}

// Empty implements op.Emptier.
func (l HookList) Empty() string {
	return "No webhook. Name the first in hooks.yaml in the team folder, such as: hooks: [{name: ci, sender: token}]"
}

// HookShown is a webhook with what was delivered to it.
type HookShown struct {
	HookOut
	Setup      []string           `json:"setup"`      // what to do so that the sender posts to it
	Try        string             `json:"try"`        // a command line that posts a message as the sender would
	Deliveries []webhook.Delivery `json:"deliveries"` // the newest first
	Refused    []webhook.Refusal  `json:"refused"`
}

// Text implements op.Texter.
func (h HookShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "hook/%s  %s %s\n", h.Name, states[h.State].Sign, h.State)
	if h.Problem != "" {
		fmt.Fprintf(&b, "Problem   %s\n", h.Problem)
	}
	fmt.Fprintf(&b, "Address   %s\nSender    %s\n", h.Address, h.Sender)
	if h.Secret != "" {
		fmt.Fprintf(&b, "Secret    %s, held by %s\n", h.Secret, orNone(refWords(h.HeldBy)))
	}
	fmt.Fprintf(&b, "Takes     %d messages a minute, of %d bytes at most\n", h.Rate, h.Largest)
	b.WriteString("\nEvents\n")
	for _, m := range h.Maps {
		fmt.Fprintf(&b, "  %s\n", m)
	}
	if len(h.Maps) == 0 {
		b.WriteString("  none: every message is kept as unmapped\n")
	}
	b.WriteString("\nSet it up\n")
	for _, line := range h.Setup {
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(line, "`", ""))
	}
	fmt.Fprintf(&b, "\nTry it\n%s\n\nDelivered\n", h.Try)
	for _, d := range h.Deliveries {
		fmt.Fprintf(&b, "  %d  %s  %s %s%s%s\n", d.Number, op.At(d.At), states[string(d.Verdict)].Sign, d.Verdict, joined(" ", string(d.Event)), joined(": ", d.Says))
	}
	if len(h.Deliveries) == 0 {
		b.WriteString("  nothing yet\n")
	}
	if len(h.Refused) > 0 {
		b.WriteString("\nNot taken\n")
	}
	for _, r := range h.Refused {
		fmt.Fprintf(&b, "  %s, last at %s: %s\n", op.Count(int(r.Times), "time", "times"), op.At(r.Last), r.Says)
	}
	return b.String()
}

func joined(sep, text string) string {
	if text == "" {
		return ""
	}
	return sep + text
}

func refWords(refs []prentice.Ref) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// DeliveryOut is a message as it was delivered.
type DeliveryOut struct{ webhook.Delivery }

// Text implements op.Texter.
func (d DeliveryOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Delivery %d to hook %s, %s %s%s\n", d.Number, d.Hook, states[string(d.Verdict)].Sign, d.Verdict, joined(": ", d.Says))
	fmt.Fprintf(&b, "Sent by   %s, %s\n", d.Sender, op.At(d.At))
	if d.Times > 1 {
		fmt.Fprintf(&b, "Repeated  %s\n", times(d.Times, d.Last))
	}
	if d.Event != "" {
		fmt.Fprintf(&b, "Event     %s\n", d.Event)
	}
	if d.Message == nil {
		return b.String()
	}
	for _, name := range slices.Sorted(maps.Keys(d.Message.Headers)) {
		fmt.Fprintf(&b, "%s: %s\n", name, d.Message.Headers[name])
	}
	fmt.Fprintf(&b, "\n%s\n", d.Message.Body)
	if d.Message.Cut {
		fmt.Fprintf(&b, "(of %d bytes the first are kept)\n", d.Message.Bytes)
	}
	return b.String()
}

// HookEvent is the event that a message would become.
type HookEvent struct {
	Type    string          `json:"type"`
	Subject prentice.Ref    `json:"subject,omitempty"`
	Source  string          `json:"source"`
	ID      string          `json:"id,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// HookTried is what a recorded message would become.
type HookTried struct {
	Hook    string     `json:"hook"`
	Event   *HookEvent `json:"event,omitempty"`
	Ignored bool       `json:"ignored,omitempty"`
	Says    string     `json:"says"`
}

// ExitCode implements op.Ender.
func (t HookTried) ExitCode() int {
	if t.Event == nil && !t.Ignored {
		return op.NotWell
	}
	return 0
}

// Text implements op.Texter.
func (t HookTried) Text() string {
	var b strings.Builder
	switch {
	case t.Ignored:
		fmt.Fprintf(&b, "○ hook %s: %s\n", t.Hook, t.Says)
	case t.Event == nil:
		fmt.Fprintf(&b, "▲ hook %s: no event comes of it: %s\n", t.Hook, t.Says)
	default:
		fmt.Fprintf(&b, "● hook %s: %s makes an event of it\nType      %s\n", t.Hook, t.Says, t.Event.Type)
		fmt.Fprintf(&b, "Subject   %s\nSource    %s\nID        %s\n", orNone(string(t.Event.Subject)), t.Event.Source, orElse(t.Event.ID, "given when it comes"))
	}
	if t.Event != nil && len(t.Event.Data) > 0 {
		var pretty bytes.Buffer
		if json.Indent(&pretty, t.Event.Data, "", "  ") == nil {
			fmt.Fprintf(&b, "\n%s\n", pretty.String())
		}
	}
	return b.String()
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

var (
	_ op.Texter  = Taken{}
	_ op.Tabler  = HookList{}
	_ op.Emptier = HookList{}
	_ op.Texter  = HookShown{}
	_ op.Texter  = DeliveryOut{}
	_ op.Texter  = HookTried{}
)
