package gate

import (
	"fmt"
	"strings"

	"prentice"
)

// Unreachable is the hold of a plan of which nothing can be done, because none of
// its hosts can be reached. The zero HoldBack lets it.
func Unreachable(c *Contact) prentice.HoldBack {
	if !c.None() {
		return prentice.HoldBack{}
	}
	first := c.Lost[0]
	says := first.Says
	if len(c.Lost) > 1 {
		says = fmt.Sprintf("none of %d hosts can be reached, the first is %s: %s", len(c.Lost), first.Host, first.Says)
	} else if !strings.Contains(says, first.Host.Name()) {
		says = fmt.Sprintf("%s cannot be reached: %s", first.Host, says)
	}
	way := first.Hint
	if way == "" {
		way = "see what is wrong with: prentice host check " + first.Host.Name()
	}
	return Hold(prentice.HoldUnreachable, way, "%s", says)
}
