package ledger

import (
	"time"

	"prentice"
)

// Filter chooses lines of the ledger. Zero fields choose all. Before
// and After are cursors: lines with a smaller or a greater number. The newest
// lines come first, except after After. Limit 0 is 50; at most 500.
type Filter struct {
	Ref    prentice.Ref
	Kind   string
	Step   string       // only what became of this step of a run; with Ref
	Target prentice.Ref // only what became of steps on it; with Ref
	Batch  int          // only what became of steps in this batch, from 1; with Ref
	Since  time.Time    // only what was written then or later
	Actor  prentice.Ref // only what they did
	Before int64
	After  int64
	Limit  int
}

// Range chooses what to export: the thread of Ref, or the lines from
// From to To. Without a Ref, From 0 is the first line and To 0 the last.
type Range struct {
	Ref  prentice.Ref
	From int64
	To   int64
}

// MaxThread is the largest number of lines that a thread shows; of a longer one
// it is the newest.
const MaxThread = 2000
