package rollout

import "prentice"

// Batch is a batch as it is planned.
type Batch struct {
	Name    string // of its group; "" is none
	Targets []prentice.Target
}

// Next is how many of the targets that are left may be in the next batch, and the name of
// its group, after so many came out well and so many failed; 0 when no other may begin. Without
// groups it begins with one, the canary, and grows by what came out well, up to parallel. A group is a
// batch, however many it has. All of a batch may fail, so it is never larger than what may still fail.
func (p Part) Next(left []prentice.Ref, good, bad int) (size int, name string) {
	if len(left) == 0 || bad > 0 && (good == 0 || p.Limits.MaxFailures == 0) {
		return 0, ""
	}
	if len(p.Groups) == 0 {
		size = min(1+good, max(1, p.Limits.Parallel), len(left))
	} else {
		size, name = p.together(left)
	}
	if p.Limits.MaxFailures > 0 {
		size = min(size, p.Limits.MaxFailures-bad)
	}
	return max(0, size), name
}

// together is how many of the first that are left are in one group.
func (p Part) together(left []prentice.Ref) (size int, name string) {
	at := p.group[left[0]]
	for size < len(left) && p.group[left[size]] == at {
		size++
	}
	return size, p.Groups[at].Name
}

// Batches are the plan's batches if all goes well; none when it does not verify by
// batches.
func (p Part) Batches() []Batch {
	if !p.PerBatch() {
		return nil
	}
	left := make([]prentice.Ref, len(p.Targets))
	for i, t := range p.Targets {
		left[i] = t.Ref
	}
	var list []Batch
	for good := 0; good < len(p.Targets); {
		size, name := p.Next(left[good:], good, 0)
		list, good = append(list, Batch{name, p.Targets[good : good+size]}), good+size
	}
	return list
}
