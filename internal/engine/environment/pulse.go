package environment

import "time"

// The defaults of the Compose Specification.
const (
	usualInterval = 30 * time.Second
	usualTimeout  = 30 * time.Second
	usualRetries  = 3
	soonInterval  = time.Second // until it was healthy first, where nothing is said
)

// Pulse is what the health checks of a service came to. The zero Pulse was never asked.
type Pulse struct {
	Well   bool
	Failed bool // so often, and for so long, that it is unhealthy
	Says   string

	asked time.Time // when it was last asked
	count int       // failures in a row that count
	last  time.Time // when one last counted
}

// Due is when it is to be asked next. A service that was not healthy yet is asked often, so
// that what waits for it begins as soon as it can.
func (p Pulse) Due(h Health) time.Time {
	if p.Well || p.Failed {
		return p.asked.Add(or(h.Interval, usualInterval))
	}
	soon := or(h.StartInterval, soonInterval)
	soon = min(soon, or(h.Interval, usualInterval))
	if p.asked.IsZero() {
		return time.Time{}
	}
	return p.asked.Add(soon)
}

// Beat takes what a check said. One that passes makes a service healthy at once; failures
// count only as often as the interval lets them, and not in the start period, so that asking
// often makes no service unhealthy sooner than compose would.
func (p Pulse) Beat(h Health, begun, now time.Time, passed bool, says string) Pulse {
	p.asked = now
	if passed {
		return Pulse{Well: true, asked: now}
	}
	p.Says = says
	if !p.Well && now.Sub(begun) < h.StartPeriod {
		return p
	}
	every := or(h.Interval, usualInterval)
	since := p.last
	if since.IsZero() && !p.Well {
		since = begun.Add(h.StartPeriod)
	}
	if !since.IsZero() && now.Sub(since) < every {
		return p
	}
	p.count++
	p.last = now
	retries := h.Retries
	if retries <= 0 {
		retries = usualRetries
	}
	if p.count >= retries {
		p.Well, p.Failed = false, true
	}
	return p
}

func or(d, usual time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return usual
}

// Argv is what a health check performs; nil is nothing.
func (h Health) Argv() []string {
	if len(h.Test) < 2 {
		return nil
	}
	switch h.Test[0] {
	case "CMD":
		return h.Test[1:]
	case "CMD-SHELL":
		return []string{"/bin/sh", "-c", h.Test[1]}
	}
	return nil
}

// Patience is how long a check may take.
func (h Health) Patience() time.Duration { return or(h.Timeout, usualTimeout) }
