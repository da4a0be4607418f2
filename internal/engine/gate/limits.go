package gate

import (
	"time"
)

// Limits bound all runs together, in layers. The zero Limits let nothing run.
type Limits struct {
	PerHour   map[string]int // runs that begin to act, by layer
	AtOnce    map[string]int // runs that act, by layer
	Unhealthy map[string]int // per cent, by layer; a layer that is not there has the procedure's own

	Useless int           // fixes in a row that may fail to help one subject
	InARow  int           // failures of a procedure in a row
	Blocked time.Duration // for how long, then; doubled with each further failure
	BackOff time.Duration // after a useless run, before the same is tried again; doubled too
	Fixed   int           // times that a service may be fixed without a person
	Within  time.Duration // this time
}

// The layers.
const (
	Installation = "installation"
	System       = "system"
	Service      = "service"
	Procedure    = "procedure"
	Target       = "target"
)

// longest is how long a doubled time gets at most.
const longest = 24 * time.Hour

// Default are those of a team that has written none.
func Default() Limits {
	return Limits{
		PerHour:   map[string]int{Installation: 60, Procedure: 20, Service: 10, Target: 10},
		AtOnce:    map[string]int{Installation: 10, System: 3, Service: 1},
		Unhealthy: map[string]int{},
		Useless:   2, InARow: 3, Blocked: time.Hour, BackOff: time.Minute, Fixed: 3, Within: time.Hour,
	}
}

// doubled is a time that doubles with each time beyond the first, up to the
// longest.
func doubled(d time.Duration, times int) time.Duration {
	for range max(0, times-1) {
		if d *= 2; d >= longest {
			return longest
		}
	}
	return min(d, longest)
}
