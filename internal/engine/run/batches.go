package run

import (
	"prentice"
	"prentice/internal/engine/rollout"
)

// Batch is the targets of a run that are acted on together, and verified before
// any other is begun.
type Batch struct {
	Number   int            `json:"number"`
	Name     string         `json:"name,omitempty"` // of its group, when the procedure chooses its batches
	Targets  []prentice.Ref `json:"targets"`
	Verified []prentice.Ref `json:"verified,omitempty"`
	Failed   []prentice.Ref `json:"failed,omitempty"`
	State    StepState      `json:"state"` // Done, NotDone, Intended while it is under way, or NotBegun

	Good, Bad int  `json:"-"` // targets that came out well, and that failed, before it
	Over      bool `json:"-"` // nothing is left to do for it
	Broken    bool `json:"-"` // what verifies all of it together did not come out well
	Barred    bool `json:"-"` // it may not begin: too many failed, or the one before is broken
}

// Word is the batch's state for people.
func (b Batch) Word() string {
	switch b.State {
	case Done:
		return "verified"
	case NotDone:
		return "failed"
	case Intended:
		return "under way"
	}
	return "not begun"
}

// line names a line of a run's journal.
type line struct {
	step   string
	target prentice.Ref
	round  int
}

// batchJournal is what a run's journal says of its batches.
type batchJournal struct {
	plan   prentice.Plan
	act    []prentice.PlannedStep // of each target of a batch
	verify []prentice.PlannedStep
	states map[line]StepState
	failed map[prentice.Ref]bool // in Act, before the batches
}

func journalOf(d View) batchJournal {
	part := rollout.Of(d.ThePlan)
	j := batchJournal{plan: d.ThePlan, verify: part.Verify(), states: make(map[line]StepState, len(d.Steps)), failed: map[prentice.Ref]bool{}}
	j.act, _ = part.Rolling()
	rolling := map[string]bool{}
	for _, s := range j.act {
		rolling[s.ID] = true
	}
	for _, s := range d.Steps {
		j.states[line{s.Step, s.Target, s.Round}] = s.State
		if s.Section == prentice.Act && s.State == NotDone && s.Target != "" && !rolling[s.Step] {
			j.failed[s.Target] = true
		}
	}
	return j
}

// unfailed are the targets that did not fail before the batches, and how many did.
func (j batchJournal) unfailed() (left []prentice.Ref, bad int) {
	for _, t := range j.plan.Targets {
		if j.failed[t.Ref] {
			bad++
			continue
		}
		left = append(left, t.Ref)
	}
	return left, bad
}

// stand says how a batch stands.
func (j batchJournal) stand(b *Batch) {
	begun := false
	for _, s := range j.verify {
		if s.Where != "target" {
			b.Broken = b.Broken || j.states[line{s.ID, "", b.Number}] == NotDone
		}
	}
	for _, ref := range b.Targets {
		verified, failed, touched := j.target(ref, b.Number)
		begun = begun || touched
		switch {
		case failed || b.Broken:
			b.Failed = append(b.Failed, ref)
		case verified:
			b.Verified = append(b.Verified, ref)
		}
	}
	b.Over = len(b.Failed)+len(b.Verified) == len(b.Targets)
	switch {
	case len(b.Failed) > 0:
		b.State = NotDone
	case b.Over:
		b.State = Done
	case begun:
		b.State = Intended
	}
}

// target says how one target of a batch stands: all came out well, something
// failed, or at least something was begun.
func (j batchJournal) target(ref prentice.Ref, batch int) (verified, failed, touched bool) {
	verified = true
	for _, s := range j.act {
		state, found := j.states[line{s.ID, ref, 1}]
		touched = touched || found
		failed = failed || state == NotDone
		verified = verified && (state == Done || state == WasDone)
	}
	for _, s := range j.verify {
		at := line{s.ID, ref, 1}
		if s.Where != "target" {
			at = line{s.ID, "", batch}
		}
		state := j.states[at]
		failed = failed || state == NotDone
		verified = verified && (state == Done || state == WasDone)
	}
	return verified && !failed, failed, touched
}
