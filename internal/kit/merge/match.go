package merge

// most is how many pairs of lines are compared. Texts that differ in more have
// nothing in common there, so that a conflict takes a bounded time.
const most = 16 << 20

// matches says of each line of a which line of b it is, or -1: the longest row of
// lines that both have in the same order.
func matches(a, b []string) []int {
	in := make([]int, len(a))
	for i := range in {
		in[i] = -1
	}
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		in[start] = start
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
		in[endA] = endB
	}
	middle(a[start:endA], b[start:endB], func(i, j int) { in[start+i] = start + j })
	return in
}

// middle finds that row where the texts begin and end differently.
func middle(a, b []string, found func(i, j int)) {
	if len(a)*len(b) > most {
		return
	}
	longest := make([][]int32, len(a)+1) // of what is behind i and j
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			found(i, j)
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
}
