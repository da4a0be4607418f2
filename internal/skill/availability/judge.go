package availability

import (
	"fmt"
	"time"

	"prentice"
)

// Word is what is judged of a probe or of a service.
type Word string

// The words. The zero Word is read as Unknown.
const (
	Well     Word = "well"
	Down     Word = "down"
	Flapping Word = "flapping"
	Unknown  Word = "unknown"
)

// Sign is the word's shape, the same in the terminal and on the pages.
func (w Word) Sign() string {
	switch w {
	case Well:
		return "●"
	case Down:
		return "■"
	default:
		return "◇"
	}
}

// Flapping begins when the judgement has changed this often within the span, and
// ends when looks have come out the same for as long as calm.
const (
	flapChanges = 5
	flapSpan    = 10 * time.Minute
	calm        = 5 * time.Minute
)

// State is all that is known of one probe. Its zero value knows nothing.
type State struct {
	Word   Word      `json:"word"`
	Since  time.Time `json:"since,omitzero"`
	Reason string    `json:"reason"`

	Fails  int `json:"fails"`  // consecutive looks that failed
	Passes int `json:"passes"` // consecutive looks that passed
	Unseen int `json:"unseen"` // consecutive looks that could not be made

	LastOK      time.Time `json:"last_ok,omitzero"`
	FirstFailed time.Time `json:"first_failed,omitzero"` // of the episode; zero when there is none
	Failures    int       `json:"failures"`              // in the episode
	WasDown     bool      `json:"was_down,omitempty"`    // in the episode
	Told        int       `json:"told"`                  // the most consecutive failures that were signalled in the episode

	Flips   []time.Time `json:"flips,omitempty"`     // when the judgement changed between well and down, within flapSpan
	Turned  time.Time   `json:"turned,omitzero"`     // when a look last came out otherwise than the one before
	Settled Word        `json:"settled,omitempty"`   // the last judgement of well or down
	Last    []Seen      `json:"last_seen,omitempty"` // the last few looks, newest last
}

// Seen is an observation as it is kept and shown.
type Seen struct {
	Time    time.Time      `json:"time"`
	Truth   prentice.Truth `json:"truth"`
	Latency time.Duration  `json:"latency"`
	Says    string         `json:"says"`

	Phases   prentice.Phases `json:"phases,omitzero"`
	Degraded bool            `json:"degraded,omitempty"`
	Ends     time.Time       `json:"ends,omitzero"` // when what was seen ends by itself
}

// keptLooks is how many looks are kept word for word.
const keptLooks = 8

// Rules are the thresholds of a probe, and how long a look counts.
type Rules struct {
	FailAfter, PassAfter int
	Stale                time.Duration
}

// rulesOf are a probe's rules; a forgotten threshold is 1. After three intervals
// without a look no one knows any more.
func rulesOf(p prentice.Probe) Rules {
	return Rules{max(1, p.FailAfter), max(1, p.PassAfter), 3*p.Interval + max(p.Timeout, 5*time.Second)}
}

// At is the state as it can be believed at a time: what was last seen too long
// ago is not known now.
func (s State) At(now time.Time, r Rules) State {
	switch {
	case len(s.Last) == 0 && s.Reason == unreadable:
		s.Word = Unknown
	case len(s.Last) == 0:
		s.Word, s.Reason = Unknown, "not checked yet"
	case now.Sub(s.looked()) > r.Stale:
		s = s.become(Unknown, s.looked(), fmt.Sprintf("not checked since %s UTC", s.looked().UTC().Format(time.DateTime)))
	}
	return s
}

// passing says whether a failure would be the first after passes.
func (s State) passing() bool { return s.Fails == 0 && s.Passes > 0 }

// looked is when the last look began.
func (s State) looked() time.Time {
	if len(s.Last) == 0 {
		return time.Time{}
	}
	return s.Last[len(s.Last)-1].Time
}

// Signal is something that the rest of prentice should hear of.
type Signal struct {
	Type        string // probe.failed, probe.passed or probe.flapping
	Consecutive int
	Down        bool // only of probe.failed: it counts as down
	Says        string
	FirstFailed time.Time
	LastOK      time.Time
	DownFor     time.Duration // only of probe.passed: since the first failure
	WasDown     bool          // only of probe.passed: it had counted as down
	Changes     int           // only of probe.flapping
}

// Judge works out what one more look means. It changes nothing but the state
// that it returns; now is when the look ended.
//
// While a probe is flapping nothing is signalled. When it has been calm, what is
// then true is signalled once.
func Judge(now time.Time, r Rules, s State, seen prentice.Observation) (State, []Signal) {
	if len(s.Last) > 0 {
		s = s.At(now, r) // a judgement does not outlive a time in which no one looked; the counts do
	}
	s.Last = remember(s.Last, seen)
	if !seen.OK() && !seen.Failed() {
		return unseen(now, r, s, seen), nil
	}
	s.Unseen = 0
	s.Flips = within(now, s.Flips)
	if seen.OK() {
		s = passed(now, r, s)
	} else {
		s = failed(now, s)
	}
	if s.Word == Flapping {
		return calmed(now, r, s, seen)
	}
	s = settle(now, r, s, seen)
	if len(s.Flips) >= flapChanges || unsettled(r, s) {
		return flap(now, s)
	}
	return signal(now, r, s, seen)
}

// unseen is a look that could not be made. It says nothing, so it changes
// nothing; but when there are too many in a row, no one knows any more.
func unseen(now time.Time, r Rules, s State, seen prentice.Observation) State {
	s.Unseen++
	if s.Unseen >= r.FailAfter || s.Word == "" || s.Word == Unknown {
		s = s.become(Unknown, now, seen.Says)
	}
	return s
}

func passed(now time.Time, r Rules, s State) State {
	if s.Fails > 0 {
		s.Turned = now
	}
	s.Fails, s.Passes, s.LastOK = 0, s.Passes+1, now
	return s
}

func failed(now time.Time, s State) State {
	if s.Passes > 0 {
		s.Turned = now
	}
	if s.FirstFailed.IsZero() {
		s.FirstFailed = now
	}
	s.Passes, s.Fails, s.Failures = 0, s.Fails+1, s.Failures+1
	return s
}

// settle holds the counts against the thresholds.
func settle(now time.Time, r Rules, s State, seen prentice.Observation) State {
	switch {
	case s.Fails >= r.FailAfter:
		s.WasDown = true
		s = s.flipTo(Down, now)
		return s.become(Down, now, seen.Says)
	case s.Passes >= r.PassAfter:
		if s.Told > 0 && !s.WasDown { // a short episode that was told is a change too
			s.Flips = append(s.Flips[:len(s.Flips):len(s.Flips)], now)
		}
		s = s.flipTo(Well, now)
		return s.become(Well, now, seen.Says)
	case s.Word == "" || s.Word == Unknown:
		return s.become(Unknown, now, fmt.Sprintf("too few checks yet: %d of %d passed, %d of %d failed in a row", s.Passes, r.PassAfter, s.Fails, r.FailAfter))
	case s.Word == Well && s.Fails > 0:
		s.Reason = fmt.Sprintf("%d of %d failures in a row until it counts as down: %s", s.Fails, r.FailAfter, seen.Says)
	case s.Word == Down && s.Passes > 0:
		s.Reason = fmt.Sprintf("%d of %d passes in a row until it counts as healthy: %s", s.Passes, r.PassAfter, seen.Says)
	}
	return s
}

// unsettled says whether a probe fails again and again without either passing or
// failing often enough in a row to be judged.
func unsettled(r Rules, s State) bool {
	return s.Failures >= 2*r.FailAfter && s.Fails < r.FailAfter && s.Passes < r.PassAfter && s.Word != Down
}

// flap begins the time in which nothing is signalled, with one signal.
func flap(now time.Time, s State) (State, []Signal) {
	changes := len(s.Flips)
	why := fmt.Sprintf("it changed between healthy and down %d times within %s", changes, flapSpan)
	if changes < flapChanges {
		why = fmt.Sprintf("%d checks failed since %s, and never enough of them passed in a row", s.Failures, s.FirstFailed.UTC().Format("15:04:05Z"))
	}
	s = s.become(Flapping, now, why)
	return s, []Signal{{Type: "probe.flapping", Consecutive: s.Fails, Says: why, FirstFailed: s.FirstFailed, LastOK: s.LastOK, Changes: changes}}
}

// calmed ends flapping when looks have come out the same for long enough, and
// enough of them to be judged.
func calmed(now time.Time, r Rules, s State, seen prentice.Observation) (State, []Signal) {
	if now.Sub(s.Turned) < calm || s.Fails < r.FailAfter && s.Passes < r.PassAfter {
		return s, nil
	}
	s.Flips = nil
	if s.Passes > 0 {
		s.Settled = Well
		s = s.become(Well, now, seen.Says)
		s.Told = max(s.Told, 1) // it was told that it flaps, so it is told that it is well
		return signal(now, r, s, seen)
	}
	s.Settled, s.WasDown, s.Told = Down, true, s.Fails
	s = s.become(Down, now, seen.Says)
	return s, []Signal{s.failure(seen)}
}

// signal tells each failure up to the threshold, and then at doublings; and that
// the episode is over, if it had been told.
func signal(now time.Time, r Rules, s State, seen prentice.Observation) (State, []Signal) {
	switch {
	case s.Fails > s.Told && Tells(r, s.Fails):
		s.Told = s.Fails
		return s, []Signal{s.failure(seen)}
	case s.Word == Well && s.Passes >= r.PassAfter && s.Told > 0:
		over := Signal{Type: "probe.passed", Says: seen.Says, FirstFailed: s.FirstFailed, LastOK: s.LastOK, WasDown: s.WasDown}
		if !s.FirstFailed.IsZero() {
			over.DownFor = max(0, now.Sub(s.FirstFailed))
		}
		s.FirstFailed, s.Failures, s.WasDown, s.Told = time.Time{}, 0, false, 0
		return s, []Signal{over}
	}
	return s, nil
}

// Tells says whether the n-th failure in a row is worth a signal: the first ones
// up to the threshold, and then when their number has doubled.
func Tells(r Rules, n int) bool {
	if n <= r.FailAfter {
		return n > 0
	}
	for at := 2 * r.FailAfter; at <= n; at *= 2 {
		if at == n {
			return true
		}
	}
	return false
}

func (s State) failure(seen prentice.Observation) Signal {
	return Signal{Type: "probe.failed", Consecutive: s.Fails, Down: s.Word == Down, Says: seen.Says, FirstFailed: s.FirstFailed, LastOK: s.LastOK}
}

// become is the state under another word. Since is when the word was first true.
func (s State) become(w Word, now time.Time, reason string) State {
	if s.Word != w {
		s.Word, s.Since = w, now
	}
	s.Reason = reason
	return s
}

// flipTo notes that the judgement changed between well and down, or back.
func (s State) flipTo(w Word, now time.Time) State {
	if s.Settled != "" && s.Settled != w {
		s.Flips = append(s.Flips[:len(s.Flips):len(s.Flips)], now)
	}
	s.Settled = w
	return s
}

// within keeps the times that still count. One from the future, which a clock
// that was set back leaves, does not.
func within(now time.Time, times []time.Time) []time.Time {
	var kept []time.Time
	for _, t := range times {
		if age := now.Sub(t); age >= 0 && age < flapSpan {
			kept = append(kept, t)
		}
	}
	return kept
}

func remember(last []Seen, o prentice.Observation) []Seen {
	kept := make([]Seen, 0, keptLooks)
	kept = append(kept, last[max(0, len(last)-keptLooks+1):]...)
	truth := o.Truth
	if truth == "" {
		truth = prentice.NotSeen
	}
	return append(kept, Seen{Time: o.Time, Truth: truth, Latency: o.Latency, Says: o.Says, Phases: o.Phases, Degraded: o.Degraded && o.OK(), Ends: o.Ends})
}
