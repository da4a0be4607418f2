package run

import (
	"time"

	"prentice"
)

// Filter chooses runs. Zero fields choose all. Before is a cursor: only runs
// with a smaller number. Limit 0 is 50; at most 500.
type Filter struct {
	State     prentice.State
	Open      bool // only those that have not ended
	Moving    bool // only those that have not ended and do not wait for people
	Over      bool // only those that have ended
	Procedure string
	Subject   prentice.Ref
	Incident  prentice.Ref
	Host      prentice.Ref // only those that act on it; Find alone looks at it
	Text      string       // only those that have all of these words, or parts of them; Find alone looks at it
	Since     time.Time    // only those that were asked for then or later
	Until     time.Time    // only those that were asked for before
	Before    int64
	Limit     int
}

// Page is a part of a list of runs, newest first. Next is the cursor of the
// rest, or 0 when there is none. A page may be short, or empty, and have a rest:
// what costs much to look for is looked for in a part of the runs at a time, down
// to the number Down.
type Page struct {
	Runs []prentice.Run
	Next int64
	Down int64
}
