package prentice

// LastRounds is what is known last of each step on each target. A check that was
// made again before the run acted is about the same target and counts once. What
// is about no target is kept as it is: each round of it is another batch, or
// another answer.
func LastRounds(records []StepRecord) []StepRecord {
	type at struct {
		step   string
		target Ref
	}
	last := map[at]int{}
	for _, r := range records {
		last[at{r.Step, r.Target}] = max(r.Round, last[at{r.Step, r.Target}])
	}
	var list []StepRecord
	for _, r := range records {
		if r.Target == "" || r.Round == last[at{r.Step, r.Target}] {
			list = append(list, r)
		}
	}
	return list
}
