package rollout

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// TakesAtLeast is how long all that a plan waits for on purpose takes, if all
// goes well.
func TakesAtLeast(plan prentice.Plan) time.Duration {
	p := Of(plan)
	whole := settles(p.in(prentice.Verify))
	if !p.PerBatch() {
		return whole
	}
	batches, each := len(p.Batches()), p.Verify()
	total := time.Duration(batches)*settles(each) + time.Duration(max(0, batches-1))*settles(p.Between())
	if len(each) < len(p.in(prentice.Verify)) {
		total += whole - settles(each)
	}
	return total
}

// Says tells in a line how a plan goes over its targets, and how long it waits
// on purpose; "" when it has nothing to say.
func Says(plan prentice.Plan) string {
	p := Of(plan)
	switch {
	case p.Limits.Verify == prentice.VerifyAtEnd:
		return "all " + strings.TrimPrefix(prentice.CountTargets(2, p.first()), "2 ") + " act, then verify" + forSpan(settles(p.in(prentice.Verify)))
	case !p.PerBatch():
		return ""
	}
	parts := p.lines()
	if between := p.Between(); len(between) > 0 {
		parts = append(parts, "before each batch after the first: "+idsOf(between))
	}
	if total := TakesAtLeast(plan); total > 0 {
		parts = append(parts, "at least "+span.String(total)+" in all")
	}
	return strings.Join(parts, "; ")
}

// lines tells of each batch, and of several of the same size at once.
func (p Part) lines() []string {
	var lines []string
	batches := p.Batches()
	for i := 0; i < len(batches); {
		to, size := i, len(batches[i].Targets)
		for to+1 < len(batches) && len(batches[to+1].Targets) == size && batches[to+1].Name == "" && batches[i].Name == "" {
			to++
		}
		line := fmt.Sprintf("batch %d: %s", i+1, p.told(batches[i]))
		if to > i {
			line = fmt.Sprintf("batches %d to %d: %s each", i+1, to+1, p.told(batches[i]))
		}
		if i == 0 {
			line += ", then verify" + forSpan(settles(p.Verify()))
		}
		lines, i = append(lines, line), to+1
	}
	return lines
}

// told is how many targets a batch has, and of which group; of a group whose targets are
// few their names, because it was chosen which they are.
func (p Part) told(b Batch) string {
	count := prentice.CountTargets(len(b.Targets), p.first())
	if b.Name == "" {
		return count
	}
	const few = 3
	if len(b.Targets) > few {
		return b.Name + ", " + count
	}
	names := make([]string, len(b.Targets))
	for i, t := range b.Targets {
		names[i] = t.Ref.Name()
	}
	return b.Name + ", " + count + " (" + strings.Join(names, ", ") + ")"
}

// first is the first target, which says of what sort they are.
func (p Part) first() prentice.Ref {
	if len(p.Targets) == 0 {
		return ""
	}
	return p.Targets[0].Ref
}

func idsOf(steps []prentice.PlannedStep) string {
	ids := make([]string, len(steps))
	for i, s := range steps {
		ids[i] = s.ID
	}
	return strings.Join(ids, ", ")
}

func forSpan(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return " for " + span.String(d)
}
