package op

import (
	"fmt"
	"strings"

	"prentice"
)

// Findings is the output of an operation that looks files over. Advice alone is
// success.
type Findings struct {
	Findings []prentice.Finding `json:"findings"`
	Errors   int                `json:"errors"`
	Advice   int                `json:"advice"`
}

// Found counts what was found.
func Found(list []prentice.Finding) Findings {
	f := Findings{Findings: list}
	if f.Findings == nil {
		f.Findings = []prentice.Finding{}
	}
	for _, one := range list {
		if one.Error {
			f.Errors++
		} else {
			f.Advice++
		}
	}
	return f
}

// ExitCode says no when something is wrong.
func (f Findings) ExitCode() int {
	if f.Errors > 0 {
		return NotWell
	}
	return 0
}

// Lines is a line for each finding, as editors read them, each begun with the
// same text.
func (f Findings) Lines(begin string) string {
	var b strings.Builder
	for _, one := range f.Findings {
		sort := "advice"
		if one.Error {
			sort = "error"
		}
		b.WriteString(begin)
		if at := one.At.String(); at != "" {
			b.WriteString(at + ": ")
		}
		fmt.Fprintf(&b, "%s: %s", sort, one.Text)
		if one.Hint != "" {
			b.WriteString(": " + one.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Report is the lines and a summary, which ends with what was looked over, such
// as "4 procedures"; "" leaves that out.
func (f Findings) Report(what string) string {
	if what != "" {
		what = " in " + what
	}
	errors, advice := Count(f.Errors, "error", "errors"), Count(f.Advice, "piece of advice", "pieces of advice")
	switch {
	case f.Errors > 0:
		return fmt.Sprintf("%s✕ %s and %s%s\n", f.Lines(""), errors, advice, what)
	case f.Advice > 0:
		return fmt.Sprintf("%s● no errors and %s%s\n", f.Lines(""), advice, what)
	}
	return fmt.Sprintf("● no problems found%s\n", what)
}

// Count is a number with its noun.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

var _ Ender = Findings{}
