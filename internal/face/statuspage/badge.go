package statuspage

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"unicode/utf8"

	"prentice/internal/engine/statuspage"
)

// colours are those of badges: white on each has a contrast of at least 4.5.
var colours = map[statuspage.Status]string{
	statuspage.Operational: "#1a7f37", statuspage.Degraded: "#9a6700", statuspage.Partial: "#bc4c00",
	statuspage.Major: "#c0262d", statuspage.Maintenance: "#0b62c4", statuspage.Unknown: "#5f6670",
}

// badge is a small picture: what it is of, and a word.
func badge(of, word, colour string) []byte {
	left, right := width(of), width(word)
	of, word = escaped(of), escaped(word)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%[3]d" height="20" role="img" aria-label="%[5]s: %[6]s"><title>%[5]s: %[6]s</title><rect width="%[1]d" height="20" fill="#3b4048"/><rect x="%[1]d" width="%[2]d" height="20" fill="%[4]s"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="6" y="14" textLength="%[7]d">%[5]s</text><text x="%[8]d" y="14" textLength="%[9]d">%[6]s</text></g></svg>`,
		left, right, left+right, colour, of, word, left-12, left+6, right-12)
}

// width is how wide a text is drawn, with its margins.
func width(text string) int { return 12 + 7*utf8.RuneCountInString(text) }

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}

// budgetBadge says how much is left of a budget.
func budgetBadge(c statuspage.Component) []byte {
	of := c.Title + " budget"
	switch {
	case c.Left == nil:
		return badge(of, "unknown", colours[statuspage.Unknown])
	case *c.Left <= 0:
		return badge(of, "spent", colours[statuspage.Major])
	case *c.Left < 0.25:
		return badge(of, fmt.Sprintf("%.0f %% left", 100**c.Left), colours[statuspage.Degraded])
	}
	return badge(of, fmt.Sprintf("%.0f %% left", 100**c.Left), colours[statuspage.Operational])
}
