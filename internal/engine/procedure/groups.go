package procedure

import (
	"slices"

	"prentice"
)

// canaryName is the group of the canary.
const canaryName = "canary"

// groupsOf puts sorted targets into groups. Where only a value says what belongs together,
// the first target is a canary by itself: a whole zone is not the first to see what is wrong.
func groupsOf(list []arranged, p prentice.Procedure) []prentice.Group {
	how := p.Rollout
	if !how.Chooses() || len(list) < 2 {
		return nil
	}
	first := canaries(list)
	if first == 0 && len(how.Batches) == 0 {
		first = 1
	}
	var groups []prentice.Group
	if first > 0 {
		groups = append(groups, prentice.Group{Name: canaryName, Targets: first})
	}
	rest := list[first:]
	switch {
	case how.By != "":
		return append(groups, byValue(rest)...)
	case len(how.Batches) > 0:
		return append(groups, bySize(rest, how.Batches, len(list))...)
	}
	return append(groups, growing(len(rest), first, p.Limits.Parallel)...)
}

// byValue is a group for each value.
func byValue(rest []arranged) (groups []prentice.Group) {
	for len(rest) > 0 {
		n := slices.IndexFunc(rest, func(a arranged) bool { return a.by != rest[0].by })
		if n < 0 {
			n = len(rest)
		}
		name, _ := scalar(rest[0].by) // the compiler has seen that it is a single one
		groups, rest = append(groups, prentice.Group{Name: name, Targets: n}), rest[n:]
	}
	return groups
}

// bySize is groups of the sizes that are written, the last of which goes for all that follow.
func bySize(rest []arranged, sizes []string, all int) (groups []prentice.Group) {
	for i, left := 0, len(rest); left > 0; i++ {
		n := min(left, sizeOf(sizes[min(i, len(sizes)-1)], all))
		groups, left = append(groups, prentice.Group{Targets: n}), left-n
	}
	return groups
}

// growing is groups as batches grow without any: by what came out well, up to parallel.
func growing(left, good, parallel int) (groups []prentice.Group) {
	for left > 0 {
		n := min(1+good, max(1, parallel), left)
		groups, left, good = append(groups, prentice.Group{Targets: n}), left-n, good+n
	}
	return groups
}
