package objective

import "time"

// State is how a rule stands. Its zero value is one that never fired.
type State struct {
	Since time.Time `json:"since,omitzero"` // it fires since; zero is not at all
	Calm  time.Time `json:"calm,omitzero"`  // when it ended last
}

// Firing says whether it fires.
func (s State) Firing() bool { return !s.Since.IsZero() }

// Windows is what was counted in the windows of a rule that end now.
type Windows struct {
	Long, Short Counts
	First       time.Time // of all that is kept; zero is nothing
}

// Turn is what becomes of a rule at a moment.
type Turn int

// The turns.
const (
	Stays Turn = iota
	Fires
	Ends
)

// Judge says how a rule stands after a moment.
func (r Rule) Judge(now time.Time, t Target, w Windows, s State) (State, Turn) {
	return r.judge(now, t, w, s, true)
}

// judge is Judge, with or without the guard against chance; without is for comparison.
func (r Rule) judge(now time.Time, t Target, w Windows, s State, guard bool) (State, Turn) {
	long, short := t.Burn(w.Long) >= r.Threshold, t.Burn(w.Short) >= r.Threshold
	switch {
	case s.Firing() && !long && w.Long.Seen() > 0: // what is not seen is not well
		return State{Calm: now}, Ends
	case s.Firing(), !long, !short:
		return s, Stays
	case w.First.IsZero() || now.Sub(w.First) < r.Long:
		return s, Stays // not a whole window yet
	case now.Sub(s.Calm) < r.Short:
		return s, Stays // it ended just now: no to and fro
	case guard && !Unlikely(w.Long.Bad, float64(w.Long.Seen())*(1-t.Share())):
		return s, Stays
	}
	return State{Since: now, Calm: s.Calm}, Fires
}
