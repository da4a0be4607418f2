package availability

import (
	"fmt"
	"net"
	"strings"
	"time"

	"prentice"
)

// When this many services on this many machines fail for the first time within
// one interval, and nothing far away has answered meanwhile, the likelier cause
// is the network of the one who looks.
const (
	cutServices = 3
	cutMachines = 2
)

// cutoff watches over the network of the one who looks. What fails for the first
// time is a suspect until something far away answers or the interval is over.
type cutoff struct {
	suspects map[string]suspect // by service
	since    time.Time          // cut off since; zero when not
}

type suspect struct {
	at      time.Time
	machine string
}

// weigh looks at one observation and gives it back as it counts: a failure while
// everything is cut off is a look that could not be made. fresh says that the
// probe had passed before. began says that this look was the one that told.
//
// The first two failures count as failures: nothing sets them apart yet.
func (c *cutoff) weigh(now time.Time, service string, p prentice.Probe, fresh bool, seen prentice.Observation) (counts prentice.Observation, began bool) {
	machine := farMachine(p)
	switch {
	case machine == "" || !seen.OK() && !seen.Failed():
		return seen, false
	case seen.OK():
		c.suspects, c.since = nil, time.Time{}
		return seen, false
	case c.since.IsZero() && fresh:
		began = c.suspect(now, service, machine, p.Interval)
	}
	if c.since.IsZero() {
		return seen, false
	}
	seen.Truth = prentice.NotSeen
	seen.Says = fmt.Sprintf("the prober may be cut off: since %s UTC nothing far away has answered; the last check: %s", c.since.UTC().Format(time.TimeOnly), seen.Says)
	return seen, began
}

// suspect notes a first failure and says whether that makes enough of them.
func (c *cutoff) suspect(now time.Time, service, machine string, within time.Duration) bool {
	if c.suspects == nil {
		c.suspects = map[string]suspect{}
	}
	c.suspects[service] = suspect{now, machine}
	machines := map[string]bool{}
	services := 0
	for name, s := range c.suspects {
		if now.Sub(s.at) > within {
			delete(c.suspects, name)
			continue
		}
		services++
		machines[s.machine] = true
	}
	if services < cutServices || len(machines) < cutMachines {
		return false
	}
	c.since = now
	return true
}

// farMachine is the machine that a probe asks, or "" when it is this one or
// no one can tell.
func farMachine(p prentice.Probe) string {
	host := strings.ToLower(strings.TrimSuffix(p.Machine, "."))
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		return ""
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return ""
	}
	return host
}
