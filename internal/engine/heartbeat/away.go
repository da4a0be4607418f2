package heartbeat

import "time"

// Away is a time in which no one listened.
type Away struct{ From, Until time.Time }

// short is how long prentice may be away without what was due being unknown: a job that
// tries its ping again for as long is heard. The time is added to the deadline.
const short = 2 * time.Minute

// credit is the end of a window with the time added in which no one listened, and whether
// that was too long for anyone to know what was sent.
func credit(from, end time.Time, aways []Away) (time.Time, bool) {
	var lost time.Duration
	for _, a := range aways {
		if a.From.Before(end) && a.Until.After(from) {
			lost += a.Until.Sub(later(a.From, from))
			end = later(end, a.Until)
		}
	}
	if lost > short {
		return end, true
	}
	return end.Add(lost), false
}
