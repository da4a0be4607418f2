package run

import (
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Detail is a run with what its stages need beside what people see.
type Detail struct {
	View
	Request  prentice.RunRequest
	Attempt  int64
	Revision int64  // how often the run was written
	Cancel   string // who wants it stopped and why, or ""
	Owner    string // the process that performs it, as Peers names them
	Voided   string // why its approval is void, as it is stored

	Mu      sync.Mutex    // guards Steps, at, tally and handed while targets run side by side
	at      map[entry]int // where a line of the journal stands in Steps; made when it is first asked for
	tally   *TargetTally
	origins map[entry]Origin  // of the steps that were read
	handed  map[stepAt]handed // made when it is first asked for
}

// Origin is the process that meant to do a step: its session, where it was, and
// how it began steps: longAgo, byName or onlyOnce. Begun says that the step was heard
// to have begun where it is done; seal is Work's.
type Origin struct {
	Session int
	Place   string
	Lasting int
	Seal    string
	Begun   bool
	Again   int // how many makings of the step came before this one
}

// entry names a line of a run's journal.
type entry struct {
	step   string
	target prentice.Ref
	round  int
}

func entryOf(s StepRecord) entry { return entry{s.Step, s.Target, s.Round} }

// Past finds what the journal holds of a step, and the process that meant to
// do it.
func (d *Detail) Past(step string, target prentice.Ref, round int) (StepRecord, Origin, bool) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	wanted := entry{step, target, round}
	i, found := d.lines()[wanted]
	if !found {
		return StepRecord{}, Origin{}, false
	}
	return d.Steps[i], d.origins[wanted], true
}

// lines says where each line of the journal stands. The lock is held.
func (d *Detail) lines() map[entry]int {
	if d.at == nil {
		d.at = make(map[entry]int, len(d.Steps))
		for i, s := range d.Steps {
			d.at[entryOf(s)] = i
		}
	}
	return d.at
}

// Note adds a proof to what is known here.
func (d *Detail) Note(rec StepRecord) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	if d.tally != nil {
		d.count(rec)
	}
	if d.handed != nil {
		d.keepHanded(rec)
	}
	if i, found := d.lines()[entryOf(rec)]; found {
		d.Steps[i] = rec
		return
	}
	d.at[entryOf(rec)] = len(d.Steps)
	d.Steps = append(d.Steps, rec)
}

// Moment is what is told of a step on a target. Where there are several targets
// it says how all of them stand.
func (d *Detail) Moment(rec StepRecord, at time.Time, says string) Moment {
	m := Moment{Run: rec.Run, Time: at, State: d.State, Step: rec.Step, Says: says, Target: rec.Target, Stands: rec.State}
	d.Mu.Lock()
	defer d.Mu.Unlock()
	if rec.Section != prentice.Act || len(d.ThePlan.Targets) < 2 {
		return m
	}
	if d.tally == nil {
		d.tally = &TargetTally{Of: len(d.ThePlan.Targets)}
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
func (d *Detail) count(rec StepRecord) {
	switch {
	case rec.Section != prentice.Act || rec.Target == "":
	case rec.State == NotDone, rec.State == Unsure:
		d.tally.Failed++
	case (rec.State == Done || rec.State == WasDone) && rec.Step == d.lastAct():
		d.tally.Done++
	}
}

// lastAct is the last step that acts on each target.
func (d *Detail) lastAct() (id string) {
	for _, s := range d.ThePlan.Steps {
		if s.Section == prentice.Act && s.Where == "target" {
			id = s.ID
		}
	}
	return id
}

// Meant is the record of a step that is about to be performed; one that was
// meant before keeps when it was first meant.
func (d *Detail) Meant(step prentice.PlannedStep, target prentice.Target, round int, now time.Time) StepRecord {
	rec, _, found := d.Past(step.ID, target.Ref, round)
	if found {
		rec.Attempts++
		return rec
	}
	return StepRecord{Run: d.Number, Step: step.ID, Section: step.Section, Kind: step.Kind, Target: target.Ref, Round: round,
		State: Intended, Attempts: 1, Started: now}
}

// Unbegun is the record of a step that cannot be begun.
func (d *Detail) Unbegun(step prentice.PlannedStep, target prentice.Target, round int, now time.Time) StepRecord {
	rec := d.Meant(step, target, round, now)
	rec.Attempts--
	return rec
}

// WaitedFor is the human step that the run waits for.
func (d *Detail) WaitedFor() (StepRecord, bool) {
	for _, s := range d.Steps {
		if s.Step == d.Waits && s.State == Held {
			return s, true
		}
	}
	return StepRecord{}, false
}

// Again reads what may have changed of a run since it was loaded.
func (d *Detail) Again(tx *db.Tx) error {
	targets, hosts, command := d.Targets, d.Hosts, d.Command
	if err := d.readRow(tx, `SELECT `+rowColumns+` FROM runs WHERE number = ?`); err != nil {
		return err
	}
	d.Targets, d.Hosts, d.Command = targets, hosts, command
	if err := d.readApprovals(tx); err != nil {
		return err
	}
	if d.State != prentice.Waiting || d.Waits == WaitsApproval {
		return nil // no one asks for its steps
	}
	return d.readSteps(tx)
}

// OriginOf is the process that meant to do a step of the journal, as it was read.
func (d *Detail) OriginOf(s StepRecord) Origin { return d.origins[entryOf(s)] }
