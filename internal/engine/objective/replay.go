package objective

import "time"

// Minute is what was counted in one minute, which is counted from 1970.
type Minute struct {
	At int64
	Counts
}

// MinuteOf is the minute that a time falls into.
func MinuteOf(t time.Time) int64 { return t.Unix() / 60 }

// StartOf is when a minute begins.
func StartOf(minute int64) time.Time { return time.Unix(minute*60, 0).UTC() }

// Fired is one time that a rule fires, or would have.
type Fired struct {
	Rule     string    `json:"rule"`
	Severity Severity  `json:"severity"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to,omitzero"` // zero: it still does at the end
}

// Replay says when rules would have fired on minutes, in their order. The clock goes from the first
// to the last, and each minute is judged at its end.
func Replay(t Target, rules []Rule, minutes []Minute) []Fired { return replay(t, rules, minutes, true) }

// ReplayPlain is Replay without the guard against chance, as the workbook has it: for comparison.
func ReplayPlain(t Target, rules []Rule, minutes []Minute) []Fired {
	return replay(t, rules, minutes, false)
}

func replay(t Target, rules []Rule, minutes []Minute, guard bool) (fired []Fired) {
	if len(minutes) == 0 {
		return nil
	}
	first, last := minutes[0].At, minutes[len(minutes)-1].At
	for _, r := range rules {
		var state State
		var long, short window
		w := Windows{First: StartOf(first)}
		open := -1
		for at, next := first, 0; at <= last; at++ {
			if next < len(minutes) && minutes[next].At == at {
				long.add(minutes[next].Counts)
				short.add(minutes[next].Counts)
				next++
			}
			w.Long, w.Short = long.since(minutes, at-int64(r.Long/time.Minute)), short.since(minutes, at-int64(r.Short/time.Minute))
			now := StartOf(at + 1)
			var turn Turn
			switch state, turn = r.judge(now, t, w, state, guard); turn {
			case Fires:
				open, fired = len(fired), append(fired, Fired{Rule: r.Name, Severity: r.Severity, From: now})
			case Ends:
				fired[open].To = now
			}
		}
	}
	return fired
}

// window is a sum over the newest minutes.
type window struct {
	sum  Counts
	tail int // the first minute in it
}

func (w *window) add(c Counts) { w.sum = w.sum.Plus(c) }

// since is the sum without the minutes up to one, that one included.
func (w *window) since(minutes []Minute, out int64) Counts {
	for w.tail < len(minutes) && minutes[w.tail].At <= out {
		w.sum = w.sum.Minus(minutes[w.tail].Counts)
		w.tail++
	}
	return w.sum
}

// Spread makes minutes of what was counted in a longer span. Its looks are shared out evenly, and the
// bad ones are taken to have come one after another at its beginning: no order is worse for an alert.
func Spread(at, minutes int64, c Counts) []Minute {
	if minutes < 1 || c.All() == 0 {
		return nil
	}
	list := make([]Minute, minutes)
	all, given := c.All(), int64(0)
	for i := range list {
		share := all*int64(i+1)/minutes - given
		given += share
		m := Minute{At: at + int64(i)}
		m.Bad = min(share, c.Bad)
		m.Unknown = min(share-m.Bad, c.Unknown)
		m.Good = share - m.Bad - m.Unknown
		c = c.Minus(m.Counts)
		list[i] = m
	}
	return list
}
