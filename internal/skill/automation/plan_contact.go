package automation

import (
	"fmt"
	"strings"
	"time"

	"prentice/internal/engine/gate"
)

// contactWait is how long a plan waits for its hosts, for anyone who wants that.
const contactWait = 6 * time.Second

// mostLost is how many hosts a plan for people names with what is wrong.
const mostLost = 10

func (in PlanIn) patience() time.Duration {
	if in.Wait {
		return contactWait
	}
	return 0
}

// writeContact tells which hosts of a plan cannot be reached, and what to do.
func writeContact(b *strings.Builder, c *gate.Contact) {
	if c == nil {
		return
	}
	fmt.Fprintf(b, "  %s\n", c)
	for _, h := range c.Lost[:min(len(c.Lost), mostLost)] {
		fmt.Fprintf(b, "    %s (%s): %s\n", h.Host, h.State, h.Says)
		if h.Hint != "" {
			fmt.Fprintf(b, "      %s\n", h.Hint)
		}
	}
	if more := len(c.Lost) - mostLost; more > 0 {
		fmt.Fprintf(b, "    and %d more; see prentice host check\n", more)
	}
	if c.None() {
		b.WriteString("    no one would be asked to approve it while none of them can be reached\n")
	}
	if c.Checking > 0 {
		b.WriteString("    wait for those with --check-hosts\n")
	}
}
