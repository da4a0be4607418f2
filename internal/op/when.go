package op

import "time"

// Times in text are in UTC, for everyone and wherever the reader is, and each says
// so: a sentence by At, a line of a stream by Clock, a column of a table by its head,
// with UTC in it, over cells by Cell. In JSON they are RFC 3339.

// Zoned is what the head of a column of times ends with.
const Zoned = " (UTC)"

// At is a moment in a sentence.
func At(t time.Time) string { return t.UTC().Format(time.DateTime + " UTC") }

// Clock is the time of day at the beginning of a line, or within a sentence about
// this hour.
func Clock(t time.Time) string { return t.UTC().Format("15:04:05Z") }

// Cell is a moment in a column whose head says that it is UTC. The zero time is an
// empty cell.
func Cell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}
