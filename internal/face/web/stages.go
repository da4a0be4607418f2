package web

import (
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// stage is a part of a run on its way: what is looked at first, the approval, what
// is done, what verifies it and what rolls it back.
type stage struct {
	Name    string
	State   run.StepState
	Now     bool // the run is here
	Done    int  // of Of
	Of      int
	Step    string    // that waits on purpose now, if one does
	From    time.Time // since when
	Lasts   time.Duration
	Percent int // of that wait, at this moment
}

// stagesOf is the stages of a run in their order.
func (s *Site) stagesOf(d run.View) []stage {
	now := s.o.Clock()
	var list []stage
	for _, name := range []prentice.Section{prentice.Check, "approval", prentice.Act, prentice.Verify, prentice.Between, prentice.Undo} {
		switch {
		case name == "approval":
			if d.Decision.Verdict == prentice.Ask {
				list = append(list, approvalOf(d))
			}
		case name == prentice.Undo && !slices.ContainsFunc(d.Steps, func(r run.StepRecord) bool { return r.Section == prentice.Undo }) && d.State != prentice.Undoing:
		case len(d.ThePlan.In(name)) > 0:
			list = append(list, sectionOf(d, name, now))
		}
	}
	return list
}

func approvalOf(d run.View) stage {
	st := stage{Name: "Approval", Of: d.Decision.Approvers, Done: len(d.Approvers), State: run.NotBegun}
	if a := d.Answerers; a != nil && len(a.Owners) > 0 {
		st.Of = max(st.Of, st.Done+len(a.Owners))
	}
	switch {
	case d.State == prentice.Waiting && d.Waits == "approval":
		st.State, st.Now = run.Held, true
	case d.State == prentice.Expired, d.State == prentice.RunRefused && d.Started.IsZero():
		st.State = run.NotDone
	case d.State != prentice.Checking && !(d.State.Ended() && d.Started.IsZero()):
		st.State = run.Done
	}
	return st
}

func sectionOf(d run.View, name prentice.Section, now time.Time) stage {
	st := stage{Name: capital(string(name)), State: run.NotBegun}
	for _, step := range d.ThePlan.In(name) {
		st.Of += targetsOf(d, step)
	}
	seen := map[[2]string]run.StepRecord{} // the last round of each
	for _, r := range d.Steps {
		if r.Section == name {
			seen[[2]string{r.Step, string(r.Target)}] = r
		}
	}
	for _, r := range seen {
		st.add(r, d, now)
	}
	st.Now = !d.State.Ended() && (st.State == run.Intended || st.State == run.Held)
	if name == prentice.Undo && d.State.Ended() {
		st.Of = len(seen) // the other targets needed none
	}
	if st.State == run.NotBegun && st.Done > 0 && st.Done >= st.Of {
		st.State = run.Done
	}
	return st
}

// add counts what is known of a step. The worst that is known of any decides.
func (st *stage) add(r run.StepRecord, d run.View, now time.Time) {
	switch r.State {
	case run.Done, run.WasDone, run.WasUndone:
		st.Done++
	case run.Intended:
		if st.State == run.NotBegun {
			st.State = run.Intended
		}
		for _, step := range d.ThePlan.Steps {
			if lasts := step.Settles(); step.ID == r.Step && lasts > 0 && st.Step == "" {
				st.Step, st.From, st.Lasts = step.ID, r.Started, lasts
				st.Percent = int(min(100, max(0, 100*now.Sub(r.Started)/lasts)))
			}
		}
	case run.Held:
		st.State = run.Held
	case run.NotDone, run.Unsure:
		if st.State != run.Held {
			st.State = r.State
		}
	}
}

// targetsOf is on how many things a step is done.
func targetsOf(d run.View, step prentice.PlannedStep) int {
	if step.Where == "target" {
		return max(1, len(d.ThePlan.TargetsOf(step)))
	}
	return 1
}
