package gate

import (
	"fmt"
	"strings"
	"time"

	"prentice"
)

// Overridable are the holds that an owner may end before their time.
func Overridable() []prentice.HoldCode {
	return []prentice.HoldCode{prentice.HoldCooldown, prentice.HoldBackOff, prentice.HoldFailures, prentice.HoldUseless, prentice.HoldFlapping, prentice.HoldOverLimit}
}

// KeptStreak is a streak of any name, as it is kept.
type KeptStreak struct {
	Streak
	Code   prentice.HoldCode
	Unread error // why it cannot be read
}

// KeptCooldown is a cool-down of any procedure.
type KeptCooldown struct {
	Cooldown
	Procedure string
}

// OftenFixed is how often a subject was fixed without a person, and since when.
type OftenFixed struct {
	Subject string
	Times   int
	First   time.Time
	Run     int64 // the last of them
}

// Kept are the facts that may hold more than one run.
type Kept struct {
	Streaks   []KeptStreak
	Cooldowns []KeptCooldown
	Fixed     []OftenFixed // since as long as Limits.Within
}

// InForce is what holds more than one run now: cool-downs, times to wait after
// failures, and what was fixed too often.
func InForce(l Limits, now time.Time, k Kept) []Block {
	list := []Block{}
	add := func(code prentice.HoldCode, name string, run int64, when time.Time, says string, args ...any) {
		way := "an owner overrides it with: " + overrideCommand(code, name)
		list = append(list, Block{Name: name, Run: run, HoldBack: holdUntil(when, way, code, says, args...)})
	}
	for _, s := range k.Streaks {
		if when, says := s.inForce(l, now); says != "" {
			add(s.Code, s.Name, s.Run, when, "%s", says)
		}
	}
	for _, c := range k.Cooldowns {
		add(prentice.HoldCooldown, string(c.Target), c.Run, c.Until, "%s was touched by %s", c.Target, c.Procedure)
	}
	for _, f := range k.Fixed {
		if f.Times >= l.Fixed {
			add(prentice.HoldFlapping, f.Subject, f.Run, f.First.Add(l.Within), "%s was fixed %d times within %s without a person", f.Subject, f.Times, brief(l.Within))
		}
	}
	return list
}

// inForce says how a streak holds now, or "".
func (s KeptStreak) inForce(l Limits, now time.Time) (when time.Time, says string) {
	switch {
	case s.Unread != nil:
		return time.Time{}, fmt.Sprintf("%s: %v", s.Name, s.Unread)
	case s.Code == prentice.HoldUseless && s.Times >= l.Useless:
		return time.Time{}, fmt.Sprintf("the last %d runs on %s did not help", s.Times, s.Name)
	case s.Code == prentice.HoldFailures && now.Before(s.Until):
		return s.Until, fmt.Sprintf("%s failed %d times in a row", s.Name, s.Times)
	case s.Code == prentice.HoldBackOff && now.Before(s.Until):
		what, on, _ := strings.Cut(s.Name, "@")
		return s.Until, fmt.Sprintf("%s did not help %s", what, on)
	}
	return time.Time{}, ""
}
