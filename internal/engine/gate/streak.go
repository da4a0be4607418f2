package gate

import (
	"time"

	"prentice"
)

// StreakNames are what the streaks of a procedure and a subject are kept under.
func StreakNames(procedure string, subject prentice.Ref) map[prentice.HoldCode]string {
	return map[prentice.HoldCode]string{
		prentice.HoldUseless:  string(subject),
		prentice.HoldFailures: procedure,
		prentice.HoldBackOff:  procedure + "@" + string(subject),
	}
}

// Outcome is what the end of a run does to streaks: which it makes longer, which it
// ends, and whether it fixed its subject without a person.
type Outcome struct {
	Longer, Over map[prentice.HoldCode]string
	Fixed        bool
}

// OutcomeOf counts an ended run among those that did or did not help. Only what is
// known to have helped ends the row of those that did not: one that a person
// stopped, or that no one can judge, says nothing. A failure before anything was
// begun is a failure of the procedure, and no useless fix.
func OutcomeOf(run prentice.Run, acted bool) (out Outcome) {
	out.Fixed = acted && run.State == prentice.Verified && run.Requester.Kind() != string(prentice.Person) && run.Subject != ""
	names := StreakNames(run.Procedure, run.Subject)
	if run.Subject == "" || !acted || run.State == prentice.Unverified {
		// Nothing that anyone could look at, or nothing was tried, or it did what it
		// should, whether or not that helped.
		delete(names, prentice.HoldUseless)
	}
	switch {
	case run.State.Harmful():
		out.Longer = names
	case run.State == prentice.Verified, run.State == prentice.Unverified:
		out.Over = names
	}
	return out
}

// StreakEnds is until when a streak holds; zero when it does not yet, or when no
// time alone ends it.
func StreakEnds(l Limits, code prentice.HoldCode, times int, ended time.Time) time.Time {
	switch {
	case code == prentice.HoldFailures && times >= l.InARow:
		return ended.Add(doubled(l.Blocked, times-l.InARow+1))
	case code == prentice.HoldBackOff:
		return ended.Add(doubled(l.BackOff, times))
	}
	return time.Time{}
}
