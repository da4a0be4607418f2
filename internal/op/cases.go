package op

import (
	"fmt"
	"strings"

	"prentice"
)

// TriedCase is one line of a team's own table of cases, and what came of it.
type TriedCase struct {
	Name, Want string
	Says       string // what is otherwise than wanted; "" is a pass
	At         prentice.Pos
}

// CasesText is a table of cases for people. without names what no case speaks of, and
// what that says of it.
func CasesText(cases []TriedCase, without string, names []string) string {
	if len(cases) == 0 {
		return ""
	}
	var b strings.Builder
	failed := 0
	for _, c := range cases {
		if c.Says == "" {
			fmt.Fprintf(&b, "● pass  %s: %s\n", c.Name, c.Want)
			continue
		}
		failed++
		fmt.Fprintf(&b, "■ FAIL  %s: %s (%s)\n", c.Name, c.Says, c.At)
	}
	fmt.Fprintf(&b, "\n%s, %d failed\n", Count(len(cases), "case", "cases"), failed)
	if len(names) > 0 {
		fmt.Fprintf(&b, "%s: %s\n", without, strings.Join(names, ", "))
	}
	return b.String()
}
