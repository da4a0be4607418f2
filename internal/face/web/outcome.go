package web

import (
	"slices"

	"prentice"
)

// outcome is how many runs came to one state.
type outcome struct {
	State prentice.State
	Count int
}

// outcomes is how runs stand, most of them first: the record of what they acted on.
func outcomes(runs []prentice.Run) (list []outcome) {
	for _, r := range runs {
		i := slices.IndexFunc(list, func(o outcome) bool { return o.State == r.State })
		if i < 0 {
			i, list = len(list), append(list, outcome{State: r.State})
		}
		list[i].Count++
	}
	slices.SortStableFunc(list, func(a, b outcome) int { return b.Count - a.Count })
	return list
}

func firstRuns(n int, runs []prentice.Run) []prentice.Run { return runs[:min(n, len(runs))] }
