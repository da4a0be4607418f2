package supervision

import (
	"time"

	"prentice"
)

// How much of what ended the overview tells: at most so many rows, of so many runs.
const (
	recentShown = 10
	recentRead  = 100
)

// Recent is a run that has ended, and those before it that ended alike: the same
// procedure on the same thing, in the same state.
type Recent struct {
	prentice.Run
	Times int       `json:"times"`          // how often, this one included
	First time.Time `json:"first,omitzero"` // when the first of them ended, of several
}

// folded puts runs that ended alike into one row each, newest first. A row
// stands where its newest run does.
func folded(runs []prentice.Run, most int) []Recent {
	type alike struct {
		procedure, about, command string
		state                     prentice.State
	}
	rows, at := []Recent{}, map[alike]int{}
	for _, r := range runs {
		key := alike{r.Procedure, r.About(), r.Command, r.State}
		i, known := at[key]
		switch {
		case known:
			rows[i].Times++
			rows[i].First = r.Ended
		case len(rows) < most:
			at[key] = len(rows)
			rows = append(rows, Recent{Run: r, Times: 1})
		}
	}
	return rows
}
