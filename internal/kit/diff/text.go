package diff

import (
	"fmt"
	"strings"
)

// Unified is a text of the kind that git prints, of what is kept. Every line goes through
// clean, which escapes it for where it is shown.
func Unified(list []File, clean func(string) string) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s %s", f.Kind, clean(f.Path))
		if f.Was != "" {
			fmt.Fprintf(&b, " (was %s)", clean(f.Was))
		}
		fmt.Fprintf(&b, "  +%d -%d\n", f.Plus, f.Minus)
		if f.OldMode != f.NewMode && f.OldMode != "" && f.NewMode != "" {
			fmt.Fprintf(&b, "mode %s → %s\n", f.OldMode, f.NewMode)
		}
		if f.Binary {
			b.WriteString("binary\n")
		}
		for _, h := range f.Hunks {
			fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@ %s\n", h.Old, h.OldSize, h.New, h.NewSize, clean(h.Section))
			for _, l := range h.Lines {
				fmt.Fprintf(&b, "%s%s%s\n", l.Op, clean(l.Text), l.Rest())
			}
		}
		if f.Cut {
			b.WriteString("… more lines of this file are not shown\n")
		}
	}
	return b.String()
}

// Rest says what of a line is not in its text.
func (l Line) Rest() string {
	var says string
	if l.Cut > 0 {
		says += fmt.Sprintf(" … %d bytes more", l.Cut)
	}
	if l.CR {
		says += " ␍"
	}
	if l.NoEnd {
		says += " ⏎̸ no newline at the end"
	}
	return says
}
