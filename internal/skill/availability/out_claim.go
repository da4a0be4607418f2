package availability

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

// ClaimList is a page of claims.
type ClaimList struct {
	Claims   []claims.Standing `json:"claims"`
	Next_    string            `json:"next,omitempty"`
	Filtered bool              `json:"filtered,omitempty"` // not all were asked for
}

// Next implements op.Pager.
func (l ClaimList) Next() string { return l.Next_ }

// Table implements op.Tabler.
func (l ClaimList) Table() (head []string, rows [][]string) {
	head = []string{"CLAIM", "VERDICT", "SINCE (UTC)", "ABOUT", "SAYS", "WHY"}
	for _, c := range l.Claims {
		rows = append(rows, []string{string(c.Ref()), signOf(c.Verdict.Truth), op.Cell(c.Verdict.Time), string(c.About), c.Says, c.Verdict.Reason})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l ClaimList) Empty() string {
	if l.Filtered {
		return "No claim is like that. See them all with: prentice claim list"
	}
	return "Nothing is claimed yet. Each probe of a service is a claim: add the annotation prentice.dev/probes to a service in the catalog, and check it with: prentice catalog check"
}

// signOf is a truth with its shape.
func signOf(t prentice.Truth) string {
	switch t {
	case prentice.Pass:
		return "● pass"
	case prentice.Fail:
		return "■ fail"
	}
	return "◇ unknown"
}

// ClaimShown is a claim with its verdict and its history.
type ClaimShown struct {
	claims.Standing
	Now     time.Time        `json:"now"`
	Days    int              `json:"days"`
	From    time.Time        `json:"from"`           // of the history
	History []claims.Verdict `json:"history"`        // newest first
	More    bool             `json:"more,omitempty"` // there are older ones in these days
}

// Text implements op.Texter.
func (s ClaimShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n%s\n%s\n\n", s.Ref(), signOf(s.Verdict.Truth), s.Says, s.Verdict.Reason)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s %s\n", what, text)
		}
	}
	line("about", string(s.About))
	line("owner", string(s.Owner))
	line("severity", string(s.Severity))
	line("asks", s.Asks)
	line("source", s.Source)
	if !s.ReviewBy.IsZero() {
		line("review by", s.ReviewBy.UTC().Format(time.DateOnly))
	}
	if v := s.Verdict; v.Number > 0 {
		line("seen", v.Witness)
		line("valid until", op.At(v.Until))
		line("judged by", v.Tool+", "+v.Environment)
		line("subject", v.Subject)
	}
	line(fmt.Sprintf("last %d d", s.Days), s.Lasted())
	if s.More {
		fmt.Fprintf(&b, "\nThe last %d verdicts, since %s:\n", len(s.History), op.At(s.From))
	} else if len(s.History) > 0 {
		b.WriteString("\n")
	}
	for _, v := range s.History {
		fmt.Fprintf(&b, "%s  %-9s  %s\n", op.At(v.Time), signOf(v.Truth), cmp.Or(v.Witness, v.Reason))
	}
	return b.String()
}

var (
	_ op.Tabler  = ClaimList{}
	_ op.Emptier = ClaimList{}
	_ op.Pager   = ClaimList{}
	_ op.Texter  = ClaimShown{}
)
