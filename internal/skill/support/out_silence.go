package support

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/op"
	"prentice/internal/team/calendar"
)

// Match is something that fires and that matchers match.
type Match struct {
	What     string       `json:"what"`
	Subject  prentice.Ref `json:"subject"`
	Incident prentice.Ref `json:"incident,omitempty"` // none, while it is silenced
}

// SilenceOut is a silence, how it is, and what it matches now.
type SilenceOut struct {
	silence.Silence
	State   string  `json:"state"`
	Matches []Match `json:"matches,omitempty"`
}

// Text implements op.Texter.
func (s SilenceOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s, until %s\n", s.Ref(), s.State, op.At(s.Ends))
	if s.State == silence.Pending {
		fmt.Fprintf(&b, "From      %s\n", op.At(s.Starts))
	}
	fmt.Fprintf(&b, "Matchers  %s\nReason    %s\nBy        %s at %s\n", strings.Join(s.Matchers, " "), s.Reason, s.By, op.At(s.Created))
	if !s.Ended.IsZero() {
		fmt.Fprintf(&b, "Ended     by %s at %s\n", s.EndedBy, op.At(s.Ended))
	}
	if s.Elsewhere != "" {
		fmt.Fprintf(&b, "Elsewhere %s\n", s.Elsewhere)
	}
	b.WriteString(matchText(s.Matches))
	return b.String()
}

func matchText(list []Match) string {
	if len(list) == 0 {
		return "It matches nothing that fires now.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "It matches %s now:\n", op.Count(len(list), "symptom", "symptoms"))
	for i, m := range list {
		if i == 20 {
			fmt.Fprintf(&b, "  … and %d more\n", len(list)-i)
			break
		}
		fmt.Fprintf(&b, "  %s on %s", m.What, m.Subject)
		if m.Incident != "" {
			fmt.Fprintf(&b, " (%s)", m.Incident)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// SilencePreview is what matchers match now.
type SilencePreview struct {
	Matchers []string `json:"matchers"`
	Matches  []Match  `json:"matches"`
}

// Text implements op.Texter.
func (p SilencePreview) Text() string {
	return "Matchers  " + strings.Join(p.Matchers, " ") + "\n" + matchText(p.Matches)
}

// SilenceList is silences, and what is silenced now.
type SilenceList struct {
	Silences    []SilenceOut      `json:"silences"`
	Maintenance []calendar.Listed `json:"maintenance,omitempty"` // in force, or soon
	Muted       []Muted           `json:"muted"`
	Next_       string            `json:"next,omitempty"`
	All         bool              `json:"all,omitempty"` // those that are over too
}

// Text implements op.Texter.
func (l SilenceList) Text() string {
	var b strings.Builder
	for _, s := range l.Silences {
		fmt.Fprintf(&b, "%s  %s, until %s  %s  by %s: %s\n", s.Ref(), s.State, op.At(s.Ends), strings.Join(s.Matchers, " "), s.By, s.Reason)
	}
	if len(l.Silences) == 0 {
		b.WriteString(l.Empty() + "\n")
	}
	for _, e := range l.Maintenance {
		fmt.Fprintf(&b, "maintenance %s  %s  mutes %s: %s\n", e.Name, maintenanceText(e), e.Applies, e.Reason)
		if e.Elsewhere != "" {
			fmt.Fprintf(&b, "  %s\n", e.Elsewhere)
		}
	}
	if len(l.Muted) > 0 {
		fmt.Fprintf(&b, "\nSilenced now\n")
	}
	for _, m := range l.Muted {
		fmt.Fprintf(&b, "  ◇ %s on %s: %s, since %s; %s\n", m.What, m.Subject, m.Summary, m.Since.UTC().Format(time.DateTime+" UTC"), muteText(m.Mute))
	}
	return b.String()
}

// maintenanceText is how maintenance stands.
func maintenanceText(e calendar.Listed) string {
	switch {
	case e.InForce && e.Until.IsZero():
		return "active, without an end"
	case e.InForce:
		return "active, until " + op.At(e.Until)
	}
	return "from " + op.At(e.Until)
}

// Empty says that there is none.
func (l SilenceList) Empty() string {
	if l.All {
		return "No silence yet. Add one with: prentice silence add --matcher alertname=NAME --for 2h --reason '…'"
	}
	return "Nothing is silenced."
}

// Next implements op.Pager.
func (l SilenceList) Next() string { return l.Next_ }

var (
	_ op.Texter = SilenceOut{}
	_ op.Texter = SilencePreview{}
	_ op.Texter = SilenceList{}
	_ op.Pager  = SilenceList{}
)
