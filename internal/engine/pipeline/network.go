package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/kit/egress"
)

// mostTold is how many hosts a sentence names.
const mostTold = 5

// overNetwork is what a run asked of the network, for the sentence that says how it ended;
// "" is nothing.
func (r Result) overNetwork() string {
	says := ""
	if hosts := hostsOf(r.Network, false); len(hosts) > 0 {
		says += ", over the network from " + told(hosts)
	}
	if hosts := hostsOf(r.Network, true); len(hosts) > 0 {
		says += ", refused " + told(hosts)
	}
	return says
}

// hostsOf are the hosts that a run asked for and was let through to, or was refused.
func hostsOf(list []egress.Request, refused bool) (hosts []string) {
	for _, one := range list {
		if (one.Why != "") == refused && !slices.Contains(hosts, one.Host) {
			hosts = append(hosts, one.Host)
		}
	}
	return hosts
}

func told(hosts []string) string {
	more := ""
	if n := len(hosts) - mostTold; n > 0 {
		hosts, more = hosts[:mostTold], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(hosts, ", ") + more
}

// refused is the finding of a check that failed and was refused hosts: that may be why.
func (c Check) refused(r Result) []check.Finding {
	for _, one := range r.Network {
		if one.Why == "" {
			continue
		}
		f := check.Finding{Path: c.File, Line: c.lineOf("network:"), Key: "network", Says: fmt.Sprintf("it asked for %s, and was refused: %s", one.Host, one.Why), Remedy: "see all that it asked for: prentice check log " + c.Name}
		if more := c.Widened(r.Network); more != "" {
			f.Remedy = "if the check needs it, write " + more + "; " + f.Remedy
		}
		return []check.Finding{f}
	}
	return nil
}

// lineOf is the line of the check's file that begins so.
func (c Check) lineOf(begins string) int {
	for i, line := range strings.Split(c.Text, "\n") {
		if strings.HasPrefix(line, begins) {
			return i + 1
		}
	}
	return 1
}

// Widened is the line of a check's network by which it would have been refused nothing that
// a line can name; "" is none.
func (c Check) Widened(list []egress.Request) string {
	hosts := slices.Clone(c.Network)
	for _, one := range list {
		if one.Why != egress.NotNamed {
			continue
		}
		if t, err := egress.ParseTarget(one.Host); err == nil && len(hosts) < len(c.Network)+mostTold {
			hosts = append(hosts, t.Rule().String())
		}
	}
	if len(hosts) == len(c.Network) {
		return ""
	}
	return "network: [" + strings.Join(hosts, ", ") + "]"
}
