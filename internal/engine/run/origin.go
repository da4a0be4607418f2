package run

import (
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// KeyOf marks the processes of a step, for the reaper.
func KeyOf(run int64, step string, target prentice.Ref) string {
	return fmt.Sprintf("run/%d %s %s", run, step, target)
}

// StepKey is KeyOf for a line of the journal.
func StepKey(rec StepRecord) string { return KeyOf(rec.Run, rec.Step, rec.Target) }

// The ways in which a step was begun, as its intention says them.
const (
	LongAgo  = 0 // by a version whose steps ended with it here
	ByName   = 1 // by one whose steps went on, under the name of the step alone
	OnlyOnce = 2 // by one that tells each making of a step from all others
)

// Making tells the making of a step from others of the same name: a database that was
// restored gives the numbers of its runs again, and a step that may be repeated is made
// several times; again is how often it was made before.
func Making(created time.Time, round, lasting, again int) string {
	if lasting < OnlyOnce {
		return ""
	}
	once := fmt.Sprintf("%d/%d", db.Micros(created), round)
	if again > 0 {
		once += fmt.Sprintf("/%d", again)
	}
	return once
}
