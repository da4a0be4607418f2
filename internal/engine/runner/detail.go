package runner

import (
	"sync"
	"time"

	"prentice"
)

// detail is a run with what its stages need beside what people see.
type detail struct {
	prentice.RunDetail
	request  prentice.RunRequest
	attempt  int64
	revision int64  // how often the run was written
	cancel   string // who wants it stopped and why, or ""
	owner    string // the process that performs it, as Peers names them
	voided   string // why its approval is void, as it is stored
	looked   looked // since it was loaded
	rolling  int    // the number of the batch that is under way, or 0; written only while no target is acted on

	mu      sync.Mutex    // guards Steps, at and tally while targets run side by side
	at      map[entry]int // where a line of the journal stands in Steps; made when it is first asked for
	tally   *prentice.TargetTally
	origins map[entry]origin // of the steps that were read
}

// origin is the process that meant to do a step: its session, where it was, and
// how it began steps: longAgo, byName or onlyOnce. Begun says that the step was heard
// to have begun where it is done; seal is Work's.
type origin struct {
	session int
	place   string
	lasting int
	seal    string
	begun   bool
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
	i, found := d.lines()[wanted]
	if !found {
		return prentice.StepRecord{}, origin{}, false
	}
	return d.Steps[i], d.origins[wanted], true
}

// lines says where each line of the journal stands. The lock is held.
func (d *detail) lines() map[entry]int {
	if d.at == nil {
		d.at = make(map[entry]int, len(d.Steps))
		for i, s := range d.Steps {
			d.at[entryOf(s)] = i
		}
	}
	return d.at
}

// note adds a proof to what is known here.
func (d *detail) note(rec prentice.StepRecord) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tally != nil {
		d.count(rec)
	}
	if i, found := d.lines()[entryOf(rec)]; found {
		d.Steps[i] = rec
		return
	}
	d.at[entryOf(rec)] = len(d.Steps)
	d.Steps = append(d.Steps, rec)
}

// moment is what is told of a step on a target. Where there are several targets
// it says how all of them stand.
func (d *detail) moment(rec prentice.StepRecord, at time.Time, says string) prentice.RunMoment {
	m := prentice.RunMoment{Run: rec.Run, Time: at, State: d.State, Step: rec.Step, Says: says, Target: rec.Target, Stands: rec.State}
	d.mu.Lock()
	defer d.mu.Unlock()
	if rec.Section != prentice.Act || len(d.ThePlan.Targets) < 2 {
		return m
	}
	if d.tally == nil {
		d.tally = &prentice.TargetTally{Of: len(d.ThePlan.Targets)}
		for _, s := range d.Steps {
			d.count(s)
		}
	}
	now := *d.tally
	m.Tally = &now
	return m
}

// count counts a target whose last Act step is done, or on which one went
// wrong. The lock is held.
func (d *detail) count(rec prentice.StepRecord) {
	switch {
	case rec.Section != prentice.Act || rec.Target == "":
	case rec.State == prentice.NotDone, rec.State == prentice.Unsure:
		d.tally.Failed++
	case (rec.State == prentice.Done || rec.State == prentice.WasDone) && rec.Step == d.lastAct():
		d.tally.Done++
	}
}

// lastAct is the last step that acts on each target.
func (d *detail) lastAct() (id string) {
	for _, s := range d.ThePlan.Steps {
		if s.Section == prentice.Act && s.Where == "target" {
			id = s.ID
		}
	}
	return id
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

// unbegun is the record of a step that cannot be begun.
func (d *detail) unbegun(step prentice.PlannedStep, target prentice.Target, round int, now time.Time) prentice.StepRecord {
	rec := d.meant(step, target, round, now)
	rec.Attempts--
	return rec
}

// waitedFor is the human step that the run waits for.
func (d *detail) waitedFor() (prentice.StepRecord, bool) {
	for _, s := range d.Steps {
		if s.Step == d.Waits && s.State == prentice.Held {
			return s, true
		}
	}
	return prentice.StepRecord{}, false
}
