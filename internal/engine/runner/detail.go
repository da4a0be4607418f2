package runner

import (
	"sync"
	"time"

	"prentice"
)

// detail is a run with what its stages need beside what people see.
type detail struct {
	prentice.RunDetail
	request prentice.RunRequest
	attempt int64
	cancel  string // who wants it stopped and why, or ""
	owner   string // the process that performs it, as Peers names them

	mu      sync.Mutex       // guards Steps while targets run side by side
	origins map[entry]origin // of the steps that were read
}

// origin is the process that meant to do a step: its session, and where it was.
type origin struct {
	session int
	place   string
}

// entry names a line of a run's journal.
type entry struct {
	step   string
	target prentice.Ref
	round  int
}

func entryOf(s prentice.StepRecord) entry { return entry{s.Step, s.Target, s.Round} }

// past finds what the journal holds of a step, and the process that meant to
// do it.
func (d *detail) past(step string, target prentice.Ref, round int) (prentice.StepRecord, origin, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := entry{step, target, round}
	for _, s := range d.Steps {
		if entryOf(s) == wanted {
			return s, d.origins[wanted], true
		}
	}
	return prentice.StepRecord{}, origin{}, false
}

// note adds a proof to what is known here.
func (d *detail) note(rec prentice.StepRecord) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range d.Steps {
		if entryOf(s) == entryOf(rec) {
			d.Steps[i] = rec
			return
		}
	}
	d.Steps = append(d.Steps, rec)
}

// meant is the record of a step that is about to be performed; one that was
// meant before keeps when it was first meant.
func (d *detail) meant(step prentice.PlannedStep, target prentice.Target, round int, now time.Time) prentice.StepRecord {
	rec, _, found := d.past(step.ID, target.Ref, round)
	if found {
		rec.Attempts++
		return rec
	}
	return prentice.StepRecord{Run: d.Number, Step: step.ID, Section: step.Section, Kind: step.Kind, Target: target.Ref, Round: round,
		State: prentice.Intended, Attempts: 1, Started: now}
}

// held is the human step that the run waits for.
func (d *detail) held() (prentice.StepRecord, bool) {
	for _, s := range d.Steps {
		if s.Step == d.Waits && s.State == prentice.Held {
			return s, true
		}
	}
	return prentice.StepRecord{}, false
}
