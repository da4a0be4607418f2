package gate

import (
	"time"

	"prentice"
)

// Facts are all that decides whether a plan may begin.
type Facts struct {
	Now       time.Time
	Limits    Limits
	Plan      prentice.Plan
	Alone     bool // no person asked
	Stopped   bool
	Why       string    // it is stopped
	Unmanaged string    // why the subject or a target is no business of ours, or ""
	Frozen    string    // by the calendar
	Thaws     time.Time // when to ask the calendar again; zero when no one knows
	Cooldowns []Cooldown
	Health    []Health
	Streaks   map[prentice.HoldCode]Streak
	Flaps     string // what the watch says of a subject that goes up and down, or ""
	Fixed     []time.Time
	Hour      Hour
}

// Health is how many other services of a layer are unhealthy, of how many known.
type Health struct {
	Layer, Name               string
	Unhealthy, Known, Allowed int // Allowed is per cent
}

// Streak is how often in a row something did not help.
type Streak struct {
	Name  string
	Times int
	Until time.Time
	Run   int64 // the last of them
}

// Cooldown is a target that a run of the same procedure touched too recently.
type Cooldown struct {
	Target prentice.Ref
	Until  time.Time
	Run    int64
}

// Allowed is how much of a layer may be unhealthy, in per cent: what the procedure
// says, or less.
func (l Limits) Allowed(layer string, plan prentice.Plan) int {
	if n, found := l.Unhealthy[layer]; found {
		return min(n, plan.Limits.MaxUnhealthy)
	}
	return plan.Limits.MaxUnhealthy
}
